/* document/picture.h - pages as pictures for people: in colour, as JPEG, at the size of a screen.
 */
#ifndef Q_DOCUMENT_PICTURE_H
#define Q_DOCUMENT_PICTURE_H

#include "base/buf.h"
#include "document/document.h"

enum {
    PICTURE_QUALITY = 88,      /* of the JPEG, out of 100 */
    PICTURE_PIXELS = 24000000, /* of one picture: a page that is a strip gets narrower */
    PICTURE_BYTES = 64 << 20
};

/* Page `index` of an image file that image__check passed, as wide as wanted or as the page has
 * pixels, appended to `out`. Fails with Q_INVALID, Q_NOMEM and as the buffer does.
 */
Q_MUST_USE q_code picture__image(q_str file, q_format format, size_t index, unsigned width,
                                 q_buf *out, q_err *err);

/* The size of a picture of that page (in any unit), at most `width` wide and of at most
 * PICTURE_PIXELS; both sides are at least 1.
 */
void picture__size(double page_width, double page_height, unsigned width, unsigned *out_width,
                   unsigned *out_height);

#endif
