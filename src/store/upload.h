/* store/upload.h - one object in parts, sent in any order, some twice.
 *
 * Clients cut an upload into parts of one size with a shorter last. The first
 * part that begins sets that size, the slot, and every part that fits is
 * written straight to its final place in the upload's own file:
 *
 *     upload.file   | part 1 | part 2 | (part 3) | part 4 |
 *                                 a file apart ^ holds part 3 sent again
 *
 * so that completing copies nothing but those. A slot is locked while its
 * part is written (an open-file-description lock), and once a row names it
 * nobody writes it again: a part that is sent again gets a file apart. Parts
 * that do not lie as they should are copied together when the upload is
 * completed. Reading the object is reading one file in either case.
 */
#ifndef Q_STORE_UPLOAD_H
#define Q_STORE_UPLOAD_H

#include "store/object.h"

enum { Q_PARTS_MAX = 10000 };

typedef struct q_upload {
    q_str id, bucket, key, attributes;
    q_str file;    /* the store's own */
    uint64_t slot; /* the store's own; 0: not set yet */
    int64_t started_ms;
} q_upload;

typedef struct q_part {
    uint32_t number; /* 1..Q_PARTS_MAX */
    q_str etag;      /* MD5 in hex */
    q_str checksum;  /* the caller's own text */
    q_str file;      /* the store's own */
    uint64_t start;  /* the store's own */
    uint64_t size;
    int64_t modified_ms;
} q_part;

/* *out gets the id, in the arena. Q_NOTFOUND when the bucket is not there. */
Q_MUST_USE q_code q_upload_create(q_objects *o, q_str bucket, q_str key, q_str attributes,
                                  int64_t now_ms, q_arena *a, q_upload *out, q_err *err);
/* Q_NOTFOUND unless bucket, key and id agree. In the arena. */
Q_MUST_USE q_code q_upload_get(q_objects *o, q_str bucket, q_str key, q_str id, q_arena *a,
                               q_upload *out, q_err *err);
/* Uploads of a bucket by key and id, behind (after_key, after_id). */
Q_MUST_USE q_code q_upload_list(q_objects *o, q_str bucket, q_str prefix, q_str after_key,
                                q_str after_id, size_t limit, q_arena *a, q_upload **out,
                                size_t *count, q_err *err);
Q_MUST_USE q_code q_upload_abort(q_objects *o, q_str bucket, q_str key, q_str id, q_err *err);

/* A writer for one part. `expected`: its bytes if known, else -1; writing more
 * is Q_LIMIT.
 */
Q_MUST_USE q_code q_upload_writer(q_objects *o, const q_upload *upload, uint32_t number,
                                  int64_t expected, q_writer **out, q_err *err);
/* Acknowledge the part, replacing one of its number. Q_NOTFOUND when the upload
 * has ended meanwhile. *out borrows from the writer and the arguments.
 */
Q_MUST_USE q_code q_upload_part_put(q_objects *o, q_writer *w, q_str checksum, int64_t now_ms,
                                    q_part *out, q_err *err);

/* By number, after `after`, at most `limit`. In the arena. */
Q_MUST_USE q_code q_upload_parts(q_objects *o, q_str id, uint32_t after, size_t limit, q_arena *a,
                                 q_part **out, size_t *count, q_err *err);

/* "hex-N": the MD5 of the parts' MD5s. */
Q_MUST_USE q_code q_upload_etag(const q_part *parts, size_t n, char out[Q_ETAG_MAX], q_err *err);

/* Make these parts, in this order and as q_upload_parts gave them, the object;
 * the rest go. Q_BUSY when one of them was sent anew meanwhile; else fails as
 * q_object_put_written. *out is in the arena.
 */
Q_MUST_USE q_code q_upload_complete(q_objects *o, const q_upload *upload, const q_part *parts,
                                    size_t n, const q_object_put *put, q_arena *a, q_object *out,
                                    q_err *err);

#endif
