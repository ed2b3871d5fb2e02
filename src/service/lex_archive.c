#include "service/lex_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define TASK "zip.unpack"

enum {
    READ_MS = 30 * 1000,
    CPU_SECONDS = 20,
    PACKED_MAX = Q_ARCHIVE_BYTES + (1 << 20),
    BLOCK = 64 << 10,
    EPOCH_OF_ZIP = 315532800 /* 1980-01-01, the earliest that it can hold */
};

bool q_archive_is(q_str bytes)
{
    return q_str_starts(bytes, Q_STR("PK\3\4")) || q_str_starts(bytes, Q_STR("PK\5\6"));
}

/* ---- unpacking ----------------------------------------------------------- */

static q_code damaged(struct archive *z, q_err *err)
{
    const char *why = archive_error_string(z);

    return q_err_set(err, Q_INVALID, "the zip cannot be read: %s", why ? why : "it is damaged");
}

/* So many bytes in all, of a zip of `packed`. */
static q_code amount_check(size_t total, size_t packed, q_err *err)
{
    if (total > Q_ARCHIVE_BYTES)
        return q_err_set(err, Q_LIMIT, "the zip holds more than %d MiB", Q_ARCHIVE_BYTES >> 20);
    if (total > (1 << 20) && total / Q_ARCHIVE_RATIO > packed)
        return q_err_set(err, Q_LIMIT, "the zip unpacks to more than %d times its size",
                         (int)Q_ARCHIVE_RATIO);
    return Q_OK;
}

static q_code file_read(struct archive *z, size_t packed, q_arena *a, size_t *total, q_str *out,
                        q_err *err)
{
    q_buf b = q_buf_init(a, Q_ARCHIVE_BYTES + 1);
    char block[4096];
    la_ssize_t n;

    while ((n = archive_read_data(z, block, sizeof block)) > 0) {
        q_code rc;

        *total += (size_t)n;
        rc = amount_check(*total, packed, err);
        if (rc)
            return rc;
        q_buf_put(&b, (q_str){block, (size_t)n});
    }
    if (n < 0)
        return damaged(z, err);
    return q_buf_finish(&b, out, err);
}

typedef struct unpacking {
    q_arena *arena;
    q_archive_file *v;
    size_t n, cap, total;
} unpacking;

static q_code entry_read(struct archive *z, struct archive_entry *entry, size_t packed,
                         unpacking *u, q_err *err)
{
    const char *name = archive_entry_pathname(entry);
    q_archive_file f = {{NULL, 0}, {NULL, 0}};
    q_code rc;

    if (archive_entry_filetype(entry) != AE_IFREG)
        return Q_OK;
    if (archive_entry_is_encrypted(entry))
        return q_err_set(err, Q_DENIED, "the zip is encrypted; give it without a password");
    if (u->n == Q_ARCHIVE_FILES)
        return q_err_set(err, Q_LIMIT, "the zip has more than %d files", (int)Q_ARCHIVE_FILES);
    if (!name)
        return q_err_set(err, Q_INVALID, "the zip has a file without a name");
    f.name = q_str_copy(u->arena, q_str_of(name));
    if (!f.name.p || q_arena_grow(u->arena, &u->v, &u->cap, u->n + 1, sizeof *u->v))
        return q_err_nomem(err);
    rc = file_read(z, packed, u->arena, &u->total, &f.bytes, err);
    if (!rc)
        u->v[u->n++] = f;
    return rc;
}

q_code q_archive_unpack(q_str zip, q_arena *a, q_archive_file **out, size_t *count, q_err *err)
{
    struct archive *z = archive_read_new();
    struct archive_entry *entry;
    unpacking u = {.arena = a};
    q_code rc = Q_OK;
    int status;

    if (!z)
        return q_err_nomem(err);
    if (!q_archive_is(zip))
        rc = q_err_set(err, Q_INVALID, "this is no zip");
    else if (archive_read_support_format_zip(z) != ARCHIVE_OK ||
             archive_read_open_memory(z, zip.p, zip.n) != ARCHIVE_OK)
        rc = damaged(z, err);
    while (!rc) {
        status = archive_read_next_header(z, &entry);
        if (status == ARCHIVE_EOF)
            break;
        rc = status != ARCHIVE_OK && status != ARCHIVE_WARN ? damaged(z, err)
                                                            : entry_read(z, entry, zip.n, &u, err);
    }
    archive_read_free(z);
    *out = u.v;
    *count = u.n;
    return rc;
}

/* ---- in a worker --------------------------------------------------------- */

/* Files go as: length of the name, the name, length of the bytes, the bytes. */
static void put(q_buf *b, q_str s)
{
    uint64_t n = s.n;

    q_buf_put(b, (q_str){(const char *)&n, sizeof n});
    q_buf_put(b, s);
}

static bool take(q_str *rest, q_str *out)
{
    uint64_t n;

    if (rest->n < sizeof n)
        return false;
    memcpy(&n, rest->p, sizeof n);
    *rest = q_str_sub(*rest, sizeof n, rest->n);
    if (n > rest->n)
        return false;
    *out = q_str_sub(*rest, 0, (size_t)n);
    *rest = q_str_sub(*rest, (size_t)n, rest->n);
    return true;
}

static q_code task(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                   q_err *err)
{
    q_arena *a = q_arena_new((size_t)Q_ARCHIVE_BYTES * 3);
    q_archive_file *v;
    size_t count;
    q_code rc = a ? q_archive_unpack(request, a, &v, &count, err) : q_err_nomem(err);

    (void)fds, (void)fd_count, (void)state;
    for (size_t i = 0; !rc && i < count; i++) {
        put(reply, v[i].name);
        put(reply, v[i].bytes);
    }
    q_arena_free(a);
    return rc;
}

const q_worker_task q_archive_tasks[] = {{TASK, task}};
const size_t q_archive_task_count = 1;

q_code q_archive_workers_new(size_t slots, q_workers **out, q_err *err)
{
    static const char *const argv[] = {"/proc/self/exe", Q_ARCHIVE_COMMAND, NULL};
    q_workers_config config = {.spawner_argv = argv,
                               .slots = slots,
                               .memory_bytes = (size_t)1 << 30,
                               .cpu_seconds = CPU_SECONDS};

    return q_workers_new(&config, out, err);
}

q_code q_archive_read(q_workers *w, q_str zip, q_arena *a, q_archive_file **out, size_t *count,
                      q_err *err)
{
    q_worker *k = NULL;
    q_str rest = {NULL, 0};
    size_t cap = 0;
    q_code rc;

    *out = NULL;
    *count = 0;
    if (zip.n > PACKED_MAX)
        return q_err_set(err, Q_LIMIT, "the zip has %zu bytes; at most %d", zip.n, (int)PACKED_MAX);
    rc = q_worker_lease(w, &k, err);
    if (!rc)
        rc = q_worker_call(k, TASK, zip, NULL, 0, READ_MS, a, &rest, err);
    q_worker_release(k);
    while (!rc && rest.n) {
        q_archive_file f;

        if (!take(&rest, &f.name) || !take(&rest, &f.bytes))
            rc = q_err_set(err, Q_INTERNAL, "a worker's answer is cut off");
        else if (q_arena_grow(a, out, &cap, *count + 1, sizeof **out))
            rc = q_err_nomem(err);
        else
            (*out)[(*count)++] = f;
    }
    return rc;
}

/* ---- packing ------------------------------------------------------------- */

q_code q_archive_pack(q_str name, q_str bytes, q_arena *a, q_str *out, q_err *err)
{
    struct archive *z = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t room = bytes.n + BLOCK, used = 0;
    char *memory = q_arena_alloc(a, room), *path = q_str_cstr(a, name);
    q_code rc = Q_OK;

    if (!z || !entry || !memory || !path) {
        rc = q_err_nomem(err);
        goto done;
    }
    archive_entry_set_pathname(entry, path);
    archive_entry_set_size(entry, (la_int64_t)bytes.n);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, EPOCH_OF_ZIP, 0);
    if (archive_write_set_format_zip(z) != ARCHIVE_OK ||
        archive_write_zip_set_compression_deflate(z) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(z, 1) != ARCHIVE_OK ||
        archive_write_open_memory(z, memory, room, &used) != ARCHIVE_OK ||
        archive_write_header(z, entry) != ARCHIVE_OK ||
        archive_write_data(z, bytes.p, bytes.n) != (la_ssize_t)bytes.n ||
        archive_write_close(z) != ARCHIVE_OK)
        rc = q_err_set(err, Q_INTERNAL, "write a zip: %s", archive_error_string(z));
    *out = (q_str){memory, used};
done:
    archive_entry_free(entry);
    archive_write_free(z);
    return rc;
}
