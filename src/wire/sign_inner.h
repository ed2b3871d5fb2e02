/* wire/sign_inner.h - what the files behind wire/sign.h share. */
#ifndef Q_WIRE_SIGN_INNER_H
#define Q_WIRE_SIGN_INNER_H

#include "wire/sign.h"

/* The signing key of s's scope, from `keys` (may be NULL) or made and put
 * there. False only when memory is short.
 */
bool sign__key(q_sign_keys *keys, q_str secret, const q_signature *s, unsigned char key[32]);

/* Sets the sentence, returns Q_SIGN_MISMATCH. */
q_sign_fault sign__mismatch(q_err *err);

/* "x-amz-...", in any case. */
bool sign__is_amz(q_str name);

/* S3's presigned URLs of version 2. */
q_sign_fault sign__check_v2(const q_signature *s, const q_request *req, q_str path, q_str secret,
                            q_arena *a, q_err *err);

#endif
