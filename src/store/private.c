#include "store/private.h"

#include "base/digest.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_LIMIT = 65536 };

q_code private__create(const char *dir, const char *path, q_str text, q_arena *a, q_err *err)
{
    char name[37];
    q_str tmp;
    q_code rc;

    if (!q_uuid(name))
        return q_err_set(err, Q_IO, "no random numbers");
    tmp = q_str_printf(a, "%s.%s", path, name);
    if (!tmp.p)
        return q_err_nomem(err);
    rc = q_file_replace(tmp.p, text, 0600, err);
    if (rc)
        return rc;
    if (link(tmp.p, path) && errno != EEXIST)
        rc = q_err_errno(err, "create %s", path);
    unlink(tmp.p);
    return rc ? rc : q_dir_sync(dir, err);
}

q_code private__read(const char *path, q_arena *a, q_str *text, q_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    q_code rc;

    if (fd < 0 || fstat(fd, &st))
        rc = q_err_errno(err, "open %s", path);
    else if (st.st_mode & 077)
        rc = q_err_set(err, Q_DENIED, "%s may be read by others (mode %04o): chmod 600 it", path,
                       (unsigned)st.st_mode & 07777);
    else
        rc = q_fd_read_all(a, fd, FILE_LIMIT, text, err);
    q_fd_close(fd);
    return rc;
}
