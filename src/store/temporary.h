/* store/temporary.h - temporary keys: an access key, a secret and a session
 * token for somebody who has no key of their own, for some time.
 *
 * Nothing is kept of them. The token says whose it is and until when, under a
 * tag (HMAC-SHA-256); the secret is a second tag over the same bytes. Both need
 * the key of DIR/temporary-key, 64 hexadecimal digits, which is made on the
 * first start. Without that file, or with another, no token holds any more.
 *
 *     token    base64 of: version, expiry, access key, subject, tag
 */
#ifndef Q_STORE_TEMPORARY_H
#define Q_STORE_TEMPORARY_H

#include "base/str.h"

typedef struct q_temporary_keys q_temporary_keys;

/* Fails with Q_DENIED (others may read the file), Q_INVALID, Q_IO, Q_NOMEM.
 * Several processes may start at once; they agree on one key.
 */
Q_MUST_USE q_code q_temporary_keys_open(const char *dir, q_temporary_keys **out, q_err *err);
void q_temporary_keys_free(q_temporary_keys *t); /* NULL is fine */

enum { Q_TEMPORARY_SUBJECT_MAX = 128 };

typedef struct q_temporary_key {
    q_str access_key; /* "ASIA" and 16 letters or digits */
    q_str secret;     /* 40 characters */
    q_str token;
    q_str subject;      /* whose it is */
    int64_t expires_ms; /* since 1970 UTC */
} q_temporary_key;

/* A new one, in the arena; `subject` has 1 to Q_TEMPORARY_SUBJECT_MAX bytes.
 * Fails with Q_INVALID, Q_IO (no random numbers), Q_NOMEM.
 */
Q_MUST_USE q_code q_temporary_key_new(const q_temporary_keys *t, q_str subject, int64_t expires_ms,
                                      q_arena *a, q_temporary_key *out, q_err *err);

/* What a token says that came with that access key; borrowed or in the arena.
 * Fails with Q_INVALID (not made here, altered, or another key's), Q_DENIED
 * (its time is over), Q_NOMEM.
 */
Q_MUST_USE q_code q_temporary_key_read(const q_temporary_keys *t, q_str access_key, q_str token,
                                       int64_t now_ms, q_arena *a, q_temporary_key *out,
                                       q_err *err);

/* A tag of ours over `text`; `purpose` keeps tags of different use apart. False
 * only when memory is short.
 */
Q_MUST_USE bool q_temporary_tag(const q_temporary_keys *t, const char *purpose, q_str text,
                                unsigned char tag[32]);

#endif
