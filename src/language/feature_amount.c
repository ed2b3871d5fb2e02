/* What tells dates, times, numbers and measures. */
#include "language/amount.h"
#include "language/date_rules.h"
#include "language/feature.h"
#include "language/number.h"

enum {
    AROUND = 4,
    DIGITS = 5,
    MARGIN = 8 /* tokens about a sign of time or number that may be part of an amount */
};

/* What a token can be in a date or an amount; kinds that are alike have one. */
static uint32_t class_of(const q_tokens *t, size_t i)
{
    const q_token *k = &t->v[i];
    bool shortened;
    q_number n;
    char unit;

    if (k->kind == Q_TOKEN_NUMBER)
        return 10 + (uint32_t)(k->text.n < DIGITS ? k->text.n : DIGITS) +
               (q_str_has(k->text, '.') ? 10 : 0) + (q_str_has(k->text, ',') ? 20 : 0);
    if (k->kind == Q_TOKEN_CURRENCY)
        return 1;
    if (k->kind != Q_TOKEN_WORD && k->kind != Q_TOKEN_MIXED)
        return 0;
    if (date__named(k, amount_months, 12, &shortened) >= 0)
        return shortened ? 3 : 2;
    if (date__named(k, amount_days, 7, &shortened) >= 0)
        return shortened ? 5 : 4;
    unit = date__unit(k);
    if (unit)
        return 50 + (uint32_t)(unit & 31);
    if (k->kind == Q_TOKEN_MIXED)
        return q_is_digit(k->text.p[0]) ? 6 : 7;
    n = q_number_at(t, i);
    if (n.tokens)
        return n.ordinal ? 8 : 9;
    return amount__unit(k) ? 90 : 0;
}

static void put(features *f, const q_tokens *t, const word *w, const uint32_t *class, size_t begin,
                size_t end, size_t i)
{
    uint64_t own = features__pair(class[i - begin], class[i - begin] ? 0 : w[i].lower);

    features__put(f, 200, 0);
    features__put(f, 201, w[i].lower);
    features__put(f, 202, w[i].shape);
    features__put(f, 203, w[i].cluster & 1023);
    features__put(f, 204, own);
    if (w[i].suffix[1])
        features__put(f, 205, w[i].suffix[1]);
    features__put(f, 206, features__pair(t->v[i].space, own));
    for (int by = -AROUND; by <= AROUND; by++) {
        size_t k = i + (size_t)by;
        uint64_t there = 1;

        if (!by)
            continue;
        if (k >= begin && k < end)
            there = features__pair(class[k - begin], class[k - begin] ? 0 : w[k].lower);
        features__put(f, 210 + (uint32_t)(by + AROUND), there);
        features__put(f, 220 + (uint32_t)(by + AROUND), features__pair(there, own));
        if (k >= begin && k < end)
            features__put(f, 230 + (uint32_t)(by + AROUND), w[k].shape);
    }
}

/* Pairs and triples of neighbours. */
static void put_runs(features *f, const word *w, const uint32_t *class, size_t begin, size_t end,
                     size_t i)
{
    uint64_t v[2 * AROUND + 1];

    for (int by = -AROUND; by <= AROUND; by++) {
        size_t k = i + (size_t)by;

        v[by + AROUND] = k >= begin && k < end
                             ? features__pair(class[k - begin], class[k - begin] ? 0 : w[k].lower)
                             : 1;
    }
    for (uint32_t k = 1; k < 2 * AROUND - 1; k++) {
        features__put(f, 240 + k, features__pair(v[k], v[k + 1]));
        features__put(f, 250 + k, features__pair(features__pair(v[k], v[k + 1]), v[k + 2]));
    }
}

static bool sign(const features *f, const word *w, size_t begin, size_t i)
{
    return f->class[i - begin] || w[i].kinds & NAMES_TIME;
}

static void put_all(features *f, const q_tokens *t, const word *w, size_t begin, size_t end,
                    size_t first, size_t last)
{
    f->n = 0;
    for (size_t i = first; i < last; i++) {
        f->starts[i - first] = (uint32_t)f->n;
        put(f, t, w, f->class, begin, end, i);
        put_runs(f, w, f->class, begin, end, i);
    }
    f->starts[last - first] = (uint32_t)f->n;
}

bool features__amounts_next(features *f, const q_tokens *t, const word *w, size_t begin, size_t end,
                            size_t *first, size_t *last)
{
    size_t i = *last, quiet = 0;

    for (size_t k = begin; i == begin && k < end; k++)
        f->class[k - begin] = class_of(t, k);
    while (i < end && !sign(f, w, begin, i))
        i++;
    if (i == end)
        return false;
    *first = i - *last > MARGIN ? i - MARGIN : *last;
    for (; i < end && quiet < 2 * MARGIN; i++)
        quiet = sign(f, w, begin, i) ? 0 : quiet + 1;
    *last = i == end ? end : i - MARGIN;
    put_all(f, t, w, begin, end, *first, *last);
    return true;
}

/* Sequences without any sign of time or number have neither. */
bool features__amounts(features *f, const q_tokens *t, const word *w, size_t begin, size_t end)
{
    bool some = false;

    for (size_t i = begin; i < end; i++) {
        f->class[i - begin] = class_of(t, i);
        some |= sign(f, w, begin, i);
    }
    f->n = 0;
    if (some)
        put_all(f, t, w, begin, end, begin, end);
    return some;
}
