#include "store/content.h"

#include "base/digest.h"
#include "base/encode.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS = 256, PATH_SIZE = 40, COPY_BLOCK = 1 << 16, CREATE_TRIES = 8 };

/* "ab/abcdef..." */
static void path_of(q_str id, char path[PATH_SIZE])
{
    assert(id.n == CONTENT_ID - 1);
    snprintf(path, PATH_SIZE, "%.2s/%.*s", id.p, Q_ARG(id));
}

static q_code folder_open(int parent, const char *name, int *fd, q_err *err)
{
    if (mkdirat(parent, name, 0700) && errno != EEXIST)
        return q_err_errno(err, "make folder %s", name);
    *fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return q_err_errno(err, "open folder %s", name);
    return Q_OK;
}

static q_code folders_make(int root, q_err *err)
{
    for (int i = 0; i < FOLDERS; i++) {
        char name[3];

        snprintf(name, sizeof name, "%02x", (unsigned)i);
        if (mkdirat(root, name, 0700) && errno != EEXIST)
            return q_err_errno(err, "make folder objects/%s", name);
    }
    if (fsync(root))
        return q_err_errno(err, "sync folder objects");
    return Q_OK;
}

q_code content__init(content_store *s, const char *dir, q_err *err)
{
    int parent = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    q_code rc;

    *s = (content_store){.root = -1, .tmp = -1};
    if (parent < 0)
        return q_err_errno(err, "open folder %s", dir);
    rc = folder_open(parent, "objects", &s->root, err);
    if (!rc)
        rc = folder_open(s->root, "tmp", &s->tmp, err);
    if (!rc)
        rc = folders_make(s->root, err);
    if (!rc && fsync(parent))
        rc = q_err_errno(err, "sync folder %s", dir);
    if (rc)
        content__clear(s);
    q_fd_close(parent);
    return rc;
}

void content__clear(content_store *s)
{
    q_fd_close(s->tmp);
    q_fd_close(s->root);
    *s = (content_store){.root = -1, .tmp = -1};
}

/* A sweep that starts in this moment may take the file between its creation
 * and our lock: false then, and another is made.
 */
static bool lock_new(int fd)
{
    struct stat st;

    return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && st.st_nlink == 1;
}

q_code content__create(const content_store *s, content_file *f, q_err *err)
{
    unsigned char random[(CONTENT_ID - 1) / 2];

    *f = (content_file){.store = s, .fd = -1};
    for (int i = 0; i < CREATE_TRIES; i++) {
        if (!q_random(random, sizeof random))
            return q_err_set(err, Q_IO, "no random numbers");
        q_hex(random, sizeof random, f->id);
        f->fd = openat(s->tmp, f->id, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (f->fd < 0)
            return q_err_errno(err, "create a file in objects/tmp");
        if (lock_new(f->fd))
            return Q_OK;
        content__end(f, false);
    }
    return q_err_set(err, Q_IO, "cannot lock a new file in objects/tmp");
}

q_code content__place(content_file *f, q_err *err)
{
    char path[PATH_SIZE];

    path_of(q_str_of(f->id), path);
    if (fsync(f->fd))
        return q_err_errno(err, "sync objects/tmp/%s", f->id);
    if (renameat(f->store->tmp, f->id, f->store->root, path))
        return q_err_errno(err, "move a file to objects/%s", path);
    f->placed = true;
    return content__sync_folder(f->store, q_str_of(f->id), err);
}

void content__end(content_file *f, bool kept)
{
    if (f->fd < 0)
        return;
    if (!kept && f->placed)
        content__remove(f->store, q_str_of(f->id));
    else if (!kept)
        unlinkat(f->store->tmp, f->id, 0);
    q_fd_close(f->fd);
    f->fd = -1;
}

q_code content__open(const content_store *s, q_str id, int flags, int *fd, q_err *err)
{
    char path[PATH_SIZE];
    int got;

    path_of(id, path);
    got = openat(s->root, path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (got < 0)
        return q_err_errno(err, "open objects/%s", path);
    *fd = got;
    return Q_OK;
}

void content__remove(const content_store *s, q_str id)
{
    char path[PATH_SIZE];

    path_of(id, path);
    unlinkat(s->root, path, 0); /* a file that stays is found by the next sweep */
}

q_code content__sync_folder(const content_store *s, q_str id, q_err *err)
{
    const char name[] = {id.p[0], id.p[1], 0};
    int fd = openat(s->root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    q_code rc = Q_OK;

    if (fd < 0 || fsync(fd))
        rc = q_err_errno(err, "sync folder objects/%s", name);
    q_fd_close(fd);
    return rc;
}

/* One block by hand, for file systems that cannot copy in the kernel.
 * Returns what copy_file_range would.
 */
static ssize_t copy_block(int from, loff_t *from_offset, int to, loff_t *to_offset, size_t length)
{
    char block[COPY_BLOCK];
    ssize_t got = pread(from, block, length < sizeof block ? length : sizeof block, *from_offset);

    if (got > 0)
        got = pwrite(to, block, (size_t)got, *to_offset);
    if (got > 0) {
        *from_offset += got;
        *to_offset += got;
    }
    return got;
}

q_code content__copy(int from, uint64_t from_offset, int to, uint64_t to_offset, uint64_t length,
                     q_err *err)
{
    loff_t in = (loff_t)from_offset, out = (loff_t)to_offset;
    bool by_hand = false;

    while (length) {
        size_t want = length < (1u << 30) ? (size_t)length : 1u << 30;
        ssize_t n = by_hand ? copy_block(from, &in, to, &out, want)
                            : copy_file_range(from, &in, to, &out, want, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && !by_hand &&
            (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
            by_hand = true;
            continue;
        }
        if (n < 0)
            return q_err_errno(err, "copy between files");
        if (n == 0)
            return q_err_set(err, Q_INVALID, "%llu bytes missing at the end",
                             (unsigned long long)length);
        length -= (uint64_t)n;
    }
    return Q_OK;
}

/* Remove a file unless a live writer holds its lock or, asked again under
 * that lock, a row names it after all. `named` NULL: no row can.
 */
static q_code sweep_one(int folder, const char *name, content_named named, void *ctx,
                        size_t *removed, q_err *err)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool keep = false;
    q_code rc = Q_OK;

    if (fd < 0)
        return Q_OK; /* gone meanwhile */
    if (flock(fd, LOCK_EX | LOCK_NB))
        goto done;
    if (named)
        rc = named(ctx, q_str_of(name), &keep, err);
    if (!rc && !keep && unlinkat(folder, name, 0) == 0)
        ++*removed;
done:
    q_fd_close(fd);
    return rc;
}

static q_code sweep_folder(int root, const char *name, content_named named, void *ctx,
                           const _Atomic bool *stop, size_t *removed, q_err *err)
{
    int fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    q_code rc = Q_OK;

    if (!dir) {
        rc = q_err_errno(err, "open folder objects/%s", name);
        q_fd_close(fd);
        return rc;
    }
    while (!rc && !*stop && (entry = readdir(dir))) {
        bool keep = false;

        if (strlen(entry->d_name) != CONTENT_ID - 1)
            continue;
        if (named)
            rc = named(ctx, q_str_of(entry->d_name), &keep, err);
        if (!rc && !keep)
            rc = sweep_one(dirfd(dir), entry->d_name, named, ctx, removed, err);
    }
    closedir(dir);
    return rc;
}

q_code content__sweep(const content_store *s, content_named named, void *ctx,
                      const _Atomic bool *stop, size_t *removed, q_err *err)
{
    q_code rc = sweep_folder(s->root, "tmp", NULL, NULL, stop, removed, err);

    for (int i = 0; i < FOLDERS && !rc && !*stop; i++) {
        char name[3];

        snprintf(name, sizeof name, "%02x", (unsigned)i);
        rc = sweep_folder(s->root, name, named, ctx, stop, removed, err);
    }
    return rc;
}
