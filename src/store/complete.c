/* Completing an upload: parts become one file. */
#include "store/fetch.h"
#include "store/objects.h"
#include "store/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Do the parts lie, or fit, one behind the other in slots, with one of them
 * there already?
 */
static bool in_slots(const q_upload *u, const q_part *parts, size_t n)
{
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        bool last = i + 1 == n;

        if (parts[i].number != i + 1 || parts[i].size > u->slot ||
            (!last && parts[i].size != u->slot))
            return false;
        any |= q_str_eq(parts[i].file, u->file);
    }
    return any;
}

static q_code part_copy(q_objects *o, const q_part *part, int to, uint64_t offset, q_err *err)
{
    int from = -1;
    q_code rc;

    if (!part->size)
        return Q_OK;
    rc = content__open(&o->content, part->file, O_RDONLY, &from, err);
    if (!rc)
        rc = content__copy(from, part->start, to, offset, part->size, err);
    q_fd_close(from);
    return rc;
}

/* Bring what lies apart into its slot, cut what lies behind the end, sync.
 * *fd keeps the file locked until the upload has ended; -1 when a part is
 * being written to it right now.
 */
static q_code fill_slots(q_objects *o, const q_upload *u, const q_part *parts, size_t n,
                         uint64_t size, int *fd, q_err *err)
{
    q_code rc = content__open(&o->content, u->file, O_RDWR, fd, err);

    if (!rc && !part__lock(*fd, 0, 0)) {
        q_fd_close(*fd);
        *fd = -1;
        return Q_OK;
    }
    for (size_t i = 0; i < n && !rc; i++)
        if (!q_str_eq(parts[i].file, u->file))
            rc = part_copy(o, &parts[i], *fd, i * u->slot, err);
    if (!rc && (ftruncate(*fd, (off_t)size) || fsync(*fd)))
        rc = q_err_errno(err, "sync an upload");
    return rc;
}

/* All parts, one behind the other, into a new file. */
static q_code join(q_objects *o, const q_part *parts, size_t n, content_file *f, q_err *err)
{
    uint64_t offset = 0;
    q_code rc = content__create(&o->content, f, err);

    for (size_t i = 0; i < n && !rc; i++) {
        rc = part_copy(o, &parts[i], f->fd, offset, err);
        offset += parts[i].size;
    }
    if (!rc)
        rc = content__place(f, err);
    return rc;
}

typedef struct complete_args {
    const q_upload *upload;
    const q_part *parts;
    size_t n;
    const q_object_put *put;
    const q_object *content;
    garbage *g;
} complete_args;

/* The parts are still those the caller saw. */
static q_code parts_hold(q_catalog *c, const complete_args *p, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < p->n && !rc; i++) {
        const q_part *part = &p->parts[i];
        bool found;

        rc = fetch__any(c,
                        "SELECT 1 FROM part WHERE upload = ?1 AND number = ?2 AND file = ?3"
                        " AND etag = ?4",
                        Q_PARAMS(Q_P_TEXT(p->upload->id), Q_P_INT(part->number),
                                 Q_P_TEXT(part->file), Q_P_TEXT(part->etag)),
                        &found, err);
        if (!rc && !found)
            rc = q_err_set(err, Q_BUSY, "part %u has changed", (unsigned)part->number);
    }
    return rc;
}

static q_code complete_transaction(q_catalog *c, void *arg, q_err *err)
{
    complete_args *p = arg;
    const q_upload *u = p->upload;
    q_code rc = parts_hold(c, p, err);

    if (!rc)
        rc = upload__end(c, u->bucket, u->key, u->id, p->g, err);
    if (!rc)
        rc = object__replace(c, p->put, p->content, p->g, err);
    return rc;
}

static uint64_t total(const q_part *parts, size_t n)
{
    uint64_t size = 0;

    for (size_t i = 0; i < n; i++)
        size += parts[i].size;
    return size;
}

/* One file with all the bytes. `apart` is used when a new one is needed, *fd
 * when it is the upload's own.
 */
static q_code assemble(q_objects *o, const q_upload *u, const q_part *parts, size_t n, int *fd,
                       content_file *apart, q_object *content, q_err *err)
{
    q_code rc = Q_OK;

    content->size = total(parts, n);
    content->file = u->file;
    if (content->size == 0) {
        content->file = Q_STR("");
        return Q_OK;
    }
    if (n == 1 && parts[0].start == 0 && !q_str_eq(parts[0].file, u->file)) {
        content->file = parts[0].file;
        return Q_OK;
    }
    if (in_slots(u, parts, n))
        rc = fill_slots(o, u, parts, n, content->size, fd, err);
    if (!rc && *fd < 0) {
        rc = join(o, parts, n, apart, err);
        content->file = q_str_of(apart->id);
    }
    return rc;
}

q_code q_upload_complete(q_objects *o, const q_upload *u, const q_part *parts, size_t n,
                         const q_object_put *put, q_arena *a, q_object *out, q_err *err)
{
    content_file apart = {.fd = -1};
    int fd = -1; /* of the upload's own file */
    char etag[Q_ETAG_MAX];
    q_object content = {.bucket = put->bucket,
                        .key = put->key,
                        .attributes = put->attributes,
                        .modified_ms = put->now_ms};
    garbage g = {0};
    q_code rc = q_upload_etag(parts, n, etag, err);

    if (!rc)
        rc = assemble(o, u, parts, n, &fd, &apart, &content, err);
    if (rc)
        goto done;
    content.etag = q_str_copy(a, q_str_of(etag));
    content.file = q_str_copy(a, content.file);
    if (!content.etag.p || !content.file.p) {
        rc = q_err_nomem(err);
        goto done;
    }
    rc = q_catalog_transact(
        o->catalog, complete_transaction,
        &(complete_args){
            .upload = u, .parts = parts, .n = n, .put = put, .content = &content, .g = &g},
        err);
    if (!rc)
        *out = content;
done:
    garbage__clear(&g, o, rc == Q_OK);
    content__end(&apart, rc == Q_OK);
    q_fd_close(fd);
    return rc;
}
