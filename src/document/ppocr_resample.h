/* document/ppocr_resample.h - a grey picture at another size, and pieces of it made straight. */
#ifndef DOCUMENT_PPOCR_RESAMPLE_H
#define DOCUMENT_PPOCR_RESAMPLE_H

#include "document/ppocr_detect.h"

struct Pix;

void ppocr__picture_size(struct Pix *picture, size_t *width, size_t *height);

/* The whole grey picture (8 bits a pixel) as [height, width] of 0..255. Each pixel is the mean
 * of those it covers, weighted by a triangle (linear interpolation where it enlarges). Q_NOMEM.
 */
Q_MUST_USE q_code ppocr__resample(struct Pix *picture, size_t width, size_t height, float *out,
                                  q_err *err);

/* The piece of the picture in the line's rectangle as [height, width] of 0..255, its reading
 * direction to the right; rows are `stride` elements apart. Outside the picture its edge goes on.
 */
void ppocr__crop(struct Pix *picture, const ppocr_line *line, size_t width, size_t height,
                 size_t stride, float *out);

#endif
