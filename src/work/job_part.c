#include "work/job_part.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    LEVEL = 3, /* of compression: blocks are a tenth of their size, at 100 MB/s */
    HEAD = 8,  /* the size before compression, little-endian, in front of a part's bytes */
    MOST = 1 << 30
};

typedef struct packed {
    uint64_t first, count;
    unsigned char *bytes; /* on the heap */
    size_t n;
} packed;

struct q_job_parts {
    packed *items;
    size_t count, cap;
    uint64_t total; /* items in all */
};

q_code q_job_parts_new(q_job_parts **out, q_err *err)
{
    q_job_parts *p = calloc(1, sizeof *p);

    if (!p)
        return q_err_nomem(err);
    *out = p;
    return Q_OK;
}

void q_job_parts_free(q_job_parts *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++)
        free(p->items[i].bytes);
    free(p->items);
    free(p);
}

uint64_t q_job_parts_items(const q_job_parts *p)
{
    return p->total;
}

q_code q_job_parts_add(q_job_parts *p, uint64_t count, q_str bytes, q_err *err)
{
    uLong room = compressBound((uLong)bytes.n);
    unsigned char *packed_bytes;

    if (bytes.n > MOST)
        return q_err_set(err, Q_LIMIT, "a part of the result has %zu bytes", bytes.n);
    if (q_heap_grow(&p->items, &p->cap, p->count + 1, sizeof *p->items))
        return q_err_nomem(err);
    packed_bytes = malloc(HEAD + room);
    if (!packed_bytes)
        return q_err_nomem(err);
    for (int i = 0; i < HEAD; i++)
        packed_bytes[i] = (unsigned char)((uint64_t)bytes.n >> (8 * i));
    if (compress2(packed_bytes + HEAD, &room, (const unsigned char *)bytes.p, (uLong)bytes.n,
                  LEVEL) != Z_OK) {
        free(packed_bytes);
        return q_err_nomem(err);
    }
    p->items[p->count++] = (packed){p->total, count, packed_bytes, HEAD + room};
    p->total += count;
    return Q_OK;
}

typedef struct keeping {
    const q_job_parts *parts;
    q_str id;
} keeping;

static q_code keep(q_catalog *c, void *arg, q_err *err)
{
    const keeping *k = arg;
    q_code rc = q_catalog_run(c, "DELETE FROM job_part WHERE job = ?1", Q_PARAMS(Q_P_TEXT(k->id)),
                              NULL, err);

    for (size_t i = 0; i < k->parts->count && !rc; i++) {
        const packed *part = &k->parts->items[i];

        rc = q_catalog_run(
            c,
            "INSERT INTO job_part (job, number, first, items, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
            Q_PARAMS(Q_P_TEXT(k->id), Q_P_INT(i), Q_P_INT(part->first), Q_P_INT(part->count),
                     Q_P_BLOB(((q_str){(const char *)part->bytes, part->n}))),
            NULL, err);
    }
    return rc;
}

q_code q_job_parts_put(q_job_parts *p, q_catalog *c, q_str id, q_err *err)
{
    keeping k = {p, id};

    return q_catalog_transact(c, keep, &k, err);
}

static q_code unpack(q_str from, q_arena *a, q_str *out, q_err *err)
{
    uint64_t size = 0;
    uLongf got;
    char *bytes;

    for (int i = 0; i < HEAD && from.n >= HEAD; i++)
        size |= (uint64_t)(unsigned char)from.p[i] << (8 * i);
    if (from.n < HEAD || size > MOST)
        return q_err_set(err, Q_INVALID, "a part of a job's result is broken");
    bytes = q_arena_alloc(a, (size_t)size + 1);
    if (!bytes)
        return q_err_nomem(err);
    got = (uLongf)size;
    if (uncompress((unsigned char *)bytes, &got, (const unsigned char *)from.p + HEAD,
                   (uLong)(from.n - HEAD)) != Z_OK ||
        got != size)
        return q_err_set(err, Q_INVALID, "a part of a job's result is broken");
    *out = (q_str){bytes, (size_t)size};
    return Q_OK;
}

q_code q_job_parts_get(q_catalog *c, q_str id, uint64_t first, uint64_t count, q_arena *a,
                       q_job_part **out, size_t *part_count, q_err *err)
{
    uint64_t end = count > INT64_MAX - first ? INT64_MAX : first + count;
    q_job_part *parts = NULL;
    size_t n = 0, cap = 0;
    q_rows *rows = NULL;
    bool more = true;
    q_code rc = q_catalog_query(c,
                                "SELECT first, items, bytes FROM job_part WHERE job = ?1"
                                " AND first < ?3 AND first + items > ?2 ORDER BY number",
                                Q_PARAMS(Q_P_TEXT(id), Q_P_INT(first), Q_P_INT(end)), &rows, err);

    while (!rc && (rc = q_rows_next(rows, &more, err)) == Q_OK && more) {
        q_str packed_bytes = q_rows_text(rows, 2, a);

        if (!packed_bytes.p || q_arena_grow(a, &parts, &cap, n + 1, sizeof *parts)) {
            rc = q_err_nomem(err);
            break;
        }
        parts[n] = (q_job_part){.first = (uint64_t)q_rows_int(rows, 0),
                                .count = (uint64_t)q_rows_int(rows, 1)};
        rc = unpack(packed_bytes, a, &parts[n++].bytes, err);
    }
    q_rows_close(rows);
    *out = parts;
    *part_count = n;
    return rc;
}
