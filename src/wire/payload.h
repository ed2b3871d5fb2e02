/* wire/payload.h - a request's body on its way in: codings undone, and all
 * that its head promised of it verified.
 *
 * Promises are the hash in the signature (x-amz-content-sha256), Content-MD5,
 * x-amz-checksum-* as headers or trailers, and x-amz-decoded-content-length.
 * Only those that were made are computed.
 */
#ifndef Q_WIRE_PAYLOAD_H
#define Q_WIRE_PAYLOAD_H

#include "wire/chunked.h"

typedef struct q_payload q_payload;

/* In the arena, with all it holds; borrows `req` and `s`.
 *
 * s            the request's signature, for its payload and, where chunks are
 *              signed, its key: then it must have been checked. May be of form
 *              Q_SIGN_NONE.
 * of_body      whether x-amz-checksum-* headers speak of the body; in
 *              CompleteMultipartUpload they speak of the object
 *
 * On failure *fault names InvalidDigest, InvalidRequest, MissingContentLength.
 */
Q_MUST_USE q_code q_payload_new(const q_request *req, const q_signature *s, bool of_body,
                                q_arena *a, q_payload **out, q_fault *fault);

/* The decoded length that was declared, or -1. */
int64_t q_payload_expected(const q_payload *p);

/* As q_chunked_write. Fails with IncompleteBody past the declared length. */
Q_MUST_USE q_code q_payload_write(q_payload *p, q_str bytes, const q_sink *sink, q_fault *fault);

/* All has come: do the promises hold? *fault names BadDigest, IncompleteBody,
 * XAmzContentSHA256Mismatch, MalformedTrailerError.
 */
Q_MUST_USE q_code q_payload_end(q_payload *p, q_fault *fault);

/* After q_payload_end: the body's SHA-256 in hex, if the signature needs it
 * (q_signature.payload is empty), else the empty string.
 */
q_str q_payload_sha256(const q_payload *p);

#endif
