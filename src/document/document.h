/* document/document.h - an image or PDF, opened and read page by page.
 *
 * This parses strangers' bytes: it runs in a worker (work/worker.h), never in
 * the server's own process. The kind is told from the bytes: PNG, JPEG, TIFF
 * (all pages), PDF. One thread uses one document.
 */
#ifndef Q_DOCUMENT_DOCUMENT_H
#define Q_DOCUMENT_DOCUMENT_H

#include "base/buf.h"
#include "document/page.h"
#include "document/recognise.h"

typedef enum q_format { Q_FORMAT_PNG, Q_FORMAT_JPEG, Q_FORMAT_TIFF, Q_FORMAT_PDF } q_format;

typedef struct q_document q_document;

typedef struct q_document_limits {
    size_t max_pages;    /* e.g. 3000 */
    uint64_t max_pixels; /* of one page, before anything is decoded; e.g. 100 million */
    size_t max_bytes;    /* of the file */
} q_document_limits;

extern const q_document_limits q_document_default_limits;

/* `fd` is borrowed and must be seekable; its offset does not matter.
 * `recogniser` is borrowed for the document's life; with NULL one is loaded
 * when a page first needs it. Fails with Q_UNSUPPORTED (no known kind; the
 * sentence names what it looks like), Q_INVALID (empty, truncated, broken),
 * Q_DENIED (an encrypted PDF that wants a password), Q_LIMIT.
 */
Q_MUST_USE q_code q_document_open(int fd, const q_document_limits *limits, q_recogniser *recogniser,
                                  q_document **out, q_err *err);
void q_document_close(q_document *d); /* NULL is fine */
size_t q_document_page_count(const q_document *d);

/* Read page `index` (from 0): a PDF's text layer where it has one, else recognition on the page
 * rendered at 300 dpi. Text in large pictures beside a text layer is added to it; a layer that
 * says other words than one sees, for want of a map from its fonts to characters, is not used. With
 * `marks` the page is looked for what is drawn on it, too (marks.h). In the arena.
 */
Q_MUST_USE q_code q_document_read(q_document *d, size_t index, bool marks, q_arena *a, q_page *out,
                                  q_err *err);

/* Read page `index` by recognition alone, whatever text a PDF has. With `beside` words that the
 * PDF's text has already are left out.
 */
Q_MUST_USE q_code q_document_recognise(q_document *d, size_t index, bool beside, q_arena *a,
                                       q_page *out, q_err *err);

/* Page `index` as people see it, appended to `out` as a JPEG `width` pixels wide: less where the
 * page is a picture of fewer, or would become too large. It stands as it does in the file.
 */
Q_MUST_USE q_code q_document_picture(q_document *d, size_t index, unsigned width, q_buf *out,
                                     q_err *err);

#endif
