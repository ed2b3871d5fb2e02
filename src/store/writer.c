#include "base/digest.h"
#include "base/encode.h"
#include "store/objects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes after which the kernel is told to start writing them out, so that the
 * sync at the end is short and dirty memory stays small.
 */
enum { FLUSH_EVERY = 8 << 20 };

q_code q_writer_new(q_objects *o, q_writer **out, q_err *err)
{
    q_writer *w = calloc(1, sizeof *w);
    q_code rc;

    if (!w)
        return q_err_nomem(err);
    w->store = o;
    w->fd = w->file.fd = -1;
    w->limit = UINT64_MAX;
    w->md5 = q_digest_new(Q_MD5);
    if (!w->md5) {
        rc = q_err_nomem(err);
        goto done;
    }
    rc = content__create(&o->content, &w->file, err);
    if (rc)
        goto done;
    w->fd = w->file.fd;
    *out = w;
    w = NULL; /* handed over */
done:
    q_writer_free(w);
    return rc;
}

static q_code write_at(int fd, q_str s, uint64_t offset, q_err *err)
{
    while (s.n) {
        ssize_t n = pwrite(fd, s.p, s.n, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return q_err_errno(err, "write an object");
        offset += (uint64_t)n;
        s = q_str_sub(s, (size_t)n, s.n);
    }
    return Q_OK;
}

q_code q_writer_put(q_writer *w, q_str bytes, q_err *err)
{
    q_code rc;

    if (bytes.n > w->limit - w->size)
        return q_err_set(err, Q_LIMIT, "more than the declared %llu bytes",
                         (unsigned long long)w->limit);
    rc = write_at(w->fd, bytes, w->start + w->size, err);
    if (rc) {
        /* A slot's bytes stay in the upload's file: give back what they take,
         * or a full disk has no room for the row that ends the upload. A file
         * of our own goes with the writer.
         */
        if (w->file.fd < 0)
            fallocate(w->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)w->start,
                      (off_t)(w->size + bytes.n));
        return rc;
    }
    q_digest_update(w->md5, bytes);
    w->size += bytes.n;
    if (w->size - w->flushed >= FLUSH_EVERY) {
        /* Advice: the sync at the end reports what fails. */
        sync_file_range(w->fd, (off_t)(w->start + w->flushed), (off_t)(w->size - w->flushed),
                        SYNC_FILE_RANGE_WRITE);
        w->flushed = w->size;
    }
    return Q_OK;
}

uint64_t q_writer_size(const q_writer *w)
{
    return w->size;
}

q_code writer__finish(q_writer *w, q_err *err)
{
    unsigned char md5[Q_DIGEST_MAX];

    q_digest_final(w->md5, md5);
    q_hex(md5, q_digest_size(Q_MD5), w->etag);
    if (w->file.fd < 0) /* a slot: its file has its place */
        return fsync(w->fd) ? q_err_errno(err, "sync an upload") : Q_OK;
    if (w->size == 0)
        return Q_OK;
    return content__place(&w->file, err);
}

q_object writer__content(const q_writer *w)
{
    q_str file = q_str_of(w->file.fd < 0 ? w->slot_file : w->file.id);

    return (q_object){
        .file = w->size ? file : Q_STR(""), .size = w->size, .etag = q_str_of(w->etag)};
}

void writer__keep(q_writer *w)
{
    if (w->file.fd >= 0 && w->size) {
        content__end(&w->file, true);
        w->fd = -1;
    }
}

void q_writer_free(q_writer *w)
{
    if (!w)
        return;
    if (w->file.fd >= 0)
        content__end(&w->file, false);
    else
        q_fd_close(w->fd); /* a slot; its lock goes with it */
    q_digest_free(w->md5);
    free(w);
}
