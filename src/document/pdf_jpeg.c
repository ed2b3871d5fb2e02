#include "document/pdf_jpeg.h"

#include "document/tiff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SOI = 0xd8,
    SOS = 0xda,
    EOI = 0xd9,
    APP0 = 0xe0,
    APP1 = 0xe1,
    APP2 = 0xe2,
    APP14 = 0xee,
    MAX_PROFILE = 4 << 20,
    MAX_CHUNKS = 255
};

static unsigned byte(q_str s, size_t at)
{
    return at < s.n ? (unsigned char)s.p[at] : 0;
}

static unsigned u16(q_str s, size_t at)
{
    return byte(s, at) << 8 | byte(s, at + 1);
}

static uint32_t u32(q_str s, size_t at)
{
    return (uint32_t)u16(s, at) << 16 | u16(s, at + 2);
}

/* A frame's head, of any of the fifteen kinds. */
static bool is_frame(unsigned marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool has_no_length(unsigned marker)
{
    return marker == 0x01 || (marker >= 0xd0 && marker <= SOI);
}

/* The next segment from *at on: its marker and content; false at the picture's data or the end. */
static bool segment_next(q_str file, size_t *at, unsigned *marker, q_str *content)
{
    for (;;) {
        size_t length;

        while (*at + 1 < file.n && byte(file, *at) == 0xff && byte(file, *at + 1) == 0xff)
            (*at)++;
        if (*at + 4 > file.n || byte(file, *at) != 0xff)
            return false;
        *marker = byte(file, *at + 1);
        *at += 2;
        if (has_no_length(*marker))
            continue;
        length = u16(file, *at);
        if (*marker == EOI || length < 2 || length > file.n - *at)
            return false;
        *content = q_str_sub(file, *at + 2, length - 2);
        *at += length;
        return true;
    }
}

static void take_jfif(q_str s, pdf_jpeg *j)
{
    double unit = byte(s, 7) == 1 ? 1 : byte(s, 7) == 2 ? 2.54 : 0;

    if (!q_str_starts(s, Q_STR("JFIF\0")) || s.n < 12)
        return;
    j->x_dpi = u16(s, 8) * unit;
    j->y_dpi = u16(s, 10) * unit;
}

static void take_exif(q_str s, q_arena *a, pdf_jpeg *j)
{
    tiff__layout l;

    if (!q_str_starts(s, Q_STR("Exif\0")) || tiff__layout_of(q_str_sub(s, 6, s.n), 0, a, &l, NULL))
        return;
    j->orientation = l.orientation;
    if (!(j->x_dpi > 0 && j->y_dpi > 0)) {
        j->x_dpi = l.x_dpi;
        j->y_dpi = l.y_dpi;
    }
}

/* A profile comes in up to 255 numbered parts. */
typedef struct chunks {
    q_str part[MAX_CHUNKS + 1]; /* by number, from 1 */
    unsigned total;
} chunks;

static void take_profile(q_str s, chunks *c)
{
    unsigned number = byte(s, 12);

    if (!q_str_starts(s, Q_STR("ICC_PROFILE\0")) || s.n < 14 || number == 0)
        return;
    c->total = byte(s, 13);
    c->part[number] = q_str_sub(s, 14, s.n);
}

static q_code join_profile(const chunks *c, q_arena *a, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, MAX_PROFILE);

    for (unsigned i = 1; i <= c->total; i++) {
        if (c->part[i].n == 0)
            return Q_OK; /* a part is missing: no profile */
        q_buf_put(&b, c->part[i]);
    }
    if (b.rc == Q_LIMIT)
        return Q_OK;
    return q_buf_finish(&b, out, err);
}

static void take_frame(unsigned marker, q_str s, pdf_jpeg *j)
{
    j->height = u16(s, 1);
    j->width = u16(s, 3);
    j->components = byte(s, 5);
    j->readable = marker <= 0xc2 && byte(s, 0) == 8 &&
                  (j->components == 1 || j->components == 3 || j->components == 4);
}

q_code pdf_jpeg__read(q_str file, q_arena *a, pdf_jpeg *out, q_err *err)
{
    pdf_jpeg j = {.orientation = 1};
    chunks c = {.total = 0};
    size_t at = 2;
    unsigned marker;
    q_str s;
    q_code rc;

    if (file.n < 4 || u16(file, 0) != (0xff00 | SOI))
        return q_err_set(err, Q_INVALID, "these are no bytes of a JPEG");
    while (segment_next(file, &at, &marker, &s) && marker != SOS) {
        if (is_frame(marker))
            take_frame(marker, s, &j);
        else if (marker == APP0)
            take_jfif(s, &j);
        else if (marker == APP1)
            take_exif(s, a, &j);
        else if (marker == APP2)
            take_profile(s, &c);
        else if (marker == APP14 && q_str_starts(s, Q_STR("Adobe")))
            j.adobe = true;
    }
    if (j.width == 0 || j.height == 0)
        return q_err_set(err, Q_INVALID, "the JPEG has no picture");
    rc = join_profile(&c, a, &j.profile, err);
    if (!rc)
        *out = j;
    return rc;
}

q_code pdf_jpeg__write_profile(q_str profile, unsigned components, pdf_out *o, uint32_t *number,
                               q_err *err)
{
    const char *space = components == 1 ? "GRAY" : components == 3 ? "RGB " : "CMYK";
    char entries[32];

    *number = 0;
    if (profile.n < 128 || u32(profile, 0) != profile.n || memcmp(profile.p + 16, space, 4) != 0 ||
        memcmp(profile.p + 36, "acsp", 4) != 0)
        return Q_OK;
    *number = pdf_out__reserve(o);
    snprintf(entries, sizeof entries, "/N %u", components);
    return pdf_out__deflated(o, *number, q_str_of(entries), profile, err);
}

q_code pdf_jpeg__write(q_str file, const pdf_jpeg *j, pdf_out *o, uint32_t number, q_err *err)
{
    static const char *const spaces[] = {"", "/DeviceGray", "", "/DeviceRGB", "/DeviceCMYK"};
    q_buf b = q_buf_init(NULL, 1024);
    uint32_t profile;
    q_code rc = pdf_jpeg__write_profile(j->profile, j->components, o, &profile, err);

    q_buf_printf(&b, "/Type/XObject/Subtype/Image/Width %u/Height %u/BitsPerComponent 8", j->width,
                 j->height);
    if (profile)
        q_buf_printf(&b, "/ColorSpace[/ICCBased %" PRIu32 " 0 R]", profile);
    else
        q_buf_printf(&b, "/ColorSpace%s", spaces[j->components]);
    if (j->components == 4 && j->adobe)
        q_buf_puts(&b, "/Decode[1 0 1 0 1 0 1 0]");
    q_buf_puts(&b, "/Filter/DCTDecode");
    if (!rc)
        rc = pdf_out__stream(o, number, q_buf_str(&b), file, err);
    q_buf_clear(&b);
    return rc;
}
