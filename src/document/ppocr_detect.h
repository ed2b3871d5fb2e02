/* document/ppocr_detect.h - where on a picture lines of text lie.
 *
 * The detection model makes a map of the picture: for each pixel, how surely it belongs to the
 * core of a line of text. Connected pixels above a threshold are a line's core; the smallest
 * rectangle around them, at any angle, is widened by what the model was taught to leave off.
 *
 *     picture --input--> [3, h, w] --model--> map [h, w] --find--> lines
 *
 * Source: Liao et al. 2020, "Real-time Scene Text Detection with Differentiable Binarization",
 * arXiv:1911.08947.
 */
#ifndef DOCUMENT_PPOCR_DETECT_H
#define DOCUMENT_PPOCR_DETECT_H

#include "base/arena.h"

#include <stddef.h>

struct Pix; /* Leptonica's picture */

/* A line's rectangle by its middle and the ways from there to the middle of its right end (ax,
 * ay) and to the middle of its bottom (bx, by), as it is read; in pixels.
 */
typedef struct ppocr_line {
    double x, y, ax, ay, bx, by;
    float score; /* 0..1 */
} ppocr_line;

typedef struct ppocr_lines {
    ppocr_line *items;
    size_t count, cap;
} ppocr_lines;

double ppocr__line_width(const ppocr_line *l);
double ppocr__line_height(const ppocr_line *l);

/* The size of the map for a picture: the longer side at most `side`, both multiples of what the
 * model halves them by.
 */
void ppocr__map_size(size_t width, size_t height, size_t side, size_t *map_width,
                     size_t *map_height);

/* The grey picture at the map's size as the model wants it: three equal channels [3, height,
 * width], each normalised by its own mean and deviation. Q_NOMEM.
 */
Q_MUST_USE q_code ppocr__map_input(struct Pix *picture, size_t width, size_t height, float *out,
                                   q_err *err);

/* The lines of a map [height, width], top to bottom by their first pixel, in the map's pixels
 * and in the arena. Each is turned so that its longer side, or the flatter one of two about
 * equal, is read from left to right (from top to bottom where it stands upright). Q_NOMEM.
 */
Q_MUST_USE q_code ppocr__find_lines(const float *map, size_t width, size_t height, q_arena *a,
                                    ppocr_lines *out, q_err *err);

/* Lines of a map on the picture it was made of: each coordinate times its side's ratio. */
void ppocr__scale_lines(ppocr_lines *lines, double x_ratio, double y_ratio);

#endif
