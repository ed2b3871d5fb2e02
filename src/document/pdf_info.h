/* document/pdf_info.h - what `pdfinfo -f 1 -l N` prints about a file.
 *
 *     Title:           any text of the file's author
 *     Pages:           3
 *     Page    1 size:  612 x 792 pts (letter)
 *     Page    1 rot:   90
 */
#ifndef Q_DOCUMENT_PDF_INFO_H
#define Q_DOCUMENT_PDF_INFO_H

#include "base/str.h"

typedef struct pdf_info_page {
    double width, height; /* points, as shown; 0 when the file has no such page */
} pdf_info_page;

typedef struct pdf_info {
    size_t count;
    pdf_info_page *pages;
} pdf_info;

/* In the arena. Fails with Q_INVALID (no pages), Q_LIMIT past max_pages (the
 * sentence has both numbers), Q_NOMEM.
 */
Q_MUST_USE q_code pdf_info__parse(q_str text, size_t max_pages, q_arena *a, pdf_info *out,
                                  q_err *err);

#endif
