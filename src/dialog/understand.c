#include "dialog/understand.h"

#include "dialog/feature.h"
#include "dialog/places.h"
#include "dialog/slot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS_MIN = 12, BITS_MAX = 18, NEAREST_MAX = 256, MODEL_BYTES = 1 << 30 };

/* A likeness of two texts that say the same in other words. */
static const double LIKE = 0.6;

typedef struct sample {
    uint32_t class;
    q_features f; /* weighed, length 1 */
    q_tokens tokens;
    bool bare; /* nothing but places */
} sample;

struct q_model {
    q_arena *arena;
    const q_bot *bot;
    unsigned bits;
    const q_intent **classes;
    size_t class_count;
    float *idf; /* [1 << bits] */
    q_linear *linear;
    sample *samples;
    size_t sample_count;
};

static unsigned bits_for(const q_bot *bot)
{
    size_t bytes = 0;
    unsigned bits = BITS_MIN;

    for (size_t i = 0; i < bot->intent_count; i++)
        for (size_t u = 0; u < bot->intents[i].utterance_count; u++)
            bytes += bot->intents[i].utterances[u].n;
    while (bits < BITS_MAX && ((size_t)1 << bits) < bytes * 2)
        bits++;
    return bits;
}

static q_code samples_make(q_model *m, q_err *err)
{
    size_t n = 0;
    q_code rc = Q_OK;

    for (size_t c = 0; c < m->class_count; c++)
        n += m->classes[c]->utterance_count;
    m->samples = q_arena_array(m->arena, n, sizeof *m->samples);
    if (!m->samples)
        return q_err_nomem(err);
    for (size_t c = 0; c < m->class_count; c++) {
        const q_intent *intent = m->classes[c];

        for (size_t u = 0; u < intent->utterance_count && !rc; u++) {
            sample *s = &m->samples[m->sample_count++];

            s->class = (uint32_t)c;
            rc = q_tokens_of(intent->utterances[u], m->arena, &s->tokens, err);
            s->bare = !rc && places__only(&s->tokens);
            if (!rc)
                rc = features__of(&s->tokens, intent, m->bits, m->arena, &s->f, err);
        }
    }
    return rc;
}

static void weigh(const q_model *m, q_features *f)
{
    for (size_t i = 0; i < f->n; i++)
        f->v[i].value = (1 + logf(1 + f->v[i].value)) * m->idf[f->v[i].id] * f->v[i].value /
                        (1 + f->v[i].value);
    features__normalize(f);
}

static void idf_learn(q_model *m)
{
    size_t n = (size_t)1 << m->bits;

    for (size_t s = 0; s < m->sample_count; s++)
        for (size_t i = 0; i < m->samples[s].f.n; i++)
            m->idf[m->samples[s].f.v[i].id] += 1;
    for (size_t i = 0; i < n; i++)
        m->idf[i] = logf((1 + (float)m->sample_count) / (1 + m->idf[i])) + 1;
    for (size_t s = 0; s < m->sample_count; s++)
        weigh(m, &m->samples[s].f);
}

static q_code weights_learn(q_model *m, q_err *err)
{
    q_linear_options o = {.bits = m->bits, .classes = m->class_count};
    q_example *examples = q_arena_array(m->arena, m->sample_count, sizeof *examples);

    if (!examples)
        return q_err_nomem(err);
    for (size_t s = 0; s < m->sample_count; s++)
        examples[s] = (q_example){m->samples[s].f, &m->samples[s].class, 1};
    return o.classes ? q_linear_train(examples, m->sample_count, &o, &m->linear, err) : Q_OK;
}

static q_code model_fill(q_model *m, q_err *err)
{
    size_t rows = (size_t)1 << m->bits;
    q_code rc;

    m->classes = q_arena_array(m->arena, m->bot->intent_count, sizeof *m->classes);
    m->idf = q_arena_array(m->arena, rows, sizeof *m->idf);
    if (!m->classes || !m->idf)
        return q_err_nomem(err);
    for (size_t i = 0; i < m->bot->intent_count; i++)
        if (m->bot->intents[i].kind == Q_INTENT_OWN)
            m->classes[m->class_count++] = &m->bot->intents[i];
    rc = samples_make(m, err);
    if (rc)
        return rc;
    idf_learn(m);
    return weights_learn(m, err);
}

q_code q_model_learn(const q_bot *bot, q_model **out, q_err *err)
{
    q_arena *a = q_arena_new(MODEL_BYTES);
    q_model *m = a ? q_arena_alloc(a, sizeof *m) : NULL;
    q_code rc;

    if (!m) {
        q_arena_free(a);
        return q_err_nomem(err);
    }
    *m = (q_model){.arena = a, .bot = bot, .bits = bits_for(bot)};
    rc = model_fill(m, err);
    if (rc)
        q_model_free(m);
    else
        *out = m;
    return rc;
}

void q_model_free(q_model *m)
{
    if (!m)
        return;
    q_linear_free(m->linear);
    q_arena_free(m->arena);
}

static double dot(const q_features *x, const q_features *y)
{
    double sum = 0;

    for (size_t i = 0, j = 0; i < x->n && j < y->n;) {
        if (x->v[i].id == y->v[j].id)
            sum += (double)(x->v[i++].value * y->v[j++].value);
        else if (x->v[i].id < y->v[j].id)
            i++;
        else
            j++;
    }
    return sum;
}

/* The likeness, 0..1, of f to the nearest sample of the class; of a large class
 * every nth sample is looked at, to keep the time short.
 */
static double nearest(const q_model *m, const q_features *f, size_t class)
{
    size_t first = 0, stride = 1 + m->classes[class]->utterance_count / NEAREST_MAX;
    double best = 0;

    for (size_t c = 0; c < class; c++)
        first += m->classes[c]->utterance_count;
    for (size_t u = 0; u < m->classes[class]->utterance_count; u += stride) {
        double d = dot(f, &m->samples[first + u].f);

        best = d > best ? d : best;
    }
    return best;
}

static q_code guess_init(q_guess *g, const q_intent *intent, double score, q_arena *a, q_err *err)
{
    *g = (q_guess){.intent = intent, .score = score};
    g->slots = q_arena_array(a, intent->slot_count, sizeof *g->slots);
    return g->slots ? Q_OK : q_err_nomem(err);
}

/* The likeliest classes, each with its score. */
static q_code guess(const q_model *m, const q_features *f, q_arena *a, q_understood *out,
                    q_err *err)
{
    float *p = q_arena_array(a, m->class_count, sizeof *p);

    if (!p)
        return q_err_nomem(err);
    q_linear_predict(m->linear, f, p);
    while (out->count < Q_UNDERSTOOD_MAX && out->count < m->class_count) {
        size_t best = 0;
        double like;

        for (size_t c = 1; c < m->class_count; c++)
            if (p[c] > p[best])
                best = c;
        like = nearest(m, f, best) / LIKE;
        if (guess_init(&out->guesses[out->count++], m->classes[best],
                       sqrt((double)p[best] * (like < 1 ? like : 1)), a, err))
            return Q_NOMEM;
        p[best] = -1;
    }
    return Q_OK;
}

/* "3" or "35678-9" by itself is an answer, not a request. */
static bool has_words(const q_tokens *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].kind == Q_TOKEN_WORD || t->v[i].kind == Q_TOKEN_IDEOGRAPH)
            return true;
    return false;
}

static int by_score(const void *x, const void *y)
{
    const q_guess *a = x, *b = y;

    if (a->exact != b->exact)
        return a->exact ? -1 : 1;
    return a->score > b->score ? -1 : a->score < b->score;
}

/* A sample that the text follows word by word settles it; one with words goes
 * before one that is nothing but places.
 */
static q_code exact(const q_model *m, const q_tokens *t, int64_t now_ms, q_arena *a,
                    q_understood *out, q_err *err)
{
    for (size_t k = 0; k < 2 * m->sample_count; k++) {
        size_t s = k < m->sample_count ? k : k - m->sample_count;
        const q_intent *intent = m->classes[m->samples[s].class];
        q_guess *g = NULL, fresh;
        bool fits;
        q_code rc;

        if (m->samples[s].bare != (k >= m->sample_count) ||
            !places__may_fit(&m->samples[s].tokens, t))
            continue;
        rc = guess_init(&fresh, intent, 1, a, err);
        if (!rc)
            rc = places__fit(&m->samples[s].tokens, intent, t, now_ms, a, fresh.slots, &fits, err);
        if (rc)
            return rc;
        if (!fits)
            continue;
        fresh.exact = true;
        fresh.bare = m->samples[s].bare;
        for (size_t i = 0; i < out->count; i++)
            if (out->guesses[i].intent == intent)
                g = &out->guesses[i];
        if (!g)
            g = out->count < Q_UNDERSTOOD_MAX ? &out->guesses[out->count++]
                                              : &out->guesses[out->count - 1];
        *g = fresh;
        return Q_OK;
    }
    return Q_OK;
}

q_code q_understand(const q_model *m, q_str text, int64_t now_ms, q_arena *a, q_understood *out,
                    q_err *err)
{
    q_tokens t;
    q_features f;
    q_code rc = q_tokens_of(text, a, &t, err);

    *out = (q_understood){0};
    if (rc || !t.n || !m->class_count)
        return rc;
    rc = features__of(&t, NULL, m->bits, a, &f, err);
    if (rc)
        return rc;
    weigh(m, &f);
    rc = guess(m, &f, a, out, err);
    for (size_t i = 0; i < out->count && !has_words(&t); i++)
        out->guesses[i].score = 0;
    if (!rc)
        rc = exact(m, &t, now_ms, a, out, err);
    if (rc)
        return rc;
    qsort(out->guesses, out->count, sizeof out->guesses[0], by_score);
    for (size_t i = 0; i < out->count && !rc; i++) {
        q_guess *g = &out->guesses[i];

        if (!g->exact)
            rc = places__search(g->intent, &t, now_ms, a, g->slots, err);
    }
    return rc;
}
