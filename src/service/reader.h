/* service/reader.h - documents read in workers: the way in for everybody else.
 *
 *     server --open, read page--> worker --> document/ --> page's bytes --> server
 *
 * A document's pages are spread over the workers that are free, and the answer
 * does not depend on how many those are.
 */
#ifndef Q_SERVICE_READER_H
#define Q_SERVICE_READER_H

#include "document/document.h"
#include "work/worker.h"

/* What a spawner hands to q_worker_main: the tasks, and below them its
 * preparation and release.
 */
extern const q_worker_task q_reader_tasks[];
extern const size_t q_reader_task_count;
/* Loads the models of the recogniser that $QUERN_RECOGNISER names, so that workers start with
 * them.
 */
Q_MUST_USE q_code q_reader_prepare(void **state, q_err *err);
void q_reader_release(void *state); /* NULL is fine */

/* The first argument with which our own program becomes a spawner of readers. */
#define Q_WORKER_COMMAND "--worker"

/* Up to `slots` workers of this very program, which must take Q_WORKER_COMMAND. `recogniser` is
 * a name of q_recogniser_named; NULL: $QUERN_RECOGNISER, else the best there is.
 */
Q_MUST_USE q_code q_reader_workers_new(size_t slots, const char *recogniser, q_workers **out,
                                       q_err *err);

/* What is read of a PDF's page. */
typedef enum q_read_how {
    Q_READ_BEST,    /* its text where it has some, else what is seen */
    Q_READ_PICTURE, /* what is seen, whatever text it has */
    Q_READ_BESIDE   /* what is seen, but not where it has text */
} q_read_how;

typedef struct q_read_failure {
    size_t page; /* from 0 */
    q_err error;
} q_read_failure;

typedef struct q_read_failures { /* in the order of pages, in the arena */
    q_read_failure *items;
    size_t count;
} q_read_failures;

typedef struct q_read_options { /* 0 and NULL: as in q_read_default_options */
    q_document_limits limits;
    int timeout_ms;      /* for the whole document, waiting for a worker left out */
    int page_timeout_ms; /* for one page */
    size_t parallel;     /* workers at most; default: one a processor */
    bool marks;          /* look for what is drawn on the pages, too */
    /* Default: the first page that fails ends it all. Else such pages are left empty and told of
     * here; reading fails only when none can be read. Not where pages are handed on.
     */
    q_read_failures *failures;
    /* Asked between pages, on any thread: true ends the reading with Q_CANCELLED. */
    bool (*cancelled)(void *ctx);
    void *cancelled_ctx;
    /* Called now and then on the caller's thread; default: nothing. */
    void (*progress)(void *ctx, size_t done, size_t total);
    void *progress_ctx;
    q_read_how how;
    /* With this, pages are handed on in their order, one at a time, on any thread, and none is
     * kept: memory does not grow with their number. `page` is borrowed for the call; NULL for one
     * that `skip` says is not to be read. An error ends the reading.
     */
    q_code (*page)(void *ctx, size_t index, const q_page *page, q_err *err);
    void *page_ctx;
    const bool *skip;    /* by page; NULL: none. Only with `page` */
    size_t first, count; /* these pages only, numbered from 0 on; count 0: all. Only with `page` */
} q_read_options;

extern const q_read_options q_read_default_options;

/* Read all pages of the file behind `fd` (borrowed, seekable). *out is in the
 * arena, and has no pages when they were handed on. Fails as q_document_open and q_document_read
 * do, and with Q_CRASHED or Q_TIMEOUT when a worker died or took too long, Q_CANCELLED. When a page
 * fails the sentence names it ("page 3: ..."): the first that does, by number.
 */
Q_MUST_USE q_code q_read_document(q_workers *w, int fd, const q_read_options *options, q_arena *a,
                                  q_pages *out, q_err *err);

#endif
