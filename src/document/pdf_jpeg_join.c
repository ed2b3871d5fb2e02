/* Strips of a TIFF as one JPEG. A JPEG's data may come in intervals, after each of which the
 * decoder begins afresh: that is what strips are. Only the picture's height, the length of an
 * interval and the marks between intervals are new.
 */
#include "document/pdf_jpeg.h"

#include <inttypes.h>

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb, DHT = 0xc4, DRI = 0xdd, RST0 = 0xd0 };

static unsigned u8(q_str s, size_t at)
{
    return at < s.n ? (unsigned char)s.p[at] : 0;
}

static unsigned u16(q_str s, size_t at)
{
    return u8(s, at) << 8 | u8(s, at + 1);
}

/* A strip taken apart. */
typedef struct strip {
    q_str tables; /* segments DQT and DHT, in the arena */
    q_str frame;  /* content of SOF0 or SOF1 */
    q_str scan;   /* content of SOS */
    q_str data;
} strip;

static void put_segment(q_buf *b, unsigned marker, q_str content)
{
    q_buf_char(b, (char)0xff);
    q_buf_char(b, (char)marker);
    q_buf_char(b, (char)((content.n + 2) >> 8));
    q_buf_char(b, (char)(content.n + 2));
    q_buf_put(b, content);
}

/* The data from `at` on, without the mark of the end; false when there are marks within. */
static bool take_data(q_str s, size_t at, q_str *out)
{
    size_t i = at;

    while (i + 1 < s.n && !(u8(s, i) == 0xff && u8(s, i + 1) != 0))
        i++;
    if (i + 1 < s.n && u8(s, i + 1) != EOI)
        return false;
    *out = q_str_sub(s, at, i + 1 < s.n ? i - at : s.n - at);
    return true;
}

/* False when it is of another kind than one baseline scan. */
static bool take_apart(q_str s, q_arena *a, strip *out)
{
    q_buf tables = q_buf_init(a, 1 << 20);
    size_t at = 2;

    *out = (strip){.tables = {NULL, 0}};
    if (u16(s, 0) != (0xff00 | SOI))
        return false;
    while (at + 4 <= s.n && u8(s, at) == 0xff) {
        unsigned marker = u8(s, at + 1), n = u16(s, at + 2);
        q_str content;

        if (marker == EOI)
            break;
        if (n < 2 || n > s.n - at - 2)
            return false;
        content = q_str_sub(s, at + 4, n - 2);
        at += 2 + (size_t)n;
        if (marker == DQT || marker == DHT)
            put_segment(&tables, marker, content);
        else if (marker == 0xc0 || marker == 0xc1)
            out->frame = content;
        else if (marker == DRI || (marker > 0xc1 && marker <= 0xcf))
            return false;
        if (marker == SOS) {
            out->scan = content;
            if (!take_data(s, at, &out->data))
                return false;
            break;
        }
    }
    out->tables = q_buf_str(&tables);
    return tables.rc == Q_OK;
}

/* How many units of the scan a strip has; 0 when it does not end with one. */
static unsigned units_of(q_str frame, bool last)
{
    unsigned h = 1, v = 1, components = u8(frame, 5), height = u16(frame, 1);

    if (components != 1 && components != 3)
        return 0;
    for (unsigned i = 0; i < components; i++) {
        unsigned factors = u8(frame, 7 + 3 * (size_t)i);

        h = factors >> 4 > h ? factors >> 4 : h;
        v = (factors & 15) > v ? factors & 15 : v;
    }
    if (components == 1) /* a scan of one component goes block by block */
        h = v = 1;
    if (!last && height % (8 * v) != 0)
        return 0;
    return (u16(frame, 3) + 8 * h - 1) / (8 * h) * ((height + 8 * v - 1) / (8 * v));
}

/* Of one picture: all is the same but the height of the last. */
static bool belongs(const strip *first, const strip *s, bool last)
{
    q_str a = first->frame, b = s->frame;

    return a.n >= 6 && a.n == b.n && q_str_eq(first->scan, s->scan) &&
           (s->tables.n == 0 || q_str_eq(first->tables, s->tables)) && u8(a, 0) == u8(b, 0) &&
           q_str_eq(q_str_sub(a, 3, a.n), q_str_sub(b, 3, b.n)) &&
           (last ? u16(b, 1) <= u16(a, 1) : u16(b, 1) == u16(a, 1));
}

static void put_head(q_buf *b, q_str shared, const strip *first, unsigned height, unsigned units)
{
    q_str f = first->frame;
    const char start[] = {'\xff', '\xd8'}, rows[] = {(char)(height >> 8), (char)height};
    const char interval[] = {(char)(units >> 8), (char)units};

    q_buf_put(b, (q_str){start, 2});
    q_buf_put(b, shared);
    q_buf_put(b, first->tables);
    q_buf_char(b, (char)0xff);
    q_buf_char(b, (char)0xc1); /* extended: what baseline is, and tables of 16 bits */
    q_buf_char(b, (char)((f.n + 2) >> 8));
    q_buf_char(b, (char)(f.n + 2));
    q_buf_put(b, q_str_sub(f, 0, 1));
    q_buf_put(b, (q_str){rows, 2});
    q_buf_put(b, q_str_sub(f, 3, f.n));
    put_segment(b, DRI, (q_str){interval, 2});
    put_segment(b, SOS, first->scan);
}

q_code pdf_jpeg__join(q_str tables, const q_str *pieces, size_t count, unsigned height, q_arena *a,
                      q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, SIZE_MAX);
    strip shared = {.tables = {NULL, 0}}, first = shared;
    unsigned units = 0;

    *out = (q_str){NULL, 0};
    if (height == 0 || height > 65535 || (tables.n && !take_apart(tables, a, &shared)))
        return Q_OK;
    for (size_t i = 0; i < count; i++) {
        strip s;

        if (!take_apart(pieces[i], a, &s) || s.data.n == 0)
            return Q_OK;
        if (i == 0) {
            first = s;
            units = units_of(s.frame, count == 1);
            if (units == 0 || units > 65535)
                return Q_OK;
            put_head(&b, shared.tables, &first, height, units);
        }
        if (!belongs(&first, &s, i + 1 == count))
            return Q_OK;
        q_buf_put(&b, s.data);
        q_buf_char(&b, (char)0xff);
        q_buf_char(&b, (char)(i + 1 < count ? RST0 + i % 8 : EOI));
    }
    return q_buf_finish(&b, out, err);
}
