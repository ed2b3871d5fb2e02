#include "dialog/intents.h"

#include <math.h>
#include <stdlib.h>

enum { NEAREST_MAX = 256, EPOCHS_MIN = 4, EPOCHS_MAX = 30, ARENA_MAX = 1 << 30 };

/* Examples times classes that are worth a pass more. */
static const double EPOCH_WORK = 2e6;

static const double ODDS_MAX = 8;

/* The words of some samples of each class, to compare with. */
typedef struct memory {
    uint32_t *words;
    uint32_t *starts; /* [samples + 1] of their words */
    float *lengths;   /* [samples] */
    uint32_t *firsts; /* [classes + 1] of their samples */
} memory;

struct intents {
    q_arena *arena;
    size_t classes;
    float *idf; /* [1 << bits] */
    q_linear *linear;
    memory memory;
};

static void idf_learn(float *idf, size_t n, const intents_sample *v, size_t count)
{
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < v[s].text.all.n; i++)
            idf[v[s].text.all.v[i].id] += 1;
    for (size_t i = 0; i < n; i++)
        idf[i] = logf((1 + (float)count) / (1 + idf[i])) + 1;
}

static unsigned epochs_for(size_t count, size_t classes)
{
    double more = EPOCH_WORK / (1 + (double)count * (double)classes);

    return more > EPOCHS_MAX - EPOCHS_MIN ? EPOCHS_MAX : EPOCHS_MIN + (unsigned)more;
}

static q_code weights_learn(intents *m, const intents_sample *v, size_t count, unsigned bits,
                            q_err *err)
{
    q_linear_options o = {.bits = bits,
                          .classes = m->classes,
                          .unbiased = true,
                          .epochs = epochs_for(count, m->classes)};
    q_arena *a = q_arena_new(ARENA_MAX);
    q_example *examples = a ? q_arena_array(a, count, sizeof *examples) : NULL;
    q_code rc = examples ? Q_OK : q_err_nomem(err);

    for (size_t s = 0; s < count && !rc; s++) {
        const q_features *f = &v[s].text.all;
        q_feature *to = q_arena_array(a, f->n, sizeof *to);

        if (!to) {
            rc = q_err_nomem(err);
            break;
        }
        features__weigh(f, m->idf, to);
        examples[s] = (q_example){{to, f->n}, &v[s].class, 1};
    }
    if (!rc)
        rc = q_linear_train(examples, count, &o, &m->linear, err);
    q_arena_free(a);
    return rc;
}

static double length_of(const intents *m, const uint32_t *words, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)m->idf[words[i]] * m->idf[words[i]];
    return sqrt(sum);
}

/* How many samples of each class there are, and of a large class which to keep. */
static bool is_kept(size_t index, size_t of)
{
    return index % (1 + (of - 1) / NEAREST_MAX) == 0;
}

static q_code memory_make(intents *m, const intents_sample *v, size_t count, q_err *err)
{
    memory *k = &m->memory;
    uint32_t *sizes = q_arena_array(m->arena, m->classes, sizeof *sizes);
    size_t words = 0, kept = 0;

    k->firsts = q_arena_array(m->arena, m->classes + 1, sizeof *k->firsts);
    if (!sizes || !k->firsts)
        return q_err_nomem(err);
    for (size_t s = 0; s < count; s++) {
        words += v[s].text.word_count;
        sizes[v[s].class]++;
    }
    k->words = q_arena_array(m->arena, words, sizeof *k->words);
    k->starts = q_arena_array(m->arena, count + 1, sizeof *k->starts);
    k->lengths = q_arena_array(m->arena, count, sizeof *k->lengths);
    if (!k->words || !k->starts || !k->lengths)
        return q_err_nomem(err);
    words = 0;
    for (size_t c = 0, index = 0; c < m->classes; c++, index = 0) {
        for (size_t s = 0; s < count; s++) {
            const features_text *t = &v[s].text;

            if (v[s].class != c || !is_kept(index++, sizes[c]))
                continue;
            for (size_t i = 0; i < t->word_count; i++)
                k->words[words++] = t->words[i];
            k->lengths[kept++] = (float)length_of(m, t->words, t->word_count);
            k->starts[kept] = (uint32_t)words;
        }
        k->firsts[c + 1] = (uint32_t)kept;
    }
    return Q_OK;
}

q_code intents__learn(const intents_sample *v, size_t count, size_t classes, unsigned bits,
                      intents **out, q_err *err)
{
    q_arena *a = q_arena_new(ARENA_MAX);
    intents *m = a ? q_arena_alloc(a, sizeof *m) : NULL;
    q_code rc;

    if (!m) {
        q_arena_free(a);
        return q_err_nomem(err);
    }
    *m = (intents){.arena = a, .classes = classes};
    m->idf = q_arena_array(a, (size_t)1 << bits, sizeof *m->idf);
    rc = m->idf ? Q_OK : q_err_nomem(err);
    if (!rc) {
        idf_learn(m->idf, (size_t)1 << bits, v, count);
        rc = weights_learn(m, v, count, bits, err);
    }
    if (!rc)
        rc = memory_make(m, v, count, err);
    if (rc)
        intents__free(m);
    else
        *out = m;
    return rc;
}

void intents__free(intents *m)
{
    if (!m)
        return;
    q_linear_free(m->linear);
    q_arena_free(m->arena);
}

/* Mark which words the sample has; the sum of their squared weights. */
static double common(const intents *m, const features_text *t, const uint32_t *words, size_t n,
                     bool *covered)
{
    double sum = 0;

    for (size_t i = 0, j = 0; i < t->word_count && j < n;) {
        if (t->words[i] == words[j]) {
            sum += (double)m->idf[words[j]] * m->idf[words[j]];
            covered[i] = true;
            i++, j++;
        } else if (t->words[i] < words[j]) {
            i++;
        } else {
            j++;
        }
    }
    return sum;
}

static q_code compare(const intents *m, const features_text *t, q_arena *a, intents_answer *out,
                      q_err *err)
{
    const memory *k = &m->memory;
    bool *covered = q_arena_array(a, t->word_count, sizeof *covered);
    double length = length_of(m, t->words, t->word_count), near = 0, has = 0, all = 0;

    if (!covered)
        return q_err_nomem(err);
    for (size_t s = k->firsts[out->best]; s < k->firsts[out->best + 1]; s++) {
        double both =
            common(m, t, k->words + k->starts[s], k->starts[s + 1] - k->starts[s], covered);
        double like = both > 0 ? both / (length * k->lengths[s]) : 0;

        near = like > near ? like : near;
    }
    for (size_t i = 0; i < t->word_count; i++) {
        all += m->idf[t->words[i]];
        has += covered[i] ? m->idf[t->words[i]] : 0;
    }
    out->signals[SIGNAL_NEAR] = near < 1 ? near : 1;
    out->signals[SIGNAL_COVERED] = all > 0 ? has / all : 0;
    return Q_OK;
}

q_code intents__ask(const intents *m, const features_text *t, const bool *closed, q_arena *a,
                    intents_answer *out, q_err *err)
{
    q_feature *weighed = q_arena_array(a, t->all.n, sizeof *weighed);
    double odds;

    *out = (intents_answer){.p = q_arena_array(a, m->classes, sizeof *out->p)};
    if (!weighed || !out->p)
        return q_err_nomem(err);
    features__weigh(&t->all, m->idf, weighed);
    q_linear_predict(m->linear, &(q_features){weighed, t->all.n}, out->p);
    for (size_t c = 0; closed && c < m->classes; c++)
        if (closed[c])
            out->p[c] = 0;
    for (size_t c = 1; c < m->classes; c++)
        if (out->p[c] > out->p[out->best])
            out->best = c;
    odds = log(((double)out->p[out->best] + 1e-9) / (1 + 1e-9 - (double)out->p[out->best]));
    out->signals[SIGNAL_ODDS] = odds > ODDS_MAX ? ODDS_MAX : odds < -ODDS_MAX ? -ODDS_MAX : odds;
    return compare(m, t, a, out, err);
}
