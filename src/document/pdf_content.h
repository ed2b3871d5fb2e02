/* document/pdf_content.h - whether a page's text layer tells what is to be seen on it.
 *
 * Poppler's programs list a page's pictures and fonts. A picture may show text that the layer has
 * not; a font may number its shapes and not say which characters they are, and then the layer's
 * letters are others than those one sees. What is drawn decides: the page is recognised, and the
 * two are compared.
 */
#ifndef DOCUMENT_PDF_CONTENT_H
#define DOCUMENT_PDF_CONTENT_H

#include "document/page_build.h"

typedef struct pdf_content {
    double picture; /* the largest picture, as a part of the page's area; 0 without any */
    bool unmapped;  /* a font whose characters may be wrong */
} pdf_content;

/* What `pdfimages -list` prints about a page of that size in points. Lines that are no picture's
 * are passed over.
 */
void pdf_content__pictures(q_str list, double width_pt, double height_pt, pdf_content *out);

/* What `pdffonts` prints about a page. */
void pdf_content__fonts(q_str list, pdf_content *out);

/* Does a text layer say the words that were seen on the page? False where it has fewer than half
 * of the longer ones; with less than a few of those, nothing speaks against it. Q_NOMEM.
 */
Q_MUST_USE q_code pdf_content__agrees(const page__words *text, const page__words *seen, bool *out,
                                      q_err *err);

#endif
