/* service/lex_archive.h - the zips that bots travel in.
 *
 * A stranger's zip is unpacked in a worker (work/worker.h), with limits on what comes out of it.
 */
#ifndef Q_SERVICE_LEX_ARCHIVE_H
#define Q_SERVICE_LEX_ARCHIVE_H

#include "work/worker.h"

enum {
    Q_ARCHIVE_FILES = 4096,
    Q_ARCHIVE_BYTES = 64 << 20, /* of all files, unpacked */
    Q_ARCHIVE_RATIO = 200       /* unpacked to packed, past the first MiB */
};

/* The first argument with which our own program becomes a spawner of unpackers, and their tasks. */
#define Q_ARCHIVE_COMMAND "--archive"
extern const q_worker_task q_archive_tasks[];
extern const size_t q_archive_task_count;

Q_MUST_USE q_code q_archive_workers_new(size_t slots, q_workers **out, q_err *err);

typedef struct q_archive_file {
    q_str name; /* as it is in the zip: "Bot/Bot.json" */
    q_str bytes;
} q_archive_file;

bool q_archive_is(q_str bytes); /* begins as a zip does */

/* All files of a zip, in the arena, in a worker. Fails with Q_INVALID (damaged, or no zip),
 * Q_LIMIT, Q_DENIED (encrypted), Q_NOMEM, and as a worker does.
 */
Q_MUST_USE q_code q_archive_read(q_workers *w, q_str zip, q_arena *a, q_archive_file **out,
                                 size_t *count, q_err *err);

/* The same in this process: for workers, and for what is no stranger's. */
Q_MUST_USE q_code q_archive_unpack(q_str zip, q_arena *a, q_archive_file **out, size_t *count,
                                   q_err *err);

/* A zip of one file, which has the date 1980-01-01: the same bytes every time. */
Q_MUST_USE q_code q_archive_pack(q_str name, q_str bytes, q_arena *a, q_str *out, q_err *err);

#endif
