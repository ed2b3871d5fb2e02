/* document/pdf.h - PDF files, through poppler's programs as child processes.
 *
 *     pdfinfo    page count, sizes, encryption         (at open)
 *     pdftotext  a page's text layer with boxes
 *     pdfimages, pdffonts   lists, to judge the text layer by
 *     pdftoppm   a page as a grey picture, or as a JPEG to look at
 *
 * The library itself stays outside: its licence, and its crashes.
 */
#ifndef Q_DOCUMENT_PDF_H
#define Q_DOCUMENT_PDF_H

#include "document/document.h"
#include "document/page_build.h"
#include "document/pdf_content.h"

typedef struct pdf_file pdf_file;
struct Pix;

/* `fd` and its bytes `file` are borrowed as long as the pdf lives. Fails as
 * q_document_open.
 */
Q_MUST_USE q_code pdf__open(int fd, q_str file, const q_document_limits *limits, pdf_file **out,
                            q_err *err);
void pdf__close(pdf_file *p); /* NULL is fine */
size_t pdf__page_count(const pdf_file *p);

/* The size of page `index` in points as it is shown: crop box, rotated.
 * Q_INVALID when the file has no such page after all.
 */
Q_MUST_USE q_code pdf__page_size(const pdf_file *p, size_t index, double *width, double *height,
                                 q_err *err);

/* Append the words of the text layer, if there are any. */
Q_MUST_USE q_code pdf__text(const pdf_file *p, size_t index, page__words *words, q_err *err);

/* What stands on the page besides, and how its text is kept (pdf_content.h). */
Q_MUST_USE q_code pdf__content(const pdf_file *p, size_t index, pdf_content *out, q_err *err);

/* The page at `wanted_dpi`, or less where it would be larger than a picture may be.
 * *out (8 bits a pixel, grey) goes with pixDestroy.
 */
Q_MUST_USE q_code pdf__render(const pdf_file *p, size_t index, int wanted_dpi, struct Pix **out,
                              int *dpi, q_err *err);

/* The page in colour as a JPEG, as wide as wanted where that is bearable, appended to `out`. */
Q_MUST_USE q_code pdf__picture(const pdf_file *p, size_t index, unsigned width, q_buf *out,
                               q_err *err);

/* The page at 300 dpi, or less as above, in colour (32 bits a pixel); grey when there is none. */
Q_MUST_USE q_code pdf__draw(const pdf_file *p, size_t index, struct Pix **out, q_err *err);

/* has[i], for the first n pages: whether page i has any text, shown or hidden. */
Q_MUST_USE q_code pdf__has_text(const pdf_file *p, bool *has, size_t n, q_err *err);

#endif
