/* document/image.h - PNG, JPEG and TIFF files to grey pictures. */
#ifndef Q_DOCUMENT_IMAGE_H
#define Q_DOCUMENT_IMAGE_H

#include "document/document.h"

struct Pix; /* Leptonica's picture */

/* Check the headers against the limits before anything is decoded, and count
 * the pages. Fails with Q_INVALID, Q_LIMIT ("60000 x 60000 pixels ..."), Q_NOMEM.
 */
Q_MUST_USE q_code image__check(q_str file, q_format format, const q_document_limits *limits,
                               size_t *pages, q_err *err);

/* Decode page `index` of a file that was checked: 8 bits a pixel, grey, what
 * is transparent white. *out goes with pixDestroy. Fails with Q_INVALID.
 */
Q_MUST_USE q_code image__decode(q_str file, q_format format, size_t index, struct Pix **out,
                                q_err *err);

/* Refuse a picture of more than limits->max_pixels. */
Q_MUST_USE q_code image__check_size(uint64_t width, uint64_t height,
                                    const q_document_limits *limits, q_err *err);

#endif
