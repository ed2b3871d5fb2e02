/* document/pdf_write.h - documents and what was read in them, as one searchable PDF.
 *
 *     new -> add, add, ... -> prepare -> begin -> page, page, ... -> end
 *
 * Pictures become pages that show them, their bytes as they are where PDF knows them
 * (pdf_image.h). Pages of PDFs stay as they are; a layer of invisible words is put under them
 * (pdf_layer.h). Pages come in their order and are written at once, so that memory does not grow
 * with their number. One thread; in a worker, since strangers' bytes are parsed.
 */
#ifndef Q_DOCUMENT_PDF_WRITE_H
#define Q_DOCUMENT_PDF_WRITE_H

#include "document/document.h"

typedef struct q_pdf_options {
    bool deskew;  /* set pages straight that stand askew */
    bool rotate;  /* set pages upright that stand turned */
    bool redo;    /* take out hidden text first */
    bool force;   /* pages of PDFs become pictures of themselves */
    bool archive; /* PDF/A-2b */
} q_pdf_options;

typedef struct q_pdf q_pdf;

Q_MUST_USE q_code q_pdf_new(const q_pdf_options *options, const q_document_limits *limits,
                            q_pdf **out, q_err *err);
void q_pdf_free(q_pdf *p); /* NULL is fine */

/* The next document. `fd` is borrowed; *pages is how many it has, *is_pdf whether a
 * PDF. Fails as q_document_open; Q_UNSUPPORTED when an archive is wanted and the PDF holds what
 * that must not.
 */
Q_MUST_USE q_code q_pdf_add(q_pdf *p, int fd, size_t *pages, bool *is_pdf, q_err *err);

/* Which pages of the document last added have text: has[i] for page i. All false for pictures. */
Q_MUST_USE q_code q_pdf_has_text(q_pdf *p, bool *has, q_err *err);

/* All documents are there. When the PDFs among them must be changed or joined before layers are
 * added, that is written to `scratch` (a file for reading and writing, borrowed), and
 * *used is true: all their pages one after the other.
 */
Q_MUST_USE q_code q_pdf_prepare(q_pdf *p, int scratch, bool *used, q_err *err);

/* Write to `out` from now on, which is borrowed till the end. */
Q_MUST_USE q_code q_pdf_begin(q_pdf *p, int out, q_err *err);
/* The next page, in the order of documents; `page` NULL: without a layer. Fails with Q_LIMIT past
 * 1 GiB.
 */
Q_MUST_USE q_code q_pdf_page(q_pdf *p, const q_page *page, q_err *err);
Q_MUST_USE q_code q_pdf_end(q_pdf *p, q_err *err);

#endif
