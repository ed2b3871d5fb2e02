/* store/private.h - inside store/: small files that only their owner may read. */
#ifndef Q_STORE_PRIVATE_H
#define Q_STORE_PRIVATE_H

#include "base/str.h"

/* Publish `text` as `path`, a file of the folder `dir`, readable by its owner
 * only, unless another process was first: then that one's stays. Fails with
 * Q_IO, Q_NOMEM.
 */
Q_MUST_USE q_code private__create(const char *dir, const char *path, q_str text, q_arena *a,
                                  q_err *err);

/* The whole file, in the arena. Fails with Q_NOTFOUND, Q_DENIED (others may
 * read it), Q_LIMIT, Q_IO, Q_NOMEM.
 */
Q_MUST_USE q_code private__read(const char *path, q_arena *a, q_str *text, q_err *err);

#endif
