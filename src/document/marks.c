#include "document/marks.h"

#include "document/marks_tick.h"
#include "document/ppocr_resample.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>

enum {
    SIDE = 2400, /* pixels of the longer side at most: A4 at 200 dpi */
    TILE = 32,   /* of the local threshold */
    SMOOTH = 2,  /* tiles on each side that a threshold is the mean of */
    LEAST = 1024 /* pixels; less is no page */
};

/* The page upright, where it stands turned in the picture or is larger than needed. */
static q_code set_upright(PIX *picture, const page__frame *frame, PIX **out, q_err *err)
{
    double scale = fmin(1, SIDE / fmax(frame->width, frame->height));
    double c = cos(frame->turn * M_PI / 180), s = sin(frame->turn * M_PI / 180);
    size_t width = (size_t)fmax(1, lround(frame->width * scale));
    size_t height = (size_t)fmax(1, lround(frame->height * scale));
    ppocr_line whole = {.x = frame->shown_width / 2, .y = frame->shown_height / 2};
    float *pixels = NULL;
    PIX *pix = NULL;

    if (frame->turn == 0 && scale == 1) {
        *out = pixClone(picture);
        return Q_OK;
    }
    whole.ax = frame->width / 2 * c;
    whole.ay = frame->width / 2 * s;
    whole.bx = -frame->height / 2 * s;
    whole.by = frame->height / 2 * c;
    pixels = malloc(width * height * sizeof *pixels);
    pix = pixCreateNoInit((l_int32)width, (l_int32)height, 8);
    if (!pixels || !pix) {
        free(pixels);
        pixDestroy(&pix);
        return q_err_nomem(err);
    }
    ppocr__crop(picture, &whole, width, height, width, pixels);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            SET_DATA_BYTE(pixGetData(pix) + y * (size_t)pixGetWpl(pix), x,
                          (l_uint32)lroundf(pixels[y * width + x]));
    free(pixels);
    *out = pix;
    return Q_OK;
}

/* Ink by a threshold that follows the paper's brightness. */
static q_code binarise(PIX *grey, PIX **out, q_err *err)
{
    if (pixOtsuAdaptiveThreshold(grey, TILE, TILE, SMOOTH, SMOOTH, 0.1F, NULL, out))
        return q_err_nomem(err);
    return Q_OK;
}

q_code marks__find(PIX *picture, const page__frame *frame, q_arena *a, q_marks *out, q_err *err)
{
    PIX *upright = NULL, *binary = NULL;
    q_code rc;

    *out = (q_marks){0};
    if (frame->width * frame->height < LEAST)
        return Q_OK;
    rc = set_upright(picture, frame, &upright, err);
    if (!rc)
        rc = binarise(upright, &binary, err);
    if (!rc)
        rc = marks__rules(binary, a, out, err);
    if (!rc)
        rc = marks__ticks(binary, a, out, err);
    if (!rc)
        rc = marks__edges(upright, a, out, err);
    if (!rc)
        rc = marks__figures(binary, a, out, err);
    pixDestroy(&upright);
    pixDestroy(&binary);
    return rc;
}
