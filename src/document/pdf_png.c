#include "document/pdf_png.h"

#include "document/pdf_jpeg.h"

#include <inttypes.h>
#include <stdio.h>
#include <zlib.h>

enum { SIGNATURE = 8, CHUNK = 12 /* length, name, checksum */, MAX_PROFILE = 4 << 20 };

static uint32_t u32(q_str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static q_code take_head(q_str s, pdf_png *p, q_err *err)
{
    if (s.n < 13)
        return q_err_set(err, Q_INVALID, "the PNG ends within its header");
    p->width = u32(s, 0);
    p->height = u32(s, 4);
    p->bits = (unsigned char)s.p[8];
    p->kind = (unsigned char)s.p[9];
    p->plain = s.p[12] == 0 && (p->kind == 0 || p->kind == 2 || p->kind == 3) && p->bits <= 16;
    return Q_OK;
}

static void take_density(q_str s, pdf_png *p)
{
    if (s.n < 9 || s.p[8] != 1) /* dots a metre */
        return;
    p->x_dpi = u32(s, 0) * 0.0254;
    p->y_dpi = u32(s, 4) * 0.0254;
}

/* A colour that lets through shows the paper, which is white. */
static q_code take_transparency(q_str s, q_arena *a, pdf_png *p, q_err *err)
{
    unsigned char *to;

    if (p->kind == 0 || p->kind == 2) {
        p->clear = q_str_sub(s, 0, p->kind == 0 ? 2 : 6);
        p->plain = p->plain && p->clear.n == (p->kind == 0 ? 2 : 6);
        return Q_OK;
    }
    p->palette = q_str_copy(a, p->palette);
    if (!p->palette.p)
        return q_err_nomem(err);
    to = (unsigned char *)(uintptr_t)p->palette.p;
    for (size_t i = 0; i < p->palette.n && i / 3 < s.n; i++) {
        unsigned alpha = (unsigned char)s.p[i / 3];

        to[i] = (unsigned char)((to[i] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
    return Q_OK;
}

/* "name", 0, 0 (deflate), then the compressed profile. One that cannot be read is left out. */
static q_code take_profile(q_str s, q_arena *a, pdf_png *p, q_err *err)
{
    q_str name, packed;
    uLongf n = MAX_PROFILE;
    Bytef *bytes;

    if (!q_str_cut(s, 0, &name, &packed) || packed.n < 2 || packed.p[0] != 0)
        return Q_OK;
    bytes = q_arena_alloc(a, n);
    if (!bytes)
        return q_err_nomem(err);
    if (uncompress(bytes, &n, (const Bytef *)packed.p + 1, packed.n - 1) == Z_OK)
        p->profile = (q_str){(const char *)bytes, n};
    return Q_OK;
}

q_code pdf_png__read(q_str file, q_arena *a, pdf_png *out, q_err *err)
{
    q_buf rows = q_buf_init(a, SIZE_MAX);
    pdf_png p = {.width = 0};
    size_t at = SIGNATURE;
    q_code rc = Q_OK;

    while (!rc && file.n >= CHUNK && at <= file.n - CHUNK) {
        uint32_t n = u32(file, at);
        q_str name = q_str_sub(file, at + 4, 4), s = q_str_sub(file, at + 8, n);

        if (n > file.n - at - CHUNK || q_str_is(name, "IEND"))
            break;
        if (q_str_is(name, "IHDR"))
            rc = take_head(s, &p, err);
        else if (q_str_is(name, "PLTE"))
            p.palette = q_str_sub(s, 0, s.n / 3 * 3);
        else if (q_str_is(name, "tRNS"))
            rc = take_transparency(s, a, &p, err);
        else if (q_str_is(name, "pHYs"))
            take_density(s, &p);
        else if (q_str_is(name, "iCCP"))
            rc = take_profile(s, a, &p, err);
        else if (q_str_is(name, "IDAT") && p.plain)
            q_buf_put(&rows, s);
        at += (size_t)n + CHUNK;
    }
    if (!rc && (p.width == 0 || p.height == 0))
        rc = q_err_set(err, Q_INVALID, "the PNG has no picture");
    p.plain = p.plain && (p.kind != 3 || p.palette.n >= 3) && p.palette.n <= 768;
    if (!rc)
        rc = q_buf_finish(&rows, &p.rows, err);
    if (!rc)
        *out = p;
    return rc;
}

q_code pdf_png__write(const pdf_png *p, pdf_out *o, uint32_t number, q_err *err)
{
    unsigned channels = p->kind == 2 ? 3 : 1;
    q_buf b = q_buf_init(NULL, 65536);
    uint32_t profile = 0;
    char space[64];
    q_str entries;
    q_code rc = pdf_jpeg__write_profile(p->profile, p->kind == 0 ? 1 : 3, o, &profile, err);

    if (profile)
        snprintf(space, sizeof space, "[/ICCBased %" PRIu32 " 0 R]", profile);
    else
        snprintf(space, sizeof space, "%s", p->kind == 0 ? "/DeviceGray" : "/DeviceRGB");
    q_buf_printf(&b,
                 "/Type/XObject/Subtype/Image/Width %" PRIu32 "/Height %" PRIu32
                 "/BitsPerComponent %u/ColorSpace",
                 p->width, p->height, p->bits);
    if (p->kind == 3) {
        q_buf_printf(&b, "[/Indexed%s %zu<", space, p->palette.n / 3 - 1);
        for (size_t i = 0; i < p->palette.n; i++)
            q_buf_printf(&b, "%02x", (unsigned)(unsigned char)p->palette.p[i]);
        q_buf_puts(&b, ">]");
    } else {
        q_buf_puts(&b, space);
    }
    q_buf_printf(&b,
                 "/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors %u/BitsPerComponent %u"
                 "/Columns %" PRIu32 ">>",
                 channels, p->bits, p->width);
    if (p->clear.n) {
        q_buf_puts(&b, "/Mask[");
        for (size_t i = 0; i < p->clear.n; i += 2) {
            unsigned v =
                (unsigned)(unsigned char)p->clear.p[i] << 8 | (unsigned char)p->clear.p[i + 1];

            q_buf_printf(&b, "%u %u ", v, v);
        }
        q_buf_puts(&b, "]");
    }
    if (!rc)
        rc = q_buf_finish(&b, &entries, err);
    if (!rc)
        rc = pdf_out__stream(o, number, entries, p->rows, err);
    q_buf_clear(&b);
    return rc;
}
