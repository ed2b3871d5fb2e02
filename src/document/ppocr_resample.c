#include "document/ppocr_resample.h"

#include <assert.h>
#include <leptonica/allheaders.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Leptonica keeps pixels in words of the machine's order, the first in the highest byte. */
static const unsigned char *row_of(const PIX *picture, size_t y)
{
    PIX *p = (PIX *)(uintptr_t)picture; /* its functions know no const */

    return (const unsigned char *)(pixGetData(p) + y * (size_t)pixGetWpl(p));
}

static inline float pixel(const unsigned char *row, size_t x)
{
    return row[x ^ (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 3 : 0)];
}

void ppocr__picture_size(PIX *picture, size_t *width, size_t *height)
{
    *width = (size_t)pixGetWidth(picture);
    *height = (size_t)pixGetHeight(picture);
}

/* ---- The whole picture -------------------------------------------------- */

/* Which `taps` pixels from first[i] on make pixel i of a side, and with what weights. */
typedef struct taps {
    size_t count;
    size_t *first;
    float *weights; /* [side][count], each pixel's sum is 1 */
} taps;

static void taps_clear(taps *t)
{
    free(t->first);
    free(t->weights);
}

static q_code taps_make(size_t from, size_t to, taps *t, q_err *err)
{
    double scale = (double)from / (double)to, reach = fmax(scale, 1);

    t->count = (size_t)ceil(2 * reach) + 1;
    t->count = t->count < from ? t->count : from;
    t->first = calloc(to, sizeof *t->first);
    t->weights = calloc(to, t->count * sizeof *t->weights);
    if (!t->first || !t->weights)
        return q_err_nomem(err);
    for (size_t i = 0; i < to; i++) {
        double middle = ((double)i + 0.5) * scale - 0.5, first = ceil(middle - reach), sum = 0;
        float *w = t->weights + i * t->count;

        first = fmax(fmin(first, (double)(from - t->count)), 0);
        t->first[i] = (size_t)first;
        for (size_t k = 0; k < t->count; k++) {
            w[k] = (float)fmax(1 - fabs(first + (double)k - middle) / reach, 0);
            sum += (double)w[k];
        }
        for (size_t k = 0; k < t->count; k++)
            w[k] = (float)((double)w[k] / sum);
    }
    return Q_OK;
}

/* A row of the picture at its new width. */
static void narrow_row(const unsigned char *row, const taps *t, size_t width, float *out)
{
    for (size_t x = 0; x < width; x++) {
        const float *w = t->weights + x * t->count;
        float sum = 0;

        for (size_t k = 0; k < t->count; k++)
            sum += w[k] * pixel(row, t->first[x] + k);
        out[x] = sum;
    }
}

q_code ppocr__resample(PIX *picture, size_t width, size_t height, float *out, q_err *err)
{
    size_t old_width = (size_t)pixGetWidth(picture), old_height = (size_t)pixGetHeight(picture);
    taps across = {0}, down = {0};
    size_t depth, ready = 0; /* rows of the picture that were narrowed, the last ones in the ring */
    float *ring = NULL;
    q_code rc = taps_make(old_width, width, &across, err);

    if (!rc)
        rc = taps_make(old_height, height, &down, err);
    if (rc)
        goto done;
    depth = down.count;
    assert(across.count != 0 && depth != 0); /* a picture has pixels */
    ring = calloc(depth, width * sizeof *ring);
    if (!ring) {
        rc = q_err_nomem(err);
        goto done;
    }
    for (size_t y = 0; y < height; y++) {
        float *to = out + y * width;

        ready = ready > down.first[y] ? ready : down.first[y];
        for (; ready < down.first[y] + depth; ready++)
            narrow_row(row_of(picture, ready), &across, width, ring + ready % depth * width);
        for (size_t x = 0; x < width; x++)
            to[x] = 0;
        for (size_t k = 0; k < depth; k++) {
            const float *row = ring + (down.first[y] + k) % depth * width;
            float w = down.weights[y * depth + k];

            for (size_t x = 0; x < width; x++)
                to[x] += w * row[x];
        }
    }
done:
    free(ring);
    taps_clear(&across);
    taps_clear(&down);
    return rc;
}

/* ---- A line ------------------------------------------------------------- */

static double clamp(double v, double most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

/* The picture at a place between its pixels, whose middles have whole coordinates. */
static float sample(const PIX *picture, double x, double y, double right, double bottom)
{
    double cx = clamp(x, right), cy = clamp(y, bottom);
    size_t x0 = (size_t)cx, y0 = (size_t)cy, x1 = cx < right ? x0 + 1 : x0;
    const unsigned char *above = row_of(picture, y0);
    const unsigned char *below = cy < bottom ? row_of(picture, y0 + 1) : above;
    float fx = (float)(cx - (double)x0), fy = (float)(cy - (double)y0);
    float a = pixel(above, x0), b = pixel(below, x0);

    a += fx * (pixel(above, x1) - a);
    b += fx * (pixel(below, x1) - b);
    return a + fy * (b - a);
}

void ppocr__crop(PIX *picture, const ppocr_line *l, size_t width, size_t height, size_t stride,
                 float *out)
{
    double right = pixGetWidth(picture) - 1, bottom = pixGetHeight(picture) - 1;
    double shrink = 2 * hypot(l->bx, l->by) / (double)height;
    /* Where it shrinks, the mean of several places. */
    size_t fine = shrink <= 1.5 ? 1 : shrink < 8 ? (size_t)ceil(shrink) : 8;
    double w = (double)(width * fine), h = (double)(height * fine);
    double ax = 2 * l->ax / w, ay = 2 * l->ay / w, bx = 2 * l->bx / h, by = 2 * l->by / h;
    /* The middle of the first place. */
    double x0 = l->x - l->ax - l->bx + (ax + bx) / 2 - 0.5;
    double y0 = l->y - l->ay - l->by + (ay + by) / 2 - 0.5;

    for (size_t i = 0; i < height; i++)
        for (size_t j = 0; j < width; j++) {
            float sum = 0;

            for (size_t k = 0; k < fine * fine; k++) {
                size_t row = i * fine + k / fine, column = j * fine + k % fine;
                double u = (double)column, v = (double)row;

                sum += sample(picture, x0 + u * ax + v * bx, y0 + u * ay + v * by, right, bottom);
            }
            out[i * stride + j] = sum / (float)(fine * fine);
        }
}
