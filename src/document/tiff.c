#include "document/tiff.h"

#include <inttypes.h>

enum {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_STRIP_OFFSETS = 273,
    TAG_STRIP_BYTES = 279,
    TAG_TILE_OFFSETS = 324,
    TAG_TILE_BYTES = 325,
    TAG_BITS = 258,
    TAG_COMPRESSION = 259,
    TAG_PHOTOMETRIC = 262,
    TAG_FILL_ORDER = 266,
    TAG_ORIENTATION = 274,
    TAG_SAMPLES = 277,
    TAG_STRIP_ROWS = 278,
    TAG_X_RESOLUTION = 282,
    TAG_Y_RESOLUTION = 283,
    TAG_PLANAR = 284,
    TAG_RESOLUTION_UNIT = 296,
    TAG_PREDICTOR = 317,
    TAG_TILE_WIDTH = 322,
    TAG_TILE_HEIGHT = 323,
    TAG_EXTRA_SAMPLES = 338,
    TAG_JPEG_TABLES = 347,
    RATIONAL = 5,
    UNDEFINED = 7,
    CENTIMETRES = 3
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
    case UNDEFINED:
        return 1;
    case 3: /* SHORT */
        return 2;
    case 4:  /* LONG */
    case 13: /* IFD */
        return 4;
    case RATIONAL: /* two LONGs */
    case 16:       /* LONG8 */
    case 18:       /* IFD8 */
        return 8;
    default: /* nothing we need */
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

/* ---- one page, closely ------------------------------------------------------ */

/* What the directory says that layout_of has to think about at its end. */
typedef struct details {
    entry offsets, sizes;
    double x_resolution, y_resolution;
    uint64_t unit, strip_rows;
} details;

static double rational(const reader *r, const entry *e)
{
    double over, under;

    if (e->type != RATIONAL)
        return 0;
    over = (double)number(r, e->at, 4);
    under = (double)number(r, e->at + 4, 4);
    return under > 0 ? over / under : 0;
}

static void detail(const reader *r, const entry *e, tiff__layout *l, details *d)
{
    uint64_t first = e->type == RATIONAL ? 0 : value(r, e, 0);
    unsigned small = first < 65536 ? (unsigned)first : 65535;

    switch (e->tag) {
    case TAG_WIDTH:
        l->width = first;
        break;
    case TAG_HEIGHT:
        l->height = first;
        break;
    case TAG_BITS:
        l->bits = small;
        break;
    case TAG_COMPRESSION:
        l->compression = small;
        break;
    case TAG_PHOTOMETRIC:
        l->photometric = small;
        break;
    case TAG_FILL_ORDER:
        l->fill_order = small;
        break;
    case TAG_ORIENTATION:
        l->orientation = small;
        break;
    case TAG_SAMPLES:
        l->samples = small;
        break;
    case TAG_STRIP_ROWS:
        d->strip_rows = first;
        break;
    case TAG_X_RESOLUTION:
        d->x_resolution = rational(r, e);
        break;
    case TAG_Y_RESOLUTION:
        d->y_resolution = rational(r, e);
        break;
    case TAG_PLANAR:
        l->planar = small;
        break;
    case TAG_RESOLUTION_UNIT:
        d->unit = first;
        break;
    case TAG_PREDICTOR:
        l->predictor = small;
        break;
    case TAG_TILE_WIDTH:
        l->piece_width = first;
        break;
    case TAG_TILE_HEIGHT:
        l->piece_height = first;
        break;
    case TAG_EXTRA_SAMPLES:
        l->extra_samples = (unsigned)(e->count < 65536 ? e->count : 65535);
        break;
    case TAG_JPEG_TABLES:
        l->tables = q_str_sub(r->file, (size_t)e->at, (size_t)e->count * type_size(e->type));
        break;
    case TAG_STRIP_OFFSETS:
    case TAG_TILE_OFFSETS:
        d->offsets = *e;
        l->tiled = e->tag == TAG_TILE_OFFSETS;
        break;
    case TAG_STRIP_BYTES:
    case TAG_TILE_BYTES:
        d->sizes = *e;
        break;
    default:
        break;
    }
}

static q_code pieces_take(const reader *r, const details *d, q_arena *a, tiff__layout *l,
                          q_err *err)
{
    if (d->offsets.count == 0)
        return Q_OK;
    if (!data_inside(r, &d->offsets, &d->sizes))
        return q_err_set(err, Q_INVALID, "the file ends before the picture does");
    l->piece_count = (size_t)d->offsets.count;
    l->pieces = q_arena_array(a, l->piece_count, sizeof *l->pieces);
    if (!l->pieces)
        return q_err_nomem(err);
    for (size_t i = 0; i < l->piece_count; i++)
        l->pieces[i] =
            q_str_sub(r->file, (size_t)value(r, &d->offsets, i), (size_t)value(r, &d->sizes, i));
    return Q_OK;
}

/* Where the directory of page `index` is. */
static q_code directory_find(const reader *r, size_t index, uint64_t *at, q_err *err)
{
    tiff__page ignored;
    q_code rc = Q_OK;

    for (size_t i = 0; i < index && !rc && *at; i++)
        rc = directory(r, *at, i + 1, &ignored, at, err);
    if (!rc && *at == 0)
        rc = q_err_set(err, Q_INVALID, "the TIFF has no page %zu", index + 1);
    return rc;
}

q_code tiff__layout_of(q_str file, size_t index, q_arena *a, tiff__layout *out, q_err *err)
{
    reader r = {.file = file};
    details d = {.unit = 2};
    tiff__layout l = {.compression = 1,
                      .bits = 1,
                      .samples = 1,
                      .orientation = 1,
                      .fill_order = 1,
                      .planar = 1,
                      .predictor = 1};
    uint64_t at = 0, next, n, entry_size;
    tiff__page ignored;
    q_code rc = header(&r, &at, err);

    if (!rc)
        rc = directory_find(&r, index, &at, err);
    if (!rc) /* so that it is known to lie inside */
        rc = directory(&r, at, index + 1, &ignored, &next, err);
    if (rc)
        return rc;
    n = number(&r, at, r.big_tiff ? 8 : 2);
    entry_size = r.big_tiff ? 20 : 12;
    for (uint64_t i = 0; i < n; i++) {
        entry e;

        if (entry_read(&r, at + (r.big_tiff ? 8 : 2) + i * entry_size, &e))
            detail(&r, &e, &l, &d);
    }
    if (d.unit == 2 || d.unit == CENTIMETRES) {
        l.x_dpi = d.x_resolution * (d.unit == CENTIMETRES ? 2.54 : 1);
        l.y_dpi = d.y_resolution * (d.unit == CENTIMETRES ? 2.54 : 1);
    }
    if (!l.tiled) {
        l.piece_width = l.width;
        l.piece_height = d.strip_rows && d.strip_rows < l.height ? d.strip_rows : l.height;
    }
    rc = pieces_take(&r, &d, a, &l, err);
    if (!rc)
        *out = l;
    return rc;
}
