#include "document/tiff.h"

#include <inttypes.h>

enum {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_STRIP_OFFSETS = 273,
    TAG_STRIP_BYTES = 279,
    TAG_TILE_OFFSETS = 324,
    TAG_TILE_BYTES = 325
};

typedef struct reader {
    q_str file;
    bool big_endian, big_tiff;
} reader;

typedef struct entry {
    unsigned tag, type;
    uint64_t count;
    uint64_t at; /* where its values are in the file */
} entry;

static bool inside(const reader *r, uint64_t at, uint64_t n)
{
    return at <= r->file.n && n <= r->file.n - at;
}

/* n (1, 2, 4, 8) bytes at `at`, which must be inside. */
static uint64_t number(const reader *r, uint64_t at, size_t n)
{
    const unsigned char *p = (const unsigned char *)r->file.p + at;
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[r->big_endian ? i : n - 1 - i];
    return v;
}

static size_t type_size(unsigned type)
{
    switch (type) {
    case 1: /* BYTE */
        return 1;
    case 3: /* SHORT */
        return 2;
    case 4:  /* LONG */
    case 13: /* IFD */
        return 4;
    case 16: /* LONG8 */
    case 18: /* IFD8 */
        return 8;
    default: /* no unsigned whole number */
        return 0;
    }
}

static bool entry_read(const reader *r, uint64_t at, entry *out)
{
    size_t count_size = r->big_tiff ? 8 : 4, size;

    out->tag = (unsigned)number(r, at, 2);
    out->type = (unsigned)number(r, at + 2, 2);
    out->count = number(r, at + 4, count_size);
    out->at = at + 4 + count_size;
    size = type_size(out->type);
    if (size == 0 || out->count == 0 || out->count > r->file.n)
        return false;
    if (out->count * size > count_size) /* too large for the entry itself */
        out->at = number(r, out->at, count_size);
    return inside(r, out->at, out->count * size);
}

static uint64_t value(const reader *r, const entry *e, uint64_t index)
{
    size_t size = type_size(e->type);

    return index < e->count ? number(r, e->at + index * size, size) : 0;
}

static bool data_inside(const reader *r, const entry *offsets, const entry *sizes)
{
    if (offsets->count == 0)
        return false;
    for (uint64_t i = 0; i < offsets->count; i++)
        if (!inside(r, value(r, offsets, i), value(r, sizes, i)))
            return false;
    return true;
}

/* The directory at `at`; *next is where the following one is, 0 at the end. */
static q_code directory(const reader *r, uint64_t at, size_t page, tiff__page *out, uint64_t *next,
                        q_err *err)
{
    size_t count_size = r->big_tiff ? 8 : 2, entry_size = r->big_tiff ? 20 : 12;
    entry offsets = {.count = 0}, sizes = {.count = 0};
    uint64_t n, end;

    if (!inside(r, at, count_size))
        return q_err_set(err, Q_INVALID,
                         "the directory of TIFF page %zu is at byte %" PRIu64 " of %zu", page, at,
                         r->file.n);
    n = number(r, at, count_size);
    if (n > r->file.n / entry_size ||
        !inside(r, at, count_size + n * entry_size + (r->big_tiff ? 8 : 4)))
        return q_err_set(err, Q_INVALID,
                         "the directory of TIFF page %zu has %" PRIu64
                         " entries and the file ends before them",
                         page, n);
    end = at + count_size + n * entry_size;
    for (uint64_t p = at + count_size; p < end; p += entry_size) {
        entry e;

        if (!entry_read(r, p, &e))
            continue;
        if (e.tag == TAG_WIDTH)
            out->width = value(r, &e, 0);
        else if (e.tag == TAG_HEIGHT)
            out->height = value(r, &e, 0);
        else if (e.tag == TAG_STRIP_OFFSETS || e.tag == TAG_TILE_OFFSETS)
            offsets = e;
        else if (e.tag == TAG_STRIP_BYTES || e.tag == TAG_TILE_BYTES)
            sizes = e;
    }
    out->data_inside = data_inside(r, &offsets, &sizes);
    *next = number(r, end, r->big_tiff ? 8 : 4);
    return Q_OK;
}

static q_code header(reader *r, uint64_t *first, q_err *err)
{
    if (r->file.n < 16 || (r->file.p[0] != 'I' && r->file.p[0] != 'M'))
        return q_err_set(err, Q_INVALID, "%zu bytes are no TIFF header", r->file.n);
    r->big_endian = r->file.p[0] == 'M';
    r->big_tiff = number(r, 2, 2) == 43;
    *first = r->big_tiff ? number(r, 8, 8) : number(r, 4, 4);
    return Q_OK;
}

q_code tiff__pages(q_str file, size_t max_pages, q_arena *a, tiff__page **pages, size_t *count,
                   q_err *err)
{
    reader r = {.file = file};
    uint64_t *seen = NULL, at = 0;
    size_t cap = 0, seen_cap = 0, n = 0;
    q_code rc = header(&r, &at, err);

    *pages = NULL;
    while (!rc && at != 0) {
        if (n >= max_pages)
            return q_err_set(err, Q_LIMIT, "the TIFF has more than %zu pages", max_pages);
        for (size_t i = 0; i < n; i++)
            if (seen[i] == at)
                return q_err_set(
                    err, Q_INVALID,
                    "the TIFF's directories are a loop: page %zu leads back to page %zu", n, i + 1);
        if (q_arena_grow(a, pages, &cap, n + 1, sizeof **pages) ||
            q_arena_grow(a, &seen, &seen_cap, n + 1, sizeof *seen))
            return q_err_nomem(err);
        (*pages)[n] = (tiff__page){0};
        seen[n] = at;
        rc = directory(&r, at, n + 1, &(*pages)[n], &at, err);
        n++;
    }
    *count = n;
    if (!rc && n == 0)
        rc = q_err_set(err, Q_INVALID, "the TIFF has no pages");
    return rc;
}
