/* base/digest.h - hashes and checksums over streams of bytes. */
#ifndef Q_BASE_DIGEST_H
#define Q_BASE_DIGEST_H

#include "base/str.h"

typedef enum q_digest_kind {
    Q_MD5,
    Q_SHA1,
    Q_SHA256,
    Q_CRC32,
    Q_CRC32C,
    Q_CRC64NVME
} q_digest_kind;

enum { Q_DIGEST_MAX = 32 }; /* bytes of the longest */

typedef struct q_digest q_digest;

q_digest *q_digest_new(q_digest_kind kind); /* NULL when memory is short */
void q_digest_free(q_digest *d);            /* NULL is fine */
void q_digest_update(q_digest *d, q_str bytes);
/* Writes q_digest_size(kind) bytes, CRCs big-endian, and starts afresh. */
void q_digest_final(q_digest *d, unsigned char *out);
size_t q_digest_size(q_digest_kind kind);

/* In one call. False only when memory is short. */
Q_MUST_USE bool q_digest_of(q_digest_kind kind, q_str bytes, unsigned char *out);
/* 64 lower-case hex digits and a NUL. */
Q_MUST_USE bool q_sha256_hex(q_str bytes, char out[65]);
Q_MUST_USE bool q_hmac_sha256(q_str key, q_str text, unsigned char out[32]);
Q_MUST_USE bool q_hmac_sha1(q_str key, q_str text, unsigned char out[20]);

/* Equal length and bytes, in time that does not depend on where they differ. */
bool q_equal_secret(q_str a, q_str b);

/* From the kernel's generator; false only when it fails. */
Q_MUST_USE bool q_random(void *out, size_t n);
/* A random UUID (version 4): 36 characters and a NUL. */
Q_MUST_USE bool q_uuid(char out[37]);

#endif
