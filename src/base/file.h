/* base/file.h - files, without the traps of partial reads and EINTR. */
#ifndef Q_BASE_FILE_H
#define Q_BASE_FILE_H

#include "base/str.h"

#include <sys/types.h>

void q_fd_close(int fd); /* -1 is fine; keeps errno */

/* All of s, or an error. */
Q_MUST_USE q_code q_fd_write(int fd, q_str s, q_err *err);
/* Exactly n bytes; Q_INVALID when the file ends early. */
Q_MUST_USE q_code q_fd_read(int fd, void *out, size_t n, q_err *err);

/* The whole file into the arena, a NUL behind it. Q_LIMIT past `limit` bytes. */
Q_MUST_USE q_code q_file_read(q_arena *a, const char *path, size_t limit, q_str *out, q_err *err);
/* From an open descriptor, from its current offset to its end. */
Q_MUST_USE q_code q_fd_read_all(q_arena *a, int fd, size_t limit, q_str *out, q_err *err);

/* Replace `path` at once: temporary file beside it, synced, renamed, folder
 * synced. Either the old or the new content is there after a crash.
 */
Q_MUST_USE q_code q_file_replace(const char *path, q_str content, mode_t mode, q_err *err);

/* Like mkdir -p. */
Q_MUST_USE q_code q_dir_make(const char *path, mode_t mode, q_err *err);
/* Flush a folder's entries to the disk. */
Q_MUST_USE q_code q_dir_sync(const char *path, q_err *err);
/* Remove `path` and all below it; what is not there is no error. Links are
 * not followed.
 */
Q_MUST_USE q_code q_dir_remove(const char *path, q_err *err);

/* A sealed memory file with these bytes, for handing to another process. */
Q_MUST_USE q_code q_fd_of_bytes(const char *name, q_str bytes, int *fd, q_err *err);

#endif
