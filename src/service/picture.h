/* service/picture.h - pictures of documents' pages, drawn in workers.
 *
 * Who looks at a page does not wait for those that are being read: pictures
 * have workers of their own, whose spawner loads no models.
 */
#ifndef Q_SERVICE_PICTURE_H
#define Q_SERVICE_PICTURE_H

#include "base/buf.h"
#include "work/worker.h"

/* The first argument with which our own program becomes a spawner of them: it hands q_reader_tasks
 * (reader.h) and q_picture_prepare to q_worker_main.
 */
#define Q_PICTURE_COMMAND "--picture-worker"
Q_MUST_USE q_code q_picture_prepare(void **state, q_err *err);

/* Up to `slots` workers of this very program, which must take Q_PICTURE_COMMAND. */
Q_MUST_USE q_code q_picture_workers_new(size_t slots, q_workers **out, q_err *err);

typedef struct q_picture {
    q_str jpeg;        /* in the arena */
    size_t page_count; /* of the document */
} q_picture;

/* Page `index` of the document behind `fd` (borrowed), as q_document_picture draws it. Fails as
 * that and q_document_open do, with Q_NOTFOUND when there is no such page (page_count is set
 * then), and with Q_CRASHED or Q_TIMEOUT when the worker died or took too long.
 */
Q_MUST_USE q_code q_picture_draw(q_workers *w, int fd, size_t index, unsigned width, q_arena *a,
                                 q_picture *out, q_err *err);

#endif
