/* document/pdf_layer.h - the text layer of a page: its words in invisible type, each exactly where
 * it is seen.
 *
 * Words are set in the page's own direction, so that on a page that stands turned or askew the
 * type runs with the print. From left to right a word is as wide as it is seen; its height is that
 * of its line.
 */
#ifndef DOCUMENT_PDF_LAYER_H
#define DOCUMENT_PDF_LAYER_H

#include "document/page.h"
#include "document/pdf_font.h"

/* x' = a x + c y + e, y' = b x + d y + f */
typedef struct pdf_affine {
    double a, b, c, d, e, f;
} pdf_affine;

extern const pdf_affine pdf_affine_identity;

/* First `first`, then `second`. */
pdf_affine pdf_affine__then(pdf_affine first, pdf_affine second);
/* Counter-clockwise around a point, where y goes up. */
pdf_affine pdf_affine__turn(double degrees, double x, double y);

/* From fractions of what is shown of a PDF page (y down) to its user space (y up): the visible box
 * x0, y0, x1, y1 and how far a reader turns it clockwise: 0, 90, 180, 270.
 */
pdf_affine pdf_layer__shown(const double box[4], int rotate);

/* From fractions of the upright page to fractions of what is shown; as q_page_shown, not kept
 * within the page.
 */
pdf_affine pdf_layer__upright(const q_page *page);

/* Append content that sets the page's words with the font resource `name`; `place` leads from
 * fractions of the upright page to user space. Nothing for a page without words. Fails with
 * Q_NOMEM, Q_LIMIT (the font is full).
 */
Q_MUST_USE q_code pdf_layer__text(const q_page *page, pdf_affine place, const char *name,
                                  pdf_font *font, q_buf *out, q_err *err);

#endif
