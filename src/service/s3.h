/* service/s3.h - what the files of the S3 service share. Private to them. */
#ifndef Q_SERVICE_S3_H
#define Q_SERVICE_S3_H

#include "service/app.h"
#include "store/bucket.h"
#include "store/listing.h"
#include "store/upload.h"
#include "wire/call.h"

/* Handlers, by theme; s3.c has the table. */
q_code s3__list_buckets(q_call *call);
q_code s3__create_bucket(q_call *call);
q_code s3__head_bucket(q_call *call);
q_code s3__get_bucket_location(q_call *call);
q_code s3__delete_bucket(q_call *call);
q_code s3__put_object_open(q_call *call);
q_code s3__put_object_write(q_call *call, q_str bytes);
q_code s3__put_object(q_call *call);
q_code s3__get_object(q_call *call);
q_code s3__head_object(q_call *call);
q_code s3__get_object_tagging(q_call *call);
q_code s3__delete_object(q_call *call);
q_code s3__delete_objects(q_call *call);
q_code s3__copy_object(q_call *call);
q_code s3__list_objects(q_call *call);
q_code s3__list_objects_v2(q_call *call);
q_code s3__create_multipart_upload(q_call *call);
q_code s3__upload_part_open(q_call *call);
q_code s3__upload_part_write(q_call *call, q_str bytes);
q_code s3__upload_part(q_call *call);
q_code s3__upload_part_copy(q_call *call);
q_code s3__complete_multipart_upload(q_call *call);
q_code s3__abort_multipart_upload(q_call *call);
q_code s3__list_parts(q_call *call);
q_code s3__list_multipart_uploads(q_call *call);

/* s3_request.c */

q_app *s3__app(const q_call *call);
/* A text member of the input, "" without one. */
q_str s3__text(const q_call *call, q_str name);
bool s3__has(const q_call *call, q_str name);

/* Checks that every operation begins with: the expected owner, and members
 * that ask for what is not there.
 */
Q_MUST_USE q_code s3__begin(q_call *call);
/* NoSuchBucket unless `Bucket` is there. */
Q_MUST_USE q_code s3__need_bucket(q_call *call);
/* KeyTooLongError. */
Q_MUST_USE q_code s3__check_key(q_call *call, q_str key);
/* An object was not found: NoSuchBucket or NoSuchKey. */
q_code s3__not_found(q_call *call, q_str bucket, q_str key);
q_code s3__no_upload(q_call *call);

/* The conditions of a write (If-Match, If-None-Match) into `put`. */
Q_MUST_USE q_code s3__write_conditions(q_call *call, q_object_put *put);
/* What the client hears when q_object_put_written and its like return `rc`. */
q_code s3__write_failed(q_call *call, q_code rc, const q_object_put *put);

/* "\"etag\"" in the arena; NULL .p when it is full. */
q_str s3__quoted(q_arena *a, q_str etag);
/* Without quotes and W/ around it. */
q_str s3__unquoted(q_str etag);
/* Is etag in a list as If-Match has it? "*" matches all. */
bool s3__etag_matches(q_str list, q_str etag);

/* Owner and Initiator; false when the arena is full. */
void s3__owner(const q_call *call, q_value *map);
/* Q_INTERNAL when a listener fails. */
Q_MUST_USE q_code s3__emit(const q_call *call, const char *event, const q_object *object,
                           q_err *err);
/* Listeners hear `event` when the put is made, in its transaction. */
Q_MUST_USE q_code s3__announce(q_call *call, const char *event, q_object_put *put);

/* s3_attributes.c: an object's own document, as JSON in the store. */

/* What the request says about the object: content headers and metadata. */
Q_MUST_USE q_code s3__attributes_read(q_call *call, q_value **out);
Q_MUST_USE q_code s3__attributes_encode(q_call *call, const q_value *attributes, q_str *out);
Q_MUST_USE q_code s3__attributes_decode(q_call *call, q_str text, q_value **out);
/* Into the output: content headers and metadata, the checksum if asked. */
void s3__attributes_show(q_call *call, const q_value *attributes, bool checksum);

/* s3_range.c */

typedef struct s3_range {
    bool given; /* a single range that can be served: answer 206 */
    uint64_t offset, length;
} s3_range;

/* A Range header over `size` bytes. What is malformed or has several ranges
 * counts as absent, as S3 has it. Q_INVALID when it cannot be satisfied.
 */
Q_MUST_USE q_code s3__range(q_str header, uint64_t size, s3_range *out);

/* s3_checksum.c: the x-amz-checksum- family. */

typedef struct s3_checksum {
    const struct s3_algorithm *algorithm; /* NULL: none asked for */
    struct q_digest *digest;              /* NULL: the value came with the request */
} s3_checksum;

/* Algorithms by name ("CRC32"); NULL for an unknown one. */
const struct s3_algorithm *s3__algorithm(q_str name);
q_str s3__algorithm_name(const struct s3_algorithm *algorithm);
q_str s3__algorithm_member(const struct s3_algorithm *algorithm); /* "ChecksumCRC32" */
/* The one whose member the map has, or NULL. */
const struct s3_algorithm *s3__algorithm_of(const q_value *map);
bool s3__algorithm_is_crc(const struct s3_algorithm *algorithm);

/* Start the one that the request names, by its value or, when that travels
 * behind the body, by name; `fallback` (may be NULL) if none.
 */
Q_MUST_USE q_code s3__checksum_start(q_call *call, const struct s3_algorithm *fallback,
                                     s3_checksum *out);
void s3__checksum_update(s3_checksum *c, q_str bytes);
/* base64 in the arena; "" without an algorithm. */
Q_MUST_USE q_code s3__checksum_finish(q_call *call, s3_checksum *c, q_str *out);
void s3__checksum_clear(s3_checksum *c);

/* Of an object from its parts' checksums: over the parts' values ("...-N") or,
 * for the CRCs, of all the bytes.
 */
Q_MUST_USE q_code s3__checksum_combine(q_call *call, const struct s3_algorithm *algorithm,
                                       bool full_object, const q_part *parts, size_t n, q_str *out);

/* s3_multipart.c */

/* The upload that the request names, or NoSuchUpload; and the checksum its
 * parts carry, NULL for none.
 */
Q_MUST_USE q_code s3__upload_find(q_call *call, q_upload *out,
                                  const struct s3_algorithm **algorithm);
/* InvalidArgument unless PartNumber is in 1..10000. */
Q_MUST_USE q_code s3__part_number(q_call *call);

/* s3_list.c */

/* The page size that was asked for, at most 1000. */
Q_MUST_USE q_code s3__page_size(q_call *call, q_str name, size_t *out);
/* As it is, or percent-encoded when the request wants EncodingType url. */
q_str s3__encoded(q_call *call, q_str text);

#endif
