/* store/object.h - objects: bytes under a key, as files that the catalog names.
 *
 *     writer_new, writer_put*, object_put      bytes synced, then the row committed
 *     object_open                              one query, one open
 *
 * What object_put acknowledged survives a crash whole; anything else leaves
 * nothing that a reader could see. Keys are compared as bytes. A reader keeps
 * what it opened while the object is replaced or deleted. All functions may be
 * called from any thread, but not inside a transaction; one writer belongs to
 * one thread at a time.
 */
#ifndef Q_STORE_OBJECT_H
#define Q_STORE_OBJECT_H

#include "store/catalog.h"

typedef struct q_objects q_objects;

enum { Q_ETAG_MAX = 40 }; /* 32 digits, '-', a count, a NUL */

typedef struct q_object {
    q_str bucket, key;
    q_str etag;       /* MD5 of the bytes in hex, or "hex-N" of N parts; without quotes */
    q_str attributes; /* what the writer gave: the caller's own document */
    q_str file;       /* names the content; "" when size is 0 */
    uint64_t size;
    int64_t modified_ms;
} q_object;

/* Starts a thread that removes what a crash left behind. The catalog is
 * borrowed and must outlive the objects.
 */
Q_MUST_USE q_code q_objects_open(const char *dir, q_catalog *c, q_objects **out, q_err *err);
void q_objects_close(q_objects *o); /* NULL is fine */

/* Remove files that neither a row names nor a live writer holds; *removed
 * counts them.
 */
Q_MUST_USE q_code q_objects_sweep(q_objects *o, size_t *removed, q_err *err);

/* Q_NOTFOUND when the bucket or the key is not there. In the arena. */
Q_MUST_USE q_code q_object_find(q_objects *o, q_str bucket, q_str key, q_arena *a, q_object *out,
                                q_err *err);
/* Find, and open its bytes for reading: *fd is owned by the caller, -1 when
 * there are no bytes.
 */
Q_MUST_USE q_code q_object_open(q_objects *o, q_str bucket, q_str key, q_arena *a, q_object *out,
                                int *fd, q_err *err);

/* Bytes on their way into the store. */
typedef struct q_writer q_writer;

Q_MUST_USE q_code q_writer_new(q_objects *o, q_writer **out, q_err *err);
/* Q_FULL when the disk has no room for so many bytes now, so that they need not
 * come at all; they may still meet a full disk later. Negative: not known.
 */
Q_MUST_USE q_code q_objects_room(const q_objects *o, int64_t bytes, q_err *err);
/* After an error the writer can only be freed. */
Q_MUST_USE q_code q_writer_put(q_writer *w, q_str bytes, q_err *err);
uint64_t q_writer_size(const q_writer *w);
/* Undoes what was not committed. NULL is fine. */
void q_writer_free(q_writer *w);

/* What an object is to become, and under which condition. */
typedef struct q_object_put {
    q_str bucket, key, attributes;
    int64_t now_ms;
    bool only_new;   /* Q_EXISTS when the key is taken */
    q_str only_etag; /* not empty: Q_BUSY unless the object there has this etag */
    /* Called in the same transaction, behind the object's row: what it writes
     * is there with the object or not at all. May be NULL.
     */
    q_code (*also)(void *ctx, const q_object *made, q_err *err);
    void *also_ctx;
} q_object_put;

/* Make what was written the object, replacing one of that key. Q_NOTFOUND when
 * the bucket is not there (or the object that only_etag asks for). The row is
 * on the disk when it returns. *out (may be NULL) borrows from `put` and the
 * writer.
 */
Q_MUST_USE q_code q_object_put_written(q_objects *o, q_writer *w, const q_object_put *put,
                                       q_object *out, q_err *err);

/* Give the content of `from`, as q_object_find filled it, a second name; no
 * byte is copied. Q_BUSY when `from` has changed meanwhile: find it again.
 */
Q_MUST_USE q_code q_object_copy(q_objects *o, const q_object *from, const q_object_put *put,
                                q_err *err);

/* Delete up to `n` keys at once; existed[i] (may be NULL) tells which were
 * there. Q_NOTFOUND when the bucket is not.
 */
Q_MUST_USE q_code q_object_delete(q_objects *o, q_str bucket, const q_str *keys, size_t n,
                                  bool *existed, q_err *err);

#endif
