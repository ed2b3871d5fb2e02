#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void q_fd_close(int fd)
{
    int saved = errno;

    if (fd >= 0)
        close(fd);
    errno = saved;
}

q_code q_fd_write(int fd, q_str s, q_err *err)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return q_err_errno(err, "write");
        s = q_str_sub(s, (size_t)n, s.n);
    }
    return Q_OK;
}

q_code q_fd_read(int fd, void *out, size_t n, q_err *err)
{
    char *p = out;

    while (n) {
        ssize_t got = read(fd, p, n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return q_err_errno(err, "read");
        if (got == 0)
            return q_err_set(err, Q_INVALID, "%zu bytes missing at the end", n);
        p += got;
        n -= (size_t)got;
    }
    return Q_OK;
}

q_code q_fd_read_all(q_arena *a, int fd, size_t limit, q_str *out, q_err *err)
{
    struct stat st;
    char *p = NULL;
    size_t cap = 0, n = 0;

    if (fstat(fd, &st))
        return q_err_errno(err, "stat");
    if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > limit)
        return q_err_set(err, Q_LIMIT, "file of %lld bytes; at most %zu", (long long)st.st_size,
                         limit);
    for (;;) {
        size_t want = S_ISREG(st.st_mode) && n == 0 ? (size_t)st.st_size + 2 : n + 65536;
        ssize_t got;

        if (cap - n < 2 && q_arena_grow(a, &p, &cap, want, 1))
            return q_err_nomem(err);
        got = read(fd, p + n, cap - n - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return q_err_errno(err, "read");
        if (got == 0)
            break;
        n += (size_t)got;
        if (n > limit)
            return q_err_set(err, Q_LIMIT, "input longer than %zu bytes", limit);
    }
    p[n] = 0;
    *out = (q_str){p, n};
    return Q_OK;
}

q_code q_file_read(q_arena *a, const char *path, size_t limit, q_str *out, q_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    q_code rc;

    if (fd < 0)
        return q_err_errno(err, "open %s", path);
    rc = q_fd_read_all(a, fd, limit, out, err);
    if (rc)
        rc = q_err_add(err, rc, "%s", path);
    q_fd_close(fd);
    return rc;
}

/* The folder part of path, "." without one; on the heap. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

q_code q_file_replace(const char *path, q_str content, mode_t mode, q_err *err)
{
    q_code rc;
    char *tmp = NULL, *folder = parent_of(path);
    int fd = -1;

    if (!folder || asprintf(&tmp, "%s.XXXXXX", path) < 0) {
        tmp = NULL;
        rc = q_err_nomem(err);
        goto done;
    }
    fd = mkostemp(tmp, O_CLOEXEC);
    if (fd < 0) {
        rc = q_err_errno(err, "create %s", tmp);
        free(tmp);
        tmp = NULL;
        goto done;
    }
    rc = q_fd_write(fd, content, err);
    if (rc)
        goto done;
    if (fchmod(fd, mode) || fsync(fd) || rename(tmp, path)) {
        rc = q_err_errno(err, "write %s", path);
        goto done;
    }
    free(tmp);
    tmp = NULL; /* renamed: nothing to remove */
    rc = q_dir_sync(folder, err);
done:
    q_fd_close(fd);
    if (tmp)
        unlink(tmp);
    free(tmp);
    free(folder);
    return rc;
}

q_code q_dir_make(const char *path, mode_t mode, q_err *err)
{
    char *copy = strdup(path);
    q_code rc = Q_OK;

    if (!copy)
        return q_err_nomem(err);
    for (char *p = copy + 1; !rc; p++) {
        char kept = *p;

        if (kept != '/' && kept != 0)
            continue;
        *p = 0;
        if (mkdir(copy, mode) && errno != EEXIST)
            rc = q_err_errno(err, "make folder %s", copy);
        *p = kept;
        if (kept == 0)
            break;
    }
    free(copy);
    return rc;
}

q_code q_dir_sync(const char *path, q_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    q_code rc = Q_OK;

    if (fd < 0 || fsync(fd))
        rc = q_err_errno(err, "sync folder %s", path);
    q_fd_close(fd);
    return rc;
}

static q_code remove_at(int parent, const char *name, q_err *err)
{
    q_code rc = Q_OK;
    struct dirent *entry;
    DIR *dir;
    int fd;

    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return Q_OK;
    if (errno != EISDIR && errno != EPERM)
        return q_err_errno(err, "remove %s", name);
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        rc = q_err_errno(err, "open folder %s", name);
        q_fd_close(fd);
        return rc;
    }
    while (!rc && (entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            rc = remove_at(fd, entry->d_name, err);
    closedir(dir);
    if (!rc && unlinkat(parent, name, AT_REMOVEDIR))
        rc = q_err_errno(err, "remove folder %s", name);
    return rc;
}

q_code q_dir_remove(const char *path, q_err *err)
{
    return remove_at(AT_FDCWD, path, err);
}

q_code q_fd_of_bytes(const char *name, q_str bytes, int *out, q_err *err)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    q_code rc;

    if (fd < 0)
        return q_err_errno(err, "create memory file");
    rc = q_fd_write(fd, bytes, err);
    if (!rc && (lseek(fd, 0, SEEK_SET) < 0 ||
                fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)))
        rc = q_err_errno(err, "seal memory file");
    if (rc) {
        q_fd_close(fd);
        return rc;
    }
    *out = fd;
    return Q_OK;
}
