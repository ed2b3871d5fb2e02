#include "document/ppocr_read.h"

#include "base/buf.h"

#include <math.h>
#include <stdlib.h>

/* Two characters are of two words when log(p / (1 - p)) + wide * way > apart, p being the blank's
 * highest probability in a step between them, and way how far they are from each other in median
 * ways. Letters set wide apart, as receipts' printers do, make the blank come up within words. On
 * receipts that reads .914 of the words for .912 with p alone; forms and pages stay as they are.
 */
static const double wide = 3, apart = 1, most_way = 2.5;
static const double blank_won = 5; /* for the logarithm, where the blank was the likeliest */

q_code ppocr__alphabet(q_str list, q_arena *a, ppocr_alphabet *out, q_err *err)
{
    size_t cap = 0;
    ppocr_alphabet got = {0};

    while (list.n) {
        q_str line;

        q_str_cut(list, '\n', &line, &list);
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (q_arena_grow(a, &got.characters, &cap, got.count + 1, sizeof *got.characters))
            return q_err_nomem(err);
        got.characters[got.count++] = line;
    }
    if (got.count == 0)
        return q_err_set(err, Q_INVALID, "the list of characters is empty");
    *out = got;
    return Q_OK;
}

/* A character that was read. */
typedef struct emission {
    size_t class, step;
    float p;
    float blank; /* its highest probability since the character before; 2 where it won */
    bool first;  /* of a word */
} emission;

static size_t likeliest(const float *p, size_t n)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        if (p[i] > p[best])
            best = i;
    return best;
}

static size_t emissions(const float *p, size_t steps, size_t classes, emission *out)
{
    size_t n = 0, last = 0, blank = classes - 1;
    float seen = 0;

    for (size_t t = 0; t < steps; t++, p += classes) {
        size_t k = likeliest(p, classes);

        if (k == blank || k == 0) {
            seen = fmaxf(seen, k == blank ? 2 : p[blank]);
        } else if (k != last) {
            out[n] = (emission){k, t, p[k], seen, n == 0};
            n++;
            seen = 0;
        }
        last = k;
    }
    return n;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

/* The median way from one character to the next, in steps: of all, or of those within words. */
static double pitch(const emission *e, size_t n, bool within, double *ways)
{
    size_t count = 0;

    for (size_t i = 1; i < n; i++)
        if (!within || !e[i].first)
            ways[count++] = (double)(e[i].step - e[i - 1].step);
    if (count == 0)
        return 2;
    qsort(ways, count, sizeof *ways, by_value);
    return ways[count / 2];
}

/* Say which characters begin words. */
static void part_words(emission *e, size_t n, double *ways)
{
    double common = pitch(e, n, false, ways);

    for (size_t i = 1; i < n; i++) {
        double p = fmax((double)e[i].blank, 1e-4);
        double way = fmin((double)(e[i].step - e[i - 1].step) / common, most_way);

        e[i].first = (p > 1 ? blank_won : log(p / (1 - p))) + wide * way > apart;
    }
}

static q_code put_word(const emission *e, size_t n, const ppocr_alphabet *alphabet, double half,
                       q_arena *a, ppocr_text *out, q_err *err)
{
    q_buf text = q_buf_init(a, SIZE_MAX);
    ppocr_word w = {.characters = n, .bottom = 1};
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        q_buf_put(&text, alphabet->characters[e[i].class - 1]);
        sum += (double)e[i].p;
    }
    w.confidence = (float)(sum / (double)n);
    w.from = (double)e[0].step + 0.5 - half;
    w.to = (double)e[n - 1].step + 0.5 + half;
    if (q_buf_finish(&text, &w.text, err) ||
        q_arena_grow(a, &out->words, &out->cap, out->count + 1, sizeof w))
        return q_err_nomem(err);
    out->words[out->count++] = w;
    out->confidence += (float)sum;
    out->characters += n;
    return Q_OK;
}

/* Words that would reach into each other meet in the middle; none leaves the line. */
static void settle(ppocr_text *t, double steps)
{
    for (size_t i = 0; i < t->count; i++) {
        ppocr_word *w = &t->words[i];

        w->from = fmax(w->from, 0);
        w->to = fmin(w->to, steps);
        if (i && w[-1].to > w->from)
            w[-1].to = w->from = (w[-1].to + w->from) / 2;
    }
}

q_code ppocr__read(const float *p, size_t steps, const ppocr_alphabet *alphabet, q_arena *a,
                   ppocr_text *out, q_err *err)
{
    emission *e = q_arena_array(a, steps, sizeof *e);
    double *ways = q_arena_array(a, steps, sizeof *ways), half;
    size_t n, first = 0;
    q_code rc = Q_OK;

    *out = (ppocr_text){0};
    if (!e || !ways)
        return q_err_nomem(err);
    n = emissions(p, steps, alphabet->count + 2, e);
    part_words(e, n, ways);
    half = pitch(e, n, true, ways) / 2;
    for (size_t i = 1; i <= n && !rc; i++)
        if (i == n || e[i].first) {
            rc = put_word(e + first, i - first, alphabet, half, a, out, err);
            first = i;
        }
    if (out->characters)
        out->confidence /= (float)out->characters;
    settle(out, (double)steps);
    return rc;
}
