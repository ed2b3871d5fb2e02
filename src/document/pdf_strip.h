/* document/pdf_strip.h - hidden text taken out of a PDF's pages: what an earlier reader left.
 *
 * Hidden is what is shown in text rendering mode 3. The operators that show it go; pictures, lines
 * and visible text stay byte for byte. Page contents and the form objects that pages use are
 * cleaned.
 */
#ifndef DOCUMENT_PDF_STRIP_H
#define DOCUMENT_PDF_STRIP_H

#include "document/pdf_base.h"

typedef struct pdf_strip_found {
    bool hidden; /* some text was taken out */
    bool ink;    /* colours are given as four inks (operators k, K) */
} pdf_strip_found;

/* One content stream, copied to out without its hidden text. Whatever the bytes are, the rest of
 * them is copied. Errors stay in the buffer.
 */
void pdf_strip__content(q_str content, q_buf *out, pdf_strip_found *found);

/* All pages of a file that will be written anew. */
Q_MUST_USE q_code pdf_strip__file(pdf_base *b, q_err *err);

/* Whether any page gives colours as four inks. */
Q_MUST_USE q_code pdf_strip__has_ink(pdf_base *b, bool *ink, q_err *err);

#endif
