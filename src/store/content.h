/* store/content.h - the files that hold objects' bytes. Private to the store.
 *
 *     objects/tmp/ID        being written
 *     objects/ab/abcdef...  complete, named by its ID: never by a user's key
 *
 * An ID is 32 random hexadecimal digits; its first two are the folder. A file
 * counts only while a row of the catalog names it. Its writer holds a lock
 * on it (flock) from its creation until the row is committed, which is how
 * the sweep tells a file in the making from one that a crash left.
 */
#ifndef Q_STORE_CONTENT_H
#define Q_STORE_CONTENT_H

#include "base/file.h"

enum { CONTENT_ID = 33 /* with its NUL */ };

typedef struct content_store {
    int root, tmp; /* folders */
} content_store;

/* A file on its way. */
typedef struct content_file {
    const content_store *store;
    int fd; /* -1: none */
    char id[CONTENT_ID];
    bool placed; /* in its final folder */
} content_file;

/* Opens or creates dir/objects and its folders. */
Q_MUST_USE q_code content__init(content_store *s, const char *dir, q_err *err);
void content__clear(content_store *s);

/* A new file in tmp/, locked. */
Q_MUST_USE q_code content__create(const content_store *s, content_file *f, q_err *err);
/* Sync the bytes, move the file to its final name, sync the folder. */
Q_MUST_USE q_code content__place(content_file *f, q_err *err);
/* Close. A file that is not `kept` is removed. */
void content__end(content_file *f, bool kept);

/* For reading, or with O_RDWR | O_CREAT for filling in place; *fd is owned by
 * the caller.
 */
Q_MUST_USE q_code content__open(const content_store *s, q_str id, int flags, int *fd, q_err *err);
void content__remove(const content_store *s, q_str id);
Q_MUST_USE q_code content__sync_folder(const content_store *s, q_str id, q_err *err);

/* Copy inside the kernel where the file system can (sharing blocks where it
 * can do that), at the given offsets.
 */
Q_MUST_USE q_code content__copy(int from, uint64_t from_offset, int to, uint64_t to_offset,
                                uint64_t length, q_err *err);

/* Remove what is in tmp/ and not locked, and every complete file for which
 * `named` says no. *removed counts them. Stops early when *stop becomes true.
 */
typedef q_code (*content_named)(void *ctx, q_str id, bool *named, q_err *err);
Q_MUST_USE q_code content__sweep(const content_store *s, content_named named, void *ctx,
                                 const _Atomic bool *stop, size_t *removed, q_err *err);

#endif
