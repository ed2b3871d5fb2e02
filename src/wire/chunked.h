/* wire/chunked.h - the aws-chunked coding undone as it arrives.
 *
 * Clients that cannot know a body's hash before its end send it in chunks,
 * each with a signature that continues the request's, or with a checksum
 * behind all of it, or both:
 *
 *     10000;chunk-signature=ad80c730...   size in hexadecimal
 *     ...65536 bytes...
 *     0;chunk-signature=b6c6ea8a...       the last chunk is empty
 *     x-amz-checksum-crc32c:sOO8/Q==      trailers, in the -TRAILER forms
 *     x-amz-trailer-signature:d81f82fc... in the signed one
 *                                         an empty line; some clients leave it out
 *
 * The coding is told by x-amz-content-sha256 alone, since some clients do not
 * name it in Content-Encoding. Input may be split anywhere.
 *
 * Source: Amazon S3 API Reference, "Signature Calculations for the
 * Authorization Header: Transferring Payload in Multiple Chunks", and
 * "... Including Trailing Headers".
 */
#ifndef Q_WIRE_CHUNKED_H
#define Q_WIRE_CHUNKED_H

#include "wire/fault.h"
#include "wire/sign.h"

typedef enum q_chunked_kind {
    Q_CHUNKED_SIGNED,         /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD */
    Q_CHUNKED_SIGNED_TRAILER, /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER */
    Q_CHUNKED_TRAILER         /* STREAMING-UNSIGNED-PAYLOAD-TRAILER */
} q_chunked_kind;

typedef struct q_chunked q_chunked;

/* Where decoded bytes go. A code that is not Q_OK ends the decoding. */
typedef struct q_sink {
    q_code (*write)(void *ctx, q_str bytes);
    void *ctx;
} q_sink;

/* True when x-amz-content-sha256 names one of the codings. */
bool q_chunked_kind_of(q_str payload, q_chunked_kind *out);

/* In the arena, with all it holds. `seed` is the request's checked signature:
 * its key signs the chunks. Borrowed, and unused for Q_CHUNKED_TRAILER.
 * NULL when memory is short.
 */
q_chunked *q_chunked_new(q_chunked_kind kind, const q_signature *seed, q_arena *a);

/* More input; what it decodes to goes to the sink in pieces that do not
 * outlive the call. Bytes reach the sink before their chunk's signature is
 * checked: what they make must count for nothing until q_chunked_end is Q_OK.
 * On failure *fault names InvalidChunkSizeError, SignatureDoesNotMatch,
 * MalformedTrailerError, InvalidRequest; or is untouched and the code is the
 * sink's.
 */
Q_MUST_USE q_code q_chunked_write(q_chunked *c, q_str bytes, const q_sink *sink, q_fault *fault);

/* The input is over: was it whole? Else IncompleteBody. */
Q_MUST_USE q_code q_chunked_end(const q_chunked *c, q_fault *fault);

/* A trailer's value, by any case; .p is NULL without it. */
q_str q_chunked_trailer(const q_chunked *c, q_str name);

#endif
