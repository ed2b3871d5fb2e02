/* serving/archive.h - a model in a .tar.gz, as training jobs leave it.
 *
 * Runs in the host's process: the bytes are a stranger's.
 */
#ifndef SERVING_ARCHIVE_H
#define SERVING_ARCHIVE_H

#include "engine/model.h"

typedef struct archive {
    void *memory; /* what was unpacked */
    size_t bytes;
    q_model_file *files; /* in the arena; their bytes lie in memory, at multiples of 512 */
    size_t count;
} archive;

bool archive__is(q_str bytes); /* begins as gzip does */

/* Unpack all regular files, ustar, pax and GNU names alike. Fails with
 * Q_INVALID (damaged, or no archive), Q_LIMIT (more than `limit` bytes, or too
 * many files), Q_NOMEM.
 */
Q_MUST_USE q_code archive__unpack(q_str packed, size_t limit, q_arena *a, archive *out, q_err *err);
void archive__clear(archive *a);

/* Which of the files is the model: the one that is named model.q or
 * model.onnx, else the only one of such an ending. Q_INVALID says what is
 * there instead.
 */
Q_MUST_USE q_code archive__model(const archive *a, const q_model_file **out, q_err *err);

#endif
