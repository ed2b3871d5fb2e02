#include "engine/histogram.h"

#include <math.h>
#include <string.h>

enum { HALF = HISTOGRAM_BINS / 2 };

#define CANDIDATES 64 /* bounds tried at either end */

static void double_reach(histogram *h)
{
    uint64_t merged[HISTOGRAM_BINS] = {0};
    size_t i;

    for (i = 0; i < HISTOGRAM_BINS; i++)
        merged[HALF / 2 + i / 2] += h->bins[i];
    memcpy(h->bins, merged, sizeof merged);
    h->reach *= 2;
}

void histogram__add(histogram *h, const float *x, size_t count)
{
    double scale;
    size_t i;

    for (i = 0; i < count; i++) {
        double v = (double)x[i];

        if (!isfinite(v))
            continue;
        if (h->count == 0) {
            h->least = h->most = v;
            h->reach = 0x1p-20;
        }
        while (fabs(v) >= h->reach)
            double_reach(h);
        h->least = v < h->least ? v : h->least;
        h->most = v > h->most ? v : h->most;
        h->count++;
        scale = HALF / h->reach;
        h->bins[HALF + (ptrdiff_t)floor(v * scale)]++;
    }
}

static double bin_low(const histogram *h, size_t i)
{
    return ((double)i - HALF) * h->reach / HALF;
}

/* The value below which `part` of the numbers lie. */
static double quantile(const histogram *h, double part)
{
    double want = part * (double)h->count, have = 0;
    size_t i;

    for (i = 0; i < HISTOGRAM_BINS; i++) {
        if (have + (double)h->bins[i] >= want)
            return bin_low(h, i + (part > 0.5));
        have += (double)h->bins[i];
    }
    return h->most;
}

/* Sums over bins before i: numbers, their sum, their squares' sum. */
typedef struct moments {
    double n[HISTOGRAM_BINS + 1], x[HISTOGRAM_BINS + 1], xx[HISTOGRAM_BINS + 1];
} moments;

static void moments_make(const histogram *h, moments *m)
{
    size_t i;

    m->n[0] = m->x[0] = m->xx[0] = 0;
    for (i = 0; i < HISTOGRAM_BINS; i++) {
        double n = (double)h->bins[i], v = bin_low(h, i) + h->reach / HALF / 2;

        m->n[i + 1] = m->n[i] + n;
        m->x[i + 1] = m->x[i] + n * v;
        m->xx[i + 1] = m->xx[i] + n * v * v;
    }
}

static size_t bin_of(const histogram *h, double v)
{
    double at = HALF + floor(v * HALF / h->reach);

    return at < 0 ? 0 : at > HISTOGRAM_BINS ? HISTOGRAM_BINS : (size_t)at;
}

/* Sum of squared errors: outside the distance to the bound, inside a twelfth of the step's
 * square.
 */
static double square_error(const histogram *h, const moments *m, double low, double high,
                           size_t levels)
{
    size_t a = bin_of(h, low), b = bin_of(h, high), end = HISTOGRAM_BINS;
    double step = (high - low) / (double)(levels - 1);
    double below = m->xx[a] - 2 * low * m->x[a] + low * low * m->n[a];
    double above = m->xx[end] - m->xx[b] - 2 * high * (m->x[end] - m->x[b]) +
                   high * high * (m->n[end] - m->n[b]);

    return below + above + (m->n[b] - m->n[a]) * step * step / 12;
}

static void least_error(const histogram *h, size_t levels, double *low, double *high)
{
    double least = *low, most = *high, best = INFINITY;
    moments m;
    size_t i, j;

    moments_make(h, &m);
    for (i = 1; i <= CANDIDATES; i++)
        for (j = 1; j <= CANDIDATES; j++) {
            double a = least * (double)i / CANDIDATES, b = most * (double)j / CANDIDATES, e;

            if ((least == 0 && i > 1) || (most == 0 && j > 1))
                continue;
            e = square_error(h, &m, a, b, levels);
            if (e < best) {
                best = e;
                *low = a;
                *high = b;
            }
        }
}

/* Information lost when what lies in bins [a, b) is spread evenly over `levels` steps, and what
 * lies outside moves to the ends.
 */
static double divergence(const histogram *h, size_t a, size_t b, size_t levels)
{
    double below = 0, above = 0, total = (double)h->count, loss = 0;
    size_t i, level;

    for (i = 0; i < a; i++)
        below += (double)h->bins[i];
    for (i = b; i < HISTOGRAM_BINS; i++)
        above += (double)h->bins[i];
    for (level = 0; level < levels; level++) {
        size_t from = a + (b - a) * level / levels, to = a + (b - a) * (level + 1) / levels;
        double sum = 0, used = 0;

        for (i = from; i < to; i++) {
            sum += (double)h->bins[i];
            used += h->bins[i] != 0;
        }
        for (i = from; i < to; i++) {
            double p = (double)h->bins[i] + (i == a ? below : 0) + (i == b - 1 ? above : 0);

            if (p > 0) /* what is moved into an empty bin counts as lost entirely */
                loss += p / total * log(p / (sum > 0 && h->bins[i] ? sum / used : 1e-3));
        }
    }
    return loss;
}

static void least_divergence(const histogram *h, size_t levels, double *low, double *high)
{
    double least = *low, most = *high, best = INFINITY;
    size_t i;

    for (i = CANDIDATES / 8; i <= CANDIDATES; i++) {
        double part = (double)i / CANDIDATES, e;
        size_t a = bin_of(h, least * part), b = bin_of(h, most * part) + 1;

        if (b > HISTOGRAM_BINS || b - a < levels)
            continue;
        e = divergence(h, a, b, levels);
        if (e < best) {
            best = e;
            *low = least * part;
            *high = most * part;
        }
    }
}

void histogram__range(const histogram *h, histogram_method method, double tail, size_t levels,
                      double *low, double *high)
{
    *low = h->count && h->least < 0 ? h->least : 0;
    *high = h->count && h->most > 0 ? h->most : 0;
    if (h->count == 0 || *low == *high)
        return;
    switch (method) {
    case HISTOGRAM_MINMAX:
        break;
    case HISTOGRAM_PERCENTILE:
        *low = fmax(*low, fmin(quantile(h, tail), 0));
        *high = fmin(*high, fmax(quantile(h, 1 - tail), 0));
        break;
    case HISTOGRAM_ERROR:
        least_error(h, levels, low, high);
        break;
    case HISTOGRAM_ENTROPY:
        least_divergence(h, levels, low, high);
        break;
    }
}
