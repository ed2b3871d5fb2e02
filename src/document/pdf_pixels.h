/* document/pdf_pixels.h - a decoded picture as an image of a PDF, without loss.
 *
 *     1 bit        CCITT group 4
 *     colours by table, up to 8 bits      deflated
 *     grey and colour, 8 or 16 bits       deflated, each row by the PNG filter that suits it,
 *                                         where a sample says that filters help
 */
#ifndef DOCUMENT_PDF_PIXELS_H
#define DOCUMENT_PDF_PIXELS_H

#include "document/pdf_out.h"

struct Pix; /* Leptonica's picture */

/* As object `number`; what is transparent becomes white. Fails with Q_NOMEM, Q_UNSUPPORTED (pixels
 * of a kind that pictures of pages do not have) and as pdf_out__stream.
 */
Q_MUST_USE q_code pdf_pixels__write(struct Pix *picture, pdf_out *o, uint32_t number, q_err *err);

/* The same, but by JPEG of quality 90 where that is smaller: for pages that were drawn. */
Q_MUST_USE q_code pdf_pixels__write_drawn(struct Pix *picture, pdf_out *o, uint32_t number,
                                          q_err *err);

/* A picture of 1 bit as CCITT group 4, black coded as black; in the arena. */
Q_MUST_USE q_code pdf_pixels__fax(struct Pix *picture, q_arena *a, q_str *out, q_err *err);
/* Group 4 as it is. black_is_1: black runs are to be shown white. */
Q_MUST_USE q_code pdf_pixels__write_fax(q_str fax, size_t width, size_t height, bool black_is_1,
                                        pdf_out *o, uint32_t number, q_err *err);

#endif
