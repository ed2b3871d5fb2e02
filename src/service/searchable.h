/* service/searchable.h - searchable PDFs: documents are read in workers, and written in another.
 *
 *     readers --words, page by page--> here --> writer: a worker that parses the documents too
 *                                                 |
 *                                                 +--> output
 *
 * Writers have a pool of their own, so that a document that is being written never waits for
 * another's reader.
 */
#ifndef Q_SERVICE_SEARCHABLE_H
#define Q_SERVICE_SEARCHABLE_H

#include "service/reader.h"

/* The first argument with which our own program becomes a spawner of writers, and their tasks. */
#define Q_WRITER_COMMAND "--writer"
extern const q_worker_task q_searchable_tasks[];
extern const size_t q_searchable_task_count;

Q_MUST_USE q_code q_searchable_workers_new(size_t slots, q_workers **out, q_err *err);

/* What becomes of pages that have text already. */
typedef enum q_searchable_text {
    Q_SEARCHABLE_REFUSE, /* Q_EXISTS; the sentence names the first */
    Q_SEARCHABLE_SKIP,   /* they stay as they are */
    Q_SEARCHABLE_REDO,   /* hidden text is taken out, and they are read again */
    Q_SEARCHABLE_FORCE   /* they become pictures */
} q_searchable_text;

typedef struct q_searchable_options {
    q_searchable_text text;
    bool deskew;              /* set pages straight that stand askew */
    bool rotate;              /* set pages upright that stand turned */
    bool archive;             /* PDF/A-2b */
    q_document_limits limits; /* zeros: as in q_read_default_options */
    /* Called for each page of the output, in order; NULL for one that was not read. May be NULL. */
    q_code (*page)(void *ctx, size_t index, const q_page *page, q_err *err);
    void *page_ctx;
    void (*progress)(void *ctx, size_t done, size_t total); /* pages of the output */
    void *progress_ctx;
} q_searchable_options;

typedef struct q_searchable_input {
    int fd;           /* seekable, borrowed */
    const char *name; /* for sentences; NULL: none */
} q_searchable_input;

/* All inputs as one PDF, written to `out` from its current place on. Fails as q_read_document
 * does; Q_EXISTS for text that is there already; Q_UNSUPPORTED, Q_DENIED, Q_INVALID for what
 * cannot be made searchable; Q_LIMIT past 1 GiB. What was written then is of no use.
 */
Q_MUST_USE q_code q_searchable_write(q_workers *readers, q_workers *writers,
                                     const q_searchable_input *inputs, size_t count,
                                     const q_searchable_options *options, int out, q_err *err);

#endif
