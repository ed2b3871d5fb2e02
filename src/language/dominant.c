#include "language/dominant.h"

#include "base/utf8.h"
#include "language/dominant_find.h"
#include "language/dominant_grams.h"
#include "language/dominant_han.h"
#include "language/model_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    STRETCH_LETTERS = 60, /* fewer say too little by themselves */
    STRETCHES = 400,      /* of a text; they grow with it */
    IDS = SCRIPT_MODELS * DOMINANT_MOST + SCRIPT_COUNT + 2,
    ID_SCRIPTS = SCRIPT_MODELS * DOMINANT_MOST,
    ID_TRADITIONAL = ID_SCRIPTS + SCRIPT_COUNT,
    ID_ASSAMESE,
    DENSE = 3 /* a Han character or a Korean syllable says as much as so many letters */
};

static const float LEAST = 0.05f; /* a score that is worth telling */
static const float OTHERS =
    0.15f; /* what a language may have that the rest of the text is not in */

/* One language's part of the text, by its place in all of them. A language of
 * table t has the place t * DOMINANT_MOST + i, one that is alone in its script
 * ID_SCRIPTS + script.
 */
typedef struct stretch {
    float letters;
    float p[IDS];
} stretch;

typedef struct finder {
    const dominant_model *m;
    stretch *v;
    size_t n, cap;
    /* the stretch that is being read */
    float letters[SCRIPT_COUNT], all;
    size_t traditional, simplified, assamese;
    int32_t sums[SCRIPT_MODELS][DOMINANT_MOST];
    size_t found[SCRIPT_MODELS];
} finder;

typedef int8_t bytes16 __attribute__((vector_size(16)));
typedef int16_t shorts16 __attribute__((vector_size(32)));

/* The known sequences of a word. */
static size_t rows_of(const dominant_table *t, const gram_word *w, const int8_t **rows)
{
    size_t count = 0;

    for (size_t i = 0; i < w->n; i++) {
        uint32_t hash = 0;

        for (size_t n = 0; n < GRAM_MAX && i + n < w->n; n++) {
            hash = gram__step(hash, w->letters[i + n]);
            rows[count] = dominant__row(t, hash);
            count += rows[count] != NULL;
        }
    }
    return count;
}

/* Adds up their weights; an int16 holds those of one word. */
static size_t word_add(const dominant_table *t, const gram_word *w, int32_t *sums)
{
    const int8_t *rows[GRAM_MAX * (GRAM_WORD_MAX + 2)];
    size_t count = rows_of(t, w, rows);

    _Static_assert(GRAM_MAX * (GRAM_WORD_MAX + 2) * 127 <= INT16_MAX, "the sums fit");
    for (size_t k = 0; k < t->width; k += sizeof(bytes16)) {
        shorts16 sum = {0};

        for (size_t r = 0; r < count; r++) {
            bytes16 row;

            memcpy(&row, rows[r] + k, sizeof row);
            sum += __builtin_convertvector(row, shorts16);
        }
        for (size_t c = 0; c < sizeof(bytes16); c++)
            sums[k + c] += sum[c];
    }
    return count;
}

static void take_word(finder *f, const gram_word *w)
{
    bool dense = w->script >= SCRIPT_HANGUL;
    float letters = (float)(w->n - 2) * (dense ? DENSE : 1);

    f->letters[w->script] += letters;
    f->all += letters;
    if (w->script <= SCRIPT_MODELS) {
        size_t t = w->script - 1;

        f->found[t] += word_add(&f->m->tables[t], w, f->sums[t]);
        return;
    }
    for (size_t i = 1; i + 1 < w->n && w->script == SCRIPT_HAN; i++) {
        f->traditional += han__only(HAN_TRADITIONAL, w->letters[i]);
        f->simplified += han__only(HAN_SIMPLIFIED, w->letters[i]);
    }
    for (size_t i = 1; i + 1 < w->n && w->script == SCRIPT_BENGALI; i++)
        f->assamese += w->letters[i] == 0x09F0 || w->letters[i] == 0x09F1;
}

/* p of the languages of a table, which sum to `share`. */
static void softmax(const dominant_table *t, const int32_t *sums, size_t found, float share,
                    float *p)
{
    float scale = found ? t->worth / sqrtf((float)found) : 0, most = -INFINITY, total = 0;

    for (size_t i = 0; i < t->languages; i++) {
        p[i] = (float)sums[i] * scale;
        most = fmaxf(most, p[i]);
    }
    for (size_t i = 0; i < t->languages; i++)
        total += p[i] = expf(p[i] - most);
    for (size_t i = 0; i < t->languages; i++)
        p[i] *= share / total;
}

/* Japanese is written in Han characters too, but never in these alone for long. */
static void fold_scripts(finder *f)
{
    if (f->letters[SCRIPT_KANA] * 5 > f->letters[SCRIPT_HAN]) {
        f->letters[SCRIPT_KANA] += f->letters[SCRIPT_HAN];
        f->letters[SCRIPT_HAN] = 0;
    }
}

/* Names in another script are common, so that scripts count by the squares of their parts. */
static q_code stretch_end(finder *f, q_arena *a, q_err *err)
{
    stretch *s;
    float squares = 0;

    if (f->all <= 0)
        return Q_OK;
    if (q_arena_grow(a, &f->v, &f->cap, f->n + 1, sizeof *f->v))
        return q_err_nomem(err);
    s = &f->v[f->n++];
    memset(s, 0, sizeof *s);
    s->letters = f->all;
    fold_scripts(f);
    for (size_t i = 0; i < SCRIPT_COUNT; i++)
        squares += f->letters[i] * f->letters[i];
    for (size_t i = 1; i < SCRIPT_COUNT; i++) {
        float share = f->letters[i] * f->letters[i] / squares;
        size_t id = ID_SCRIPTS + i;

        if (share <= 0)
            continue;
        if (i <= SCRIPT_MODELS) {
            softmax(&f->m->tables[i - 1], f->sums[i - 1], f->found[i - 1], share,
                    s->p + (i - 1) * DOMINANT_MOST);
            continue;
        }
        if (i == SCRIPT_HAN && f->traditional > f->simplified)
            id = ID_TRADITIONAL;
        if (i == SCRIPT_BENGALI && f->assamese)
            id = ID_ASSAMESE;
        s->p[id] = share;
    }
    memset(f->letters, 0, sizeof f->letters);
    memset(f->sums, 0, sizeof f->sums);
    memset(f->found, 0, sizeof f->found);
    f->all = 0;
    f->traditional = f->simplified = f->assamese = 0;
    return Q_OK;
}

static q_code stretches_read(finder *f, q_str text, q_arena *a, q_err *err)
{
    float least = fmaxf(STRETCH_LETTERS, (float)text.n / STRETCHES);
    gram_word w;
    size_t at = 0;
    q_code rc = Q_OK;

    while (!rc && gram__word_next(text, &at, &w)) {
        if (f->all >= least && (w.sentence || f->all >= 8 * least))
            rc = stretch_end(f, a, err);
        if (!rc)
            take_word(f, &w);
    }
    return rc ? rc : stretch_end(f, a, err);
}

/* The text's parts: each stretch believes what the others say as well, as far as it may. */
static void parts_sum(const finder *f, float *parts)
{
    float together[IDS] = {0}, letters = 0;

    memset(parts, 0, IDS * sizeof *parts);
    for (size_t s = 0; s < f->n; s++) {
        letters += f->v[s].letters;
        for (size_t i = 0; i < IDS; i++)
            together[i] += f->v[s].letters * f->v[s].p[i];
    }
    for (size_t s = 0; s < f->n; s++) {
        const stretch *v = &f->v[s];
        float rest = letters - v->letters, total = 0, p[IDS];

        for (size_t i = 0; i < IDS; i++) {
            float others = together[i] - v->letters * v->p[i];

            p[i] = v->p[i] * (f->n > 1 && rest > 0 ? others / rest + OTHERS : 1);
            p[i] = fmaxf(p[i], 0);
            total += p[i];
        }
        for (size_t i = 0; i < IDS; i++)
            parts[i] += p[i] / total * v->letters / letters;
    }
}

static const char *code_of(const dominant_model *m, size_t id)
{
    if (id < ID_SCRIPTS)
        return m->tables[id / DOMINANT_MOST].codes[id % DOMINANT_MOST];
    if (id == ID_TRADITIONAL)
        return "zh-TW";
    return id == ID_ASSAMESE ? "as" : script__language((script)(id - ID_SCRIPTS));
}

static int by_score(const void *x, const void *y)
{
    const q_dominant *a = x, *b = y;

    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return strcmp(a->code, b->code);
}

/* The parts that are worth telling, or the largest. */
static void parts_put(const finder *f, const float *parts, q_dominant *out, size_t *count)
{
    size_t best = 0;

    for (size_t i = 1; i < IDS; i++)
        if (parts[i] > parts[best])
            best = i;
    for (size_t i = 0; i < IDS; i++)
        if (parts[i] >= LEAST || i == best) {
            const char *code = code_of(f->m, i);

            out[*count].score = fminf(parts[i], 1);
            memcpy(out[(*count)++].code, code, strlen(code) + 1);
        }
    qsort(out, *count, sizeof *out, by_score);
}

q_code dominant__find(const dominant_model *m, q_str text, q_arena *a, q_dominant **out,
                      size_t *count, q_err *err)
{
    finder f = {.m = m};
    float parts[IDS];
    q_code rc = stretches_read(&f, text, a, err);

    *out = NULL;
    *count = 0;
    if (rc || !f.n)
        return rc;
    *out = q_arena_array(a, (size_t)(1 / LEAST) + 2, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    parts_sum(&f, parts);
    parts_put(&f, parts, *out, count);
    return Q_OK;
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

q_code dominant__known(const dominant_model *m, q_arena *a, const char ***out, size_t *count,
                       q_err *err)
{
    *count = 0;
    *out = q_arena_array(a, IDS, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < IDS; i++)
        if (code_of(m, i)[0])
            (*out)[(*count)++] = code_of(m, i);
    qsort((void *)*out, *count, sizeof **out, by_name);
    return Q_OK;
}

q_code q_dominant_languages(const q_language *l, q_str text, q_arena *a, q_dominant **out,
                            size_t *count, q_err *err)
{
    const void *m;
    q_code rc = language__model(l, LANGUAGE_DOMINANT, &m, err);

    return rc ? rc : dominant__find(m, text, a, out, count, err);
}

q_code q_dominant_known(const q_language *l, q_arena *a, const char ***out, size_t *count,
                        q_err *err)
{
    const void *m;
    q_code rc = language__model(l, LANGUAGE_DOMINANT, &m, err);

    return rc ? rc : dominant__known(m, a, out, count, err);
}
