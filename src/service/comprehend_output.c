/* What a job writes: first into a file without a name, then into the bucket, at once. */
#include "service/comprehend.h"

#include "base/clock.h"
#include "base/file.h"
#include "service/made.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 17 };

struct comprehend_output {
    q_app *app;
    int fd;
    uint64_t size; /* of all that was put */
    size_t n;      /* of the piece that is not written yet */
    char piece[PIECE];
};

q_code comprehend__output_new(q_app *app, comprehend_output **out, q_err *err)
{
    comprehend_output *o = malloc(sizeof *o);

    if (!o)
        return q_err_nomem(err);
    o->app = app;
    o->size = o->n = 0;
    o->fd = open(app->data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (o->fd < 0) {
        q_code rc = q_err_errno(err, "make a file in %s", app->data_dir);

        free(o);
        return rc;
    }
    *out = o;
    return Q_OK;
}

void comprehend__output_free(comprehend_output *o)
{
    if (!o)
        return;
    q_fd_close(o->fd);
    free(o);
}

static q_code flush(comprehend_output *o, q_err *err)
{
    q_code rc = q_fd_write(o->fd, (q_str){o->piece, o->n}, err);

    o->n = 0;
    return rc;
}

q_code comprehend__output_put(comprehend_output *o, q_str bytes, q_err *err)
{
    q_code rc = Q_OK;

    o->size += bytes.n;
    while (!rc && bytes.n) {
        size_t n = PIECE - o->n < bytes.n ? PIECE - o->n : bytes.n;

        memcpy(o->piece + o->n, bytes.p, n);
        o->n += n;
        bytes = q_str_sub(bytes, n, SIZE_MAX);
        if (o->n == PIECE)
            rc = flush(o, err);
    }
    return rc;
}

/* ---- into the bucket ------------------------------------------------------------- */

/* All that was put, piece by piece. */
static q_code each_piece(comprehend_output *o, q_code (*take)(void *ctx, q_str piece, q_err *err),
                         void *ctx, q_err *err)
{
    q_code rc = flush(o, err);
    uint64_t at = 0;

    while (!rc && at < o->size) {
        ssize_t n = pread(o->fd, o->piece, PIECE, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n ? q_err_errno(err, "read the output")
                     : q_err_set(err, Q_IO, "the output ends early");
        at += (uint64_t)n;
        rc = q_jobs_stopping(o->app->jobs) ? q_err_set(err, Q_CANCELLED, "the server stops")
                                           : take(ctx, (q_str){o->piece, (size_t)n}, err);
    }
    return rc;
}

static q_code put_piece(void *ctx, q_str piece, q_err *err)
{
    return q_writer_put(ctx, piece, err);
}

q_code comprehend__output_plain(comprehend_output *o, q_str bucket, q_str key, q_err *err)
{
    q_made made = {bucket, key, "text/plain"};
    q_writer *w = NULL;
    q_code rc = q_writer_new(o->app->objects, &w, err);

    if (!rc)
        rc = each_piece(o, put_piece, w, err);
    if (!rc)
        rc = q_made_put_written(o->app, w, &made, err);
    q_writer_free(w);
    return rc;
}

typedef struct packer {
    struct archive *archive;
    q_writer *writer;
    q_err *err; /* the writer's */
    q_code rc;
} packer;

static la_ssize_t packed(struct archive *archive, void *ctx, const void *bytes, size_t n)
{
    packer *p = ctx;

    p->rc = q_writer_put(p->writer, (q_str){bytes, n}, p->err);
    if (!p->rc)
        return (la_ssize_t)n;
    archive_set_error(archive, EIO, "the store refused");
    return -1;
}

static q_code packing_failed(const packer *p, q_err *err)
{
    const char *why;

    if (p->rc)
        return p->rc;
    why = archive_error_string(p->archive);
    return archive_errno(p->archive) == ENOMEM
               ? q_err_nomem(err)
               : q_err_set(err, Q_INTERNAL, "pack the output: %s", why ? why : "unknown");
}

static q_code pack_piece(void *ctx, q_str piece, q_err *err)
{
    packer *p = ctx;

    return archive_write_data(p->archive, piece.p, piece.n) == (la_ssize_t)piece.n
               ? Q_OK
               : packing_failed(p, err);
}

static q_code pack(comprehend_output *o, packer *p, const char *name, q_err *err)
{
    struct archive_entry *entry = archive_entry_new();
    q_code rc = Q_OK;

    if (!entry)
        return q_err_nomem(err);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)o->size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, q_now_ms() / 1000, 0);
    if (archive_write_add_filter_gzip(p->archive) || archive_write_set_format_ustar(p->archive) ||
        archive_write_open(p->archive, p, NULL, packed, NULL) ||
        archive_write_header(p->archive, entry))
        rc = packing_failed(p, err);
    if (!rc)
        rc = each_piece(o, pack_piece, p, err);
    if (!rc && archive_write_close(p->archive))
        rc = packing_failed(p, err);
    archive_entry_free(entry);
    return rc;
}

q_code comprehend__output_archive(comprehend_output *o, const char *name, q_str bucket, q_str key,
                                  q_err *err)
{
    packer p = {.archive = archive_write_new(), .err = err};
    q_made made = {bucket, key, "application/x-gzip"};
    q_code rc = p.archive ? q_writer_new(o->app->objects, &p.writer, err) : q_err_nomem(err);

    if (!rc)
        rc = pack(o, &p, name, err);
    if (!rc)
        rc = q_made_put_written(o->app, p.writer, &made, err);
    archive_write_free(p.archive); /* NULL is fine; before its writer goes */
    q_writer_free(p.writer);
    return rc;
}
