/* store/objects.h - what the object files of the store share. Private to it. */
#ifndef Q_STORE_OBJECTS_H
#define Q_STORE_OBJECTS_H

#include "store/content.h"
#include "store/object.h"

#include <pthread.h>
#include <stdatomic.h>

struct q_objects {
    q_catalog *catalog; /* borrowed */
    content_store content;
    pthread_t sweeper;
    bool sweeping; /* the thread was started */
    _Atomic bool stop;
};

/* Files that a transaction orphans, to be removed once it is committed. */
typedef struct garbage {
    char (*ids)[CONTENT_ID]; /* on the heap */
    size_t n, cap;
} garbage;

Q_MUST_USE q_code garbage__add(garbage *g, q_str id, q_err *err); /* "" is nothing */
/* Inside a transaction: add the files that the query, which takes `id` as its
 * parameter, gives as its first column.
 */
Q_MUST_USE q_code garbage__collect(garbage *g, q_catalog *c, const char *sql, q_str id, q_err *err);
/* With `committed` the files go, unless an object still names one; either way
 * the list is emptied.
 */
void garbage__clear(garbage *g, q_objects *o, bool committed);

/* Inside a transaction: make `content` (file, size, etag) the object. */
Q_MUST_USE q_code object__replace(q_catalog *c, const q_object_put *put, const q_object *content,
                                  garbage *g, q_err *err);
/* Inside a transaction: Q_NOTFOUND without that bucket. */
Q_MUST_USE q_code object__need_bucket(q_catalog *c, q_str bucket, q_err *err);

/* Inside a transaction: the upload and its parts go; their files are garbage.
 * Q_NOTFOUND without it.
 */
Q_MUST_USE q_code upload__end(q_catalog *c, q_str bucket, q_str key, q_str id, garbage *g,
                              q_err *err);

/* Lock a range of an upload's file for this descriptor (length 0: to the end
 * of all); false when another descriptor holds some of it.
 */
bool part__lock(int fd, uint64_t start, uint64_t length);

/* A writer and where its bytes go: a temporary file, or a slot of an upload's
 * file.
 */
struct q_writer {
    q_objects *store;
    content_file file; /* fd -1 for a slot */
    int fd;            /* written to; owned by `file`, or by the writer for a slot */
    uint64_t start;    /* where in fd */
    uint64_t size;     /* written so far */
    uint64_t limit;    /* at most this many */
    uint64_t flushed;  /* handed to the disk so far */
    struct q_digest *md5;
    char etag[Q_ETAG_MAX]; /* once finished */
    char upload[CONTENT_ID], slot_file[CONTENT_ID];
    uint32_t number; /* of the part; 0 for an object */
};

/* Sync the bytes, work out the etag, and give a temporary file its final
 * place; one without bytes needs none.
 */
Q_MUST_USE q_code writer__finish(q_writer *w, q_err *err);
/* The finished content. Borrows from the writer. */
q_object writer__content(const q_writer *w);
/* The row is on the disk: the file stays. */
void writer__keep(q_writer *w);

#endif
