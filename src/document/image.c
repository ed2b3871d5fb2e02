#include "document/image.h"

#include "document/tiff.h"

#include <inttypes.h>
#include <leptonica/allheaders.h>
#include <string.h>

q_code image__check_size(uint64_t width, uint64_t height, const q_document_limits *limits,
                         q_err *err)
{
    if (width == 0 || height == 0)
        return q_err_set(err, Q_INVALID, "the picture is %" PRIu64 " x %" PRIu64 " pixels", width,
                         height);
    if (width > limits->max_pixels / height)
        return q_err_set(err, Q_LIMIT,
                         "the picture declares %" PRIu64 " x %" PRIu64 " pixels; at most %" PRIu64
                         " million are read",
                         width, height, limits->max_pixels / 1000000);
    return Q_OK;
}

static q_code check_png(q_str file, const q_document_limits *limits, q_err *err)
{
    const unsigned char *p = (const unsigned char *)file.p;
    uint32_t size[2] = {0, 0};

    /* 8 bytes of signature, then the chunk IHDR: length, name, width, height. */
    if (file.n < 33 || memcmp(p + 12, "IHDR", 4) != 0)
        return q_err_set(err, Q_INVALID, "the PNG ends within its header");
    for (int i = 0; i < 8; i++)
        size[i / 4] = size[i / 4] << 8 | p[16 + i];
    return image__check_size(size[0], size[1], limits, err);
}

static q_code check_jpeg(q_str file, const q_document_limits *limits, q_err *err)
{
    l_int32 width = 0, height = 0;

    if (readHeaderMemJpeg((const l_uint8 *)file.p, file.n, &width, &height, NULL, NULL, NULL))
        return q_err_set(err, Q_INVALID, "the JPEG has no readable header");
    return image__check_size((uint32_t)width, (uint32_t)height, limits, err);
}

static q_code check_tiff(q_str file, const q_document_limits *limits, size_t *pages, q_err *err)
{
    q_arena *a = q_arena_new((size_t)64 << 20);
    tiff__page *page;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = tiff__pages(file, limits->max_pages, a, &page, pages, err);
    for (size_t i = 0; !rc && i < *pages; i++) {
        rc = image__check_size(page[i].width, page[i].height, limits, err);
        if (!rc && !page[i].data_inside)
            rc = q_err_set(err, Q_INVALID, "the file ends before the picture does");
        if (rc)
            q_err_add(err, rc, "TIFF page %zu", i + 1);
    }
    q_arena_free(a);
    return rc;
}

q_code image__check(q_str file, q_format format, const q_document_limits *limits, size_t *pages,
                    q_err *err)
{
    setMsgSeverity(L_SEVERITY_NONE); /* errors reach our callers as errors */
    *pages = 1;
    switch (format) {
    case Q_FORMAT_PNG:
        return check_png(file, limits, err);
    case Q_FORMAT_JPEG:
        return check_jpeg(file, limits, err);
    default:
        return check_tiff(file, limits, pages, err);
    }
}

static bool has_marker(q_str file, size_t from, char marker)
{
    const char bytes[2] = {'\xff', marker};

    return q_str_find(q_str_sub(file, from, file.n), (q_str){bytes, 2}) != SIZE_MAX;
}

/* Does the last scan of a JPEG lack its end? Within a scan's data no marker
 * can be mistaken: a byte FF is followed by 00 there.
 */
static bool jpeg_is_cut(q_str file)
{
    size_t at = file.n;

    while (at > 0 && !has_marker(q_str_sub(file, at - 1, 2), 0, '\xda'))
        at--;
    return !has_marker(file, at, '\xd9');
}

static PIX *decode_jpeg(q_str file, q_err *err)
{
    l_int32 warnings = 0, samples = 0, hint;
    PIX *pix;

    readHeaderMemJpeg((const l_uint8 *)file.p, file.n, NULL, NULL, &samples, NULL, NULL);
    /* libjpeg gives the luminance directly, but not of four inks. */
    hint = samples == 4 ? 0 : L_JPEG_READ_LUMINANCE;
    pix = pixReadMemJpeg((const l_uint8 *)file.p, file.n, 0, 1, &warnings, hint);
    if (pix && warnings && jpeg_is_cut(file)) {
        pixDestroy(&pix);
        q_err_set(err, Q_INVALID, "the JPEG ends before the picture does");
    }
    return pix;
}

static PIX *without_alpha(PIX *pix)
{
    PIX *opaque;

    if (!pix || pixGetDepth(pix) != 32 || pixGetSpp(pix) != 4)
        return pix;
    opaque = pixAlphaBlendUniform(pix, 0xffffff00);
    pixDestroy(&pix);
    return opaque;
}

/* 8 bits a pixel, grey. Takes pix; NULL when memory is short. */
static PIX *grey(PIX *pix)
{
    PIX *out = pixConvertTo8(pix, 0);

    if (out)
        pixCopyResolution(out, pix);
    pixDestroy(&pix);
    return out;
}

q_code image__decode(q_str file, q_format format, size_t index, PIX **out, q_err *err)
{
    static const char *const names[] = {"PNG", "JPEG", "TIFF"};
    const l_uint8 *bytes = (const l_uint8 *)file.p;
    PIX *pix;

    q_err_set(err, Q_INVALID, "the %s is broken or truncated", names[format]);
    if (format == Q_FORMAT_PNG)
        pix = without_alpha(pixReadMemPng(bytes, file.n));
    else if (format == Q_FORMAT_JPEG)
        pix = decode_jpeg(file, err);
    else
        pix = without_alpha(pixReadMemTiff(bytes, file.n, (l_int32)index));
    if (!pix)
        return Q_INVALID;
    pix = grey(pix);
    if (!pix)
        return q_err_nomem(err);
    *out = pix;
    return Q_OK;
}
