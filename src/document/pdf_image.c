#include "document/pdf_image.h"

#include "document/pdf_jpeg.h"
#include "document/pdf_layer.h"
#include "document/pdf_pixels.h"
#include "document/pdf_png.h"
#include "document/tiff.h"

#include <inttypes.h>
#include <leptonica/allheaders.h>
#include <math.h>
#include <stdio.h>

enum { SCREEN_DPI = 96, MAX_DPI = 4800, ARENA = 640 << 20 };

static const double a4_in = 11.69, longest_pt = 14400; /* of a PDF page */

enum { FAX4 = 4, JPEG = 7, DEFLATE = 8, ADOBE_DEFLATE = 32946 };

/* Where the unit square of an image goes in that of the page, y up, by TIFF's orientation. */
static const pdf_affine oriented[] = {
    {1, 0, 0, 1, 0, 0},   {-1, 0, 0, 1, 1, 0}, {-1, 0, 0, -1, 1, 1}, {1, 0, 0, -1, 0, 1},
    {0, -1, -1, 0, 1, 1}, {0, -1, 1, 0, 0, 1}, {0, 1, 1, 0, 0, 0},   {0, 1, -1, 0, 1, 0}};

/* 11811 dots a metre were meant to be 300 an inch. */
static double whole(double dpi)
{
    return fabs(dpi - round(dpi)) < 0.02 ? round(dpi) : dpi;
}

static void page_size(pdf_image *out, double width, double height, double x_dpi, double y_dpi)
{
    double most = fmax(width, height), scale;

    x_dpi = whole(x_dpi);
    y_dpi = whole(y_dpi);
    if (!(x_dpi > SCREEN_DPI && y_dpi > SCREEN_DPI && x_dpi <= MAX_DPI && y_dpi <= MAX_DPI))
        x_dpi = y_dpi = fmax(SCREEN_DPI, most / a4_in);
    out->width_pt = width * 72 / x_dpi;
    out->height_pt = height * 72 / y_dpi;
    scale = longest_pt / fmax(out->width_pt, out->height_pt);
    if (scale < 1) {
        out->width_pt *= scale;
        out->height_pt *= scale;
    }
}

/* A new image object that is drawn into the unit square `at` of the page. */
static uint32_t image_add(pdf_image *out, pdf_out *o, pdf_affine at)
{
    uint32_t number = pdf_out__reserve(o);
    pdf_affine m = pdf_affine__then(at, (pdf_affine){out->width_pt, 0, 0, out->height_pt, 0, 0});

    q_buf_printf(&out->content, "q %.5f %.5f %.5f %.5f %.5f %.5f cm/Im%" PRIu32 " Do Q\n", m.a, m.b,
                 m.c, m.d, m.e, m.f, number);
    q_buf_printf(&out->xobjects, "/Im%" PRIu32 " %" PRIu32 " 0 R", number, number);
    return number;
}

static int exif_turn(unsigned orientation)
{
    return orientation == 3 ? 180 : orientation == 6 ? 90 : orientation == 8 ? 270 : 0;
}

static q_code write_pix(PIX *pix, double x_dpi, double y_dpi, pdf_out *o, pdf_image *out,
                        q_err *err)
{
    if (!pix)
        return q_err_set(err, Q_INVALID, "the picture is broken or truncated");
    page_size(out, pixGetWidth(pix), pixGetHeight(pix), x_dpi, y_dpi);
    return pdf_pixels__write(pix, o, image_add(out, o, pdf_affine_identity), err);
}

static q_code write_jpeg(q_str file, q_arena *a, pdf_out *o, pdf_image *out, q_err *err)
{
    pdf_jpeg j;
    PIX *pix;
    q_code rc = pdf_jpeg__read(file, a, &j, err);

    if (rc)
        return rc;
    out->rotate = exif_turn(j.orientation);
    if (!j.readable) {
        pix = pixReadMemJpeg((const l_uint8 *)file.p, file.n, 0, 1, NULL, 0);
        rc = write_pix(pix, j.x_dpi, j.y_dpi, o, out, err);
        pixDestroy(&pix);
        return rc;
    }
    page_size(out, j.width, j.height, j.x_dpi, j.y_dpi);
    out->needs_ink = j.components == 4 && j.profile.n == 0;
    return pdf_jpeg__write(file, &j, o, image_add(out, o, pdf_affine_identity), err);
}

/* One of 1 bit: by group 4 when that is smaller. */
static q_code write_png_bits(q_str file, const pdf_png *p, q_arena *a, pdf_out *o, uint32_t number,
                             q_err *err)
{
    PIX *pix = pixReadMemPng((const l_uint8 *)file.p, file.n);
    l_int32 plain = 0;
    q_str fax = {NULL, 0};
    q_code rc = Q_OK;

    if (pix && pixGetDepth(pix) == 1 && pixGetColormap(pix))
        pixcmapIsBlackAndWhite(pixGetColormap(pix), &plain);
    if (pix && pixGetDepth(pix) == 1 && (plain || !pixGetColormap(pix))) {
        PIX *bits = pixRemoveColormap(pix, REMOVE_CMAP_TO_BINARY);

        rc = bits ? pdf_pixels__fax(bits, a, &fax, err) : q_err_nomem(err);
        pixDestroy(&bits);
    }
    if (!rc && fax.n && fax.n < p->rows.n)
        rc = pdf_pixels__write_fax(fax, p->width, p->height, false, o, number, err);
    else if (!rc)
        rc = pdf_png__write(p, o, number, err);
    pixDestroy(&pix);
    return rc;
}

static q_code write_png(q_str file, q_arena *a, pdf_out *o, pdf_image *out, q_err *err)
{
    pdf_png p;
    uint32_t number;
    PIX *pix;
    q_code rc = pdf_png__read(file, a, &p, err);

    if (rc)
        return rc;
    if (!p.plain) {
        pix = pixReadMemPng((const l_uint8 *)file.p, file.n);
        rc = write_pix(pix, p.x_dpi, p.y_dpi, o, out, err);
        pixDestroy(&pix);
        return rc;
    }
    page_size(out, p.width, p.height, p.x_dpi, p.y_dpi);
    number = image_add(out, o, pdf_affine_identity);
    if (p.bits == 1)
        return write_png_bits(file, &p, a, o, number, err);
    return pdf_png__write(&p, o, number, err);
}

/* ---- TIFF ------------------------------------------------------------------ */

static uint8_t mirrored(uint8_t v)
{
    v = (uint8_t)((v & 0xf0) >> 4 | (v & 0x0f) << 4);
    v = (uint8_t)((v & 0xcc) >> 2 | (v & 0x33) << 2);
    return (uint8_t)((v & 0xaa) >> 1 | (v & 0x55) << 1);
}

static q_code write_fax(const tiff__layout *l, q_arena *a, pdf_out *o, pdf_image *out, q_err *err)
{
    q_str data = l->pieces[0];
    uint32_t number = image_add(out, o, pdf_affine_identity);

    if (l->fill_order == 2) { /* the lowest bit first */
        char *bytes = q_arena_alloc(a, data.n);

        if (!bytes)
            return q_err_nomem(err);
        for (size_t i = 0; i < data.n; i++)
            bytes[i] = (char)mirrored((uint8_t)data.p[i]);
        data.p = bytes;
    }
    return pdf_pixels__write_fax(data, (size_t)l->width, (size_t)l->height, l->photometric == 1, o,
                                 number, err);
}

static q_code write_jpeg_strips(const tiff__layout *l, q_str jpeg, pdf_out *o, pdf_image *out,
                                q_err *err)
{
    uint32_t number = image_add(out, o, oriented[l->orientation - 1]);
    char entries[256];

    snprintf(entries, sizeof entries,
             "/Type/XObject/Subtype/Image/Width %" PRIu64 "/Height %" PRIu64
             "/BitsPerComponent 8/ColorSpace%s/Filter/DCTDecode%s",
             l->width, l->height, l->samples == 3 ? "/DeviceRGB" : "/DeviceGray",
             l->samples == 3 && l->photometric == 2 ? "/DecodeParms<</ColorTransform 0>>" : "");
    return pdf_out__stream(o, number, q_str_of(entries), jpeg, err);
}

static q_code write_deflated(const tiff__layout *l, pdf_out *o, pdf_image *out, q_err *err)
{
    char entries[320];
    uint32_t number = image_add(out, o, pdf_affine_identity);

    snprintf(entries, sizeof entries,
             "/Type/XObject/Subtype/Image/Width %" PRIu64 "/Height %" PRIu64
             "/BitsPerComponent 8/ColorSpace%s/Filter/FlateDecode"
             "/DecodeParms<</Predictor %u/Colors %u/BitsPerComponent 8/Columns %" PRIu64 ">>",
             l->width, l->height, l->samples == 3 ? "/DeviceRGB" : "/DeviceGray", l->predictor,
             l->samples, l->width);
    return pdf_out__stream(o, number, q_str_of(entries), l->pieces[0], err);
}

static bool is_byte_picture(const tiff__layout *l)
{
    return l->bits == 8 && l->planar == 1 && l->extra_samples == 0 &&
           (l->samples == 1 || l->samples == 3);
}

static bool keeps_fax(const tiff__layout *l)
{
    return l->compression == FAX4 && l->piece_count == 1 && !l->tiled && l->bits == 1 &&
           l->samples == 1 && l->orientation == 1 && l->photometric <= 1;
}

static bool keeps_jpeg(const tiff__layout *l)
{
    return l->compression == JPEG && is_byte_picture(l) && !l->tiled && l->height <= 65535 &&
           l->piece_count >= 1 && l->orientation >= 1 && l->orientation <= 8 &&
           (l->samples == 1 ? l->photometric == 1 : l->photometric == 2 || l->photometric == 6);
}

static bool keeps_deflate(const tiff__layout *l)
{
    return (l->compression == DEFLATE || l->compression == ADOBE_DEFLATE) && is_byte_picture(l) &&
           l->piece_count == 1 && !l->tiled && l->orientation == 1 &&
           (l->predictor == 1 || l->predictor == 2) && l->photometric == (l->samples == 3 ? 2 : 1);
}

static q_code write_tiff(q_str file, size_t index, q_arena *a, pdf_out *o, pdf_image *out,
                         q_err *err)
{
    q_str jpeg = {NULL, 0};
    bool across;
    tiff__layout l;
    PIX *pix;
    q_code rc = tiff__layout_of(file, index, a, &l, err);

    if (rc)
        return rc;
    if (l.width == 0 || l.height == 0)
        return q_err_set(err, Q_INVALID, "the TIFF has no picture");
    across = l.orientation >= 5 && l.orientation <= 8;
    page_size(out, (double)(across ? l.height : l.width), (double)(across ? l.width : l.height),
              across ? l.y_dpi : l.x_dpi, across ? l.x_dpi : l.y_dpi);
    if (keeps_fax(&l))
        return write_fax(&l, a, o, out, err);
    if (keeps_jpeg(&l))
        rc = pdf_jpeg__join(l.tables, l.pieces, l.piece_count, (unsigned)l.height, a, &jpeg, err);
    if (rc)
        return rc;
    if (jpeg.n)
        return write_jpeg_strips(&l, jpeg, o, out, err);
    if (keeps_deflate(&l))
        return write_deflated(&l, o, out, err);
    pix = pixReadMemTiff((const l_uint8 *)file.p, file.n, (l_int32)index);
    rc = write_pix(pix, across ? l.y_dpi : l.x_dpi, across ? l.x_dpi : l.y_dpi, o, out, err);
    pixDestroy(&pix);
    return rc;
}

/* ---- all ------------------------------------------------------------------- */

static void begin(pdf_image *out)
{
    *out =
        (pdf_image){.content = q_buf_init(NULL, SIZE_MAX), .xobjects = q_buf_init(NULL, SIZE_MAX)};
}

q_code pdf_image__write(q_str file, q_format format, size_t index, pdf_out *o, pdf_image *out,
                        q_err *err)
{
    q_arena *a = q_arena_new(ARENA);
    q_code rc;

    begin(out);
    if (!a)
        return q_err_nomem(err);
    setMsgSeverity(L_SEVERITY_NONE);
    if (format == Q_FORMAT_JPEG)
        rc = write_jpeg(file, a, o, out, err);
    else if (format == Q_FORMAT_PNG)
        rc = write_png(file, a, o, out, err);
    else
        rc = write_tiff(file, index, a, o, out, err);
    q_arena_free(a);
    return rc;
}

q_code pdf_image__write_drawn(PIX *picture, double width_pt, double height_pt, pdf_out *o,
                              pdf_image *out, q_err *err)
{
    begin(out);
    out->width_pt = width_pt;
    out->height_pt = height_pt;
    return pdf_pixels__write_drawn(picture, o, image_add(out, o, pdf_affine_identity), err);
}

void pdf_image__clear(pdf_image *image)
{
    q_buf_clear(&image->content);
    q_buf_clear(&image->xobjects);
}
