/* document/pdf_jpeg.h - what a JPEG says about itself, so that it can stand in a PDF as it is. */
#ifndef DOCUMENT_PDF_JPEG_H
#define DOCUMENT_PDF_JPEG_H

#include "document/pdf_out.h"

typedef struct pdf_jpeg {
    unsigned width, height, components; /* 1, 3 or 4 */
    unsigned orientation;               /* of Exif: 1 upright; 3, 6, 8 turned */
    double x_dpi, y_dpi;                /* 0: not said */
    bool readable;                      /* of a kind that PDF's decoder takes */
    bool adobe;                         /* has Adobe's mark: four inks are inverted */
    q_str profile;                      /* ICC, in the arena; may be empty */
} pdf_jpeg;

/* Fails with Q_INVALID (cut, or no picture in it), Q_NOMEM. */
Q_MUST_USE q_code pdf_jpeg__read(q_str file, q_arena *a, pdf_jpeg *out, q_err *err);

/* A colour profile as a stream of its own, where it is one for so many components: *number 0
 * when it is not.
 */
Q_MUST_USE q_code pdf_jpeg__write_profile(q_str profile, unsigned components, pdf_out *o,
                                          uint32_t *number, q_err *err);

/* The file's bytes as the image object `number`. */
Q_MUST_USE q_code pdf_jpeg__write(q_str file, const pdf_jpeg *jpeg, pdf_out *o, uint32_t number,
                                  q_err *err);

/* One JPEG of pieces that lie below each other, of the same tables (a JPEG of tables alone, or
 * empty): each becomes an interval of its data, not a byte of which changes. In the arena; empty
 * when the pieces are none that can be joined so.
 */
Q_MUST_USE q_code pdf_jpeg__join(q_str tables, const q_str *pieces, size_t count, unsigned height,
                                 q_arena *a, q_str *out, q_err *err);

#endif
