/* Parts on their way: a slot of the upload's file where one fits and is free,
 * else a file apart.
 */
#include "base/digest.h"
#include "store/fetch.h"
#include "store/objects.h"
#include "store/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Slots end below this, so that an upload's offsets stay in a file's range. */
static const uint64_t slots_end = (uint64_t)1 << 43;

/* The upload's slot size now; the first part with a known size sets it. */
static q_code slot_of(q_objects *o, const q_upload *u, uint64_t size, uint64_t *slot, q_err *err)
{
    q_rows *rows = NULL;
    bool more = false;
    q_code rc = Q_OK;

    if (u->slot) {
        *slot = u->slot;
        return Q_OK;
    }
    rc = q_catalog_run(o->catalog, "UPDATE upload SET slot = ?2 WHERE id = ?1 AND slot = 0",
                       Q_PARAMS(Q_P_TEXT(u->id), Q_P_INT(size)), NULL, err);
    if (!rc)
        rc = q_catalog_query(o->catalog, "SELECT slot FROM upload WHERE id = ?1",
                             Q_PARAMS(Q_P_TEXT(u->id)), &rows, err);
    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && !more)
        rc = q_err_set(err, Q_NOTFOUND, "no upload %.*s", Q_ARG(u->id));
    if (!rc)
        *slot = (uint64_t)q_rows_int(rows, 0);
    q_rows_close(rows);
    return rc;
}

/* Whether a row names the slot already. Asked under the slot's lock, which
 * completing takes too: Q_NOTFOUND when the upload has ended meanwhile, and its
 * file is an object's now.
 */
static q_code slot_taken(q_objects *o, q_str upload, uint32_t number, bool *yes, q_err *err)
{
    q_rows *rows = NULL;
    bool more = false;
    q_code rc = q_catalog_query(o->catalog,
                                "SELECT (SELECT 1 FROM part WHERE upload = ?1 AND number = ?2)"
                                " FROM upload WHERE id = ?1",
                                Q_PARAMS(Q_P_TEXT(upload), Q_P_INT(number)), &rows, err);

    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && !more)
        rc = q_err_set(err, Q_NOTFOUND, "no upload %.*s", Q_ARG(upload));
    if (!rc)
        *yes = !q_rows_is_null(rows, 0);
    q_rows_close(rows);
    return rc;
}

bool part__lock(int fd, uint64_t start, uint64_t length)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)start, .l_len = (off_t)length};

    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

/* Try for the slot. *out stays NULL when it is not free. */
static q_code slot_writer(q_objects *o, const q_upload *u, uint32_t number, uint64_t slot,
                          uint64_t size, q_writer **out, q_err *err)
{
    q_writer *w = calloc(1, sizeof *w);
    bool taken = false;
    q_code rc;

    if (!w)
        return q_err_nomem(err);
    w->store = o;
    w->file.fd = w->fd = -1;
    w->start = (number - 1) * slot;
    w->limit = size;
    w->md5 = q_digest_new(Q_MD5);
    if (!w->md5) {
        rc = q_err_nomem(err);
        goto done;
    }
    rc = content__open(&o->content, u->file, O_RDWR | O_CREAT, &w->fd, err);
    if (rc || !part__lock(w->fd, w->start, slot))
        goto done;
    rc = slot_taken(o, u->id, number, &taken, err);
    if (rc || taken)
        goto done;
    memcpy(w->slot_file, u->file.p, CONTENT_ID - 1);
    *out = w;
    w = NULL; /* handed over */
done:
    q_writer_free(w);
    return rc;
}

q_code q_upload_writer(q_objects *o, const q_upload *u, uint32_t number, int64_t expected,
                       q_writer **out, q_err *err)
{
    uint64_t slot = 0;
    q_writer *w = NULL;
    q_code rc = Q_OK;

    if (u->id.n != CONTENT_ID - 1 || u->file.n != CONTENT_ID - 1)
        return q_err_set(err, Q_INTERNAL, "upload \"%.*s\"", Q_ARG(u->id));
    if (expected > 0)
        rc = slot_of(o, u, (uint64_t)expected, &slot, err);
    if (!rc && slot && (uint64_t)expected <= slot && slot <= slots_end / number)
        rc = slot_writer(o, u, number, slot, (uint64_t)expected, &w, err);
    if (!rc && !w) {
        rc = q_writer_new(o, &w, err);
        if (!rc && expected >= 0)
            w->limit = (uint64_t)expected;
    }
    if (rc)
        return rc;
    memcpy(w->upload, u->id.p, CONTENT_ID - 1);
    w->number = number;
    *out = w;
    return Q_OK;
}

typedef struct part_args {
    q_str upload;
    const q_part *part;
    garbage *g;
} part_args;

/* The file of the part this one replaces, unless it is a slot. */
static q_code part_before(q_catalog *c, const part_args *p, q_err *err)
{
    q_arena *a = q_arena_new(1024);
    q_rows *rows = NULL;
    bool more = false;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = q_catalog_query(c,
                         "SELECT part.file FROM part JOIN upload ON part.upload = upload.id"
                         " WHERE upload = ?1 AND number = ?2 AND part.file != upload.file",
                         Q_PARAMS(Q_P_TEXT(p->upload), Q_P_INT(p->part->number)), &rows, err);
    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && more)
        rc = garbage__add(p->g, q_rows_text(rows, 0, a), err);
    q_rows_close(rows);
    q_arena_free(a);
    return rc;
}

static q_code need_upload(q_catalog *c, q_str id, q_err *err)
{
    bool found;
    q_code rc =
        fetch__any(c, "SELECT 1 FROM upload WHERE id = ?1", Q_PARAMS(Q_P_TEXT(id)), &found, err);

    if (!rc && !found)
        rc = q_err_set(err, Q_NOTFOUND, "no upload %.*s", Q_ARG(id));
    return rc;
}

static q_code part_transaction(q_catalog *c, void *arg, q_err *err)
{
    part_args *p = arg;
    const q_part *part = p->part;
    q_code rc = need_upload(c, p->upload, err);

    if (!rc)
        rc = part_before(c, p, err);
    if (rc)
        return rc;
    return q_catalog_run(
        c,
        "INSERT INTO part (upload, number, file, start, size, etag, checksum, modified_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT (upload, number) DO UPDATE SET file = excluded.file, start = excluded.start,"
        " size = excluded.size, etag = excluded.etag, checksum = excluded.checksum,"
        " modified_ms = excluded.modified_ms",
        Q_PARAMS(Q_P_TEXT(p->upload), Q_P_INT(part->number), Q_P_TEXT(part->file),
                 Q_P_INT(part->start), Q_P_INT(part->size), Q_P_TEXT(part->etag),
                 Q_P_TEXT(part->checksum), Q_P_INT(part->modified_ms)),
        NULL, err);
}

q_code q_upload_part_put(q_objects *o, q_writer *w, q_str checksum, int64_t now_ms, q_part *out,
                         q_err *err)
{
    garbage g = {0};
    q_object content;
    q_part part;
    q_code rc = writer__finish(w, err);

    if (!rc && w->slot_file[0]) /* the file may be new in its folder */
        rc = content__sync_folder(&o->content, q_str_of(w->slot_file), err);
    if (rc)
        return rc;
    content = writer__content(w);
    part = (q_part){.number = w->number,
                    .etag = content.etag,
                    .checksum = checksum,
                    .file = content.file,
                    .start = w->start,
                    .size = w->size,
                    .modified_ms = now_ms};
    rc = q_catalog_transact(o->catalog, part_transaction,
                            &(part_args){.upload = q_str_of(w->upload), .part = &part, .g = &g},
                            err);
    if (!rc)
        writer__keep(w);
    garbage__clear(&g, o, rc == Q_OK);
    if (!rc)
        *out = part;
    return rc;
}
