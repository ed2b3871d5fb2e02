/* base/gzip.h - bytes packed as gzip (RFC 1952) and back. */
#ifndef Q_BASE_GZIP_H
#define Q_BASE_GZIP_H

#include "base/str.h"

/* In the arena. Fails with Q_NOMEM. */
Q_MUST_USE q_code q_gzip(q_arena *a, q_str bytes, q_str *out, q_err *err);

/* One member, nothing behind it; at most `limit` bytes come out, in the arena.
 * Fails with Q_INVALID (no gzip, damaged, cut off), Q_LIMIT, Q_NOMEM.
 */
Q_MUST_USE q_code q_gunzip(q_arena *a, q_str bytes, size_t limit, q_str *out, q_err *err);

#endif
