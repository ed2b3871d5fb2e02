#include "document/picture.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>

void picture__size(double page_width, double page_height, unsigned width, unsigned *out_width,
                   unsigned *out_height)
{
    double shape = page_height / page_width;
    double w = fmin(width, sqrt(PICTURE_PIXELS / shape));

    *out_width = (unsigned)fmax(floor(w), 1);
    *out_height = (unsigned)fmin(fmax(round(w * shape), 1), PICTURE_PIXELS);
}

/* The JPEG is decoded at a half, a quarter or an eighth where that is wide enough. */
static PIX *read_jpeg(q_str file, unsigned width)
{
    l_int32 has = 0, reduction = 1;

    if (readHeaderMemJpeg((const l_uint8 *)file.p, file.n, &has, NULL, NULL, NULL, NULL))
        return NULL;
    while (reduction < 8 && (unsigned)has / (unsigned)(2 * reduction) >= width)
        reduction *= 2;
    return pixReadMemJpeg((const l_uint8 *)file.p, file.n, 0, reduction, NULL, 0);
}

static PIX *read(q_str file, q_format format, size_t index, unsigned width)
{
    const l_uint8 *bytes = (const l_uint8 *)file.p;

    if (format == Q_FORMAT_JPEG)
        return read_jpeg(file, width);
    if (format == Q_FORMAT_PNG)
        return pixReadMemPng(bytes, file.n);
    return pixReadMemTiff(bytes, file.n, (l_int32)index);
}

/* Eight bits of grey or three colours, nothing transparent. Takes pix. */
static PIX *plain(PIX *pix)
{
    PIX *opaque = pixGetDepth(pix) == 32 && pixGetSpp(pix) == 4
                      ? pixAlphaBlendUniform(pix, 0xffffff00)
                      : pixClone(pix);
    PIX *out = opaque ? pixConvertTo8Or32(opaque, L_CLONE, 0) : NULL;

    pixDestroy(&opaque);
    pixDestroy(&pix);
    return out;
}

/* Never larger than it is. Takes pix. */
static PIX *fit(PIX *pix, unsigned width)
{
    unsigned w = 0, h = 0;
    PIX *out;

    picture__size(pixGetWidth(pix), pixGetHeight(pix), width, &w, &h);
    if (w >= (unsigned)pixGetWidth(pix))
        return pix;
    out = pixScaleToSize(pix, (l_int32)w, (l_int32)h);
    pixDestroy(&pix);
    return out;
}

q_code picture__image(q_str file, q_format format, size_t index, unsigned width, q_buf *out,
                      q_err *err)
{
    static const char *const names[] = {"PNG", "JPEG", "TIFF"};
    PIX *pix = read(file, format, index, width);
    l_uint8 *jpeg = NULL;
    size_t size = 0;
    q_code rc = Q_OK;

    if (!pix)
        return q_err_set(err, Q_INVALID, "the %s is broken or truncated", names[format]);
    pix = plain(pix);
    if (pix)
        pix = fit(pix, width);
    if (!pix || pixWriteMemJpeg(&jpeg, &size, pix, PICTURE_QUALITY, 0))
        rc = q_err_nomem(err);
    if (!rc)
        q_buf_put(out, (q_str){(const char *)jpeg, size});
    lept_free(jpeg);
    pixDestroy(&pix);
    return rc;
}
