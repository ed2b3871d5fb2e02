#include "document/ppocr_ink.h"

#include <math.h>

enum {
    BINS = 64,
    MOST_HEIGHT = 64, /* rows of a line */
    DOT_GAP = 5,      /* rows between an i and its dot, of 48 */
    LEAST_INK = 2     /* pixels of a row or column: fewer are specks */
};
/* Of the way from the paper's grey to the ink's. */
static const float ink_share = 0.4F;
/* How far, in line heights, letters reach beyond where the recogniser saw their word. */
static const double reach = 0.3;

/* Which pixels are ink. */
typedef struct ink {
    const float *line;
    size_t width, height, stride;
    float limit;
    bool dark;
} ink;

static bool is_ink(const ink *k, size_t x, size_t y)
{
    float v = k->line[y * k->stride + x];

    return k->dark ? v < k->limit : v > k->limit;
}

/* The bin below which lie `share` of the counted. */
static size_t percentile(const size_t *counts, double share, size_t all)
{
    size_t seen = 0, i = 0;

    while (i < BINS - 1 && (double)(seen += counts[i]) < share * (double)all)
        i++;
    return i;
}

/* Paper is the commonest grey; ink the extreme that is farther from it. False where all is alike.
 */
static bool find_ink(ink *k)
{
    size_t counts[BINS] = {0}, all = k->width * k->height, paper = 0, low, high;
    float least = k->line[0], most = least, bin;

    for (size_t y = 0; y < k->height; y++)
        for (size_t x = 0; x < k->width; x++) {
            least = fminf(least, k->line[y * k->stride + x]);
            most = fmaxf(most, k->line[y * k->stride + x]);
        }
    bin = (most - least) / (BINS - 1);
    if (!(bin > 0))
        return false;
    for (size_t y = 0; y < k->height; y++)
        for (size_t x = 0; x < k->width; x++)
            counts[(size_t)((k->line[y * k->stride + x] - least) / bin)]++;
    for (size_t i = 0; i < BINS; i++)
        paper = counts[i] > counts[paper] ? i : paper;
    low = percentile(counts, 0.02, all);
    high = percentile(counts, 0.98, all);
    k->dark = paper >= low && (high < paper || paper - low >= high - paper);
    k->limit =
        least + bin * ((float)paper + ink_share * ((float)(k->dark ? low : high) - (float)paper));
    return true;
}

/* A word in pixels: columns [left, right), rows [top, bottom). */
typedef struct extent {
    size_t left, right, top, bottom;
} extent;

static size_t row_ink(const ink *k, const extent *e, size_t y)
{
    size_t n = 0;

    for (size_t x = e->left; x < e->right; x++)
        n += is_ink(k, x, y);
    return n;
}

static size_t column_ink(const ink *k, const extent *e, size_t x)
{
    size_t n = 0;

    for (size_t y = e->top; y < e->bottom; y++)
        n += is_ink(k, x, y);
    return n;
}

/* The rows around the one in the line's middle half with most ink, over gaps no wider than below an
 * i's dot: neighbouring lines stay out. False without ink.
 */
static bool fit_rows(const ink *k, extent *e)
{
    size_t counts[MOST_HEIGHT], best = k->height / 2, gap;

    for (size_t y = 0; y < k->height; y++)
        counts[y] = row_ink(k, e, y);
    for (size_t y = k->height / 4; y < k->height - k->height / 4; y++)
        best = counts[y] > counts[best] ? y : best;
    if (counts[best] < LEAST_INK)
        return false;
    e->top = best;
    gap = 0;
    for (size_t y = best; y-- > 0 && gap <= DOT_GAP; gap++)
        if (counts[y] >= LEAST_INK) {
            e->top = y;
            gap = 0;
        }
    e->bottom = best + 1;
    gap = 0;
    for (size_t y = best + 1; y < k->height && gap <= DOT_GAP; y++, gap++)
        if (counts[y] >= LEAST_INK) {
            e->bottom = y + 1;
            gap = 0;
        }
    return true;
}

/* The columns: outwards while ink goes on, no farther than to `least` and `most`, inwards where
 * there is none.
 */
static void fit_columns(const ink *k, extent *e, size_t least, size_t most)
{
    size_t left = e->left, right = e->right;

    while (left > least && column_ink(k, e, left) && column_ink(k, e, left - 1))
        left--;
    while (right < most && column_ink(k, e, right - 1) && column_ink(k, e, right))
        right++;
    while (left + 1 < right && column_ink(k, e, left) < LEAST_INK)
        left++;
    while (right > left + 1 && column_ink(k, e, right - 1) < LEAST_INK)
        right--;
    e->left = left;
    e->right = right;
}

static size_t column(double fraction, size_t width)
{
    double x = floor(fraction * (double)width + 0.5);

    return x <= 0 ? 0 : x >= (double)width ? width : (size_t)x;
}

void ppocr__ink_fit(const float *line, size_t width, size_t height, size_t stride, ppocr_text *text)
{
    ink k = {line, width, height, stride, 0, true};
    size_t slack = (size_t)(reach * (double)height), before = 0;

    if (!width || !height || height > MOST_HEIGHT || !find_ink(&k))
        return;
    for (size_t i = 0; i < text->count; i++) {
        ppocr_word *w = &text->words[i];
        extent e = {column(w->from, width), column(w->to, width), 0, height};
        size_t after = i + 1 < text->count ? column(w[1].from, width) : width;

        after = after < e.right ? e.right : after;
        if (e.left < before)
            e.left = before;
        if (e.left >= e.right || !fit_rows(&k, &e))
            continue;
        fit_columns(&k, &e, e.left > before + slack ? e.left - slack : before,
                    e.right + slack < after ? e.right + slack : after);
        before = e.right;
        w->from = (double)e.left / (double)width;
        w->to = (double)e.right / (double)width;
        w->top = (double)e.top / (double)height;
        w->bottom = (double)e.bottom / (double)height;
    }
}
