/* tools/train_dominant.c - learn to tell languages apart.
 *
 *     train_dominant SENTENCES.tsv [OUT]
 *
 * SENTENCES.tsv has lines "code<TAB>sentence". Every fifth sentence of a language is held
 * back first: what the others teach is tried on these, as the library does it, and the spread
 * of the scores is fitted to them. Then the model is learnt from all and written to OUT
 * (src/language/dominant_model.h says its form).
 *
 * Multinomial logistic regression over sequences of letters, by AdaGrad: once over all
 * sequences seen twice, then again over those that mattered most.
 */
#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "language/dominant_find.h"
#include "language/dominant_grams.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    FOLDS = 5,
    WORST = 10,
    LANGUAGES_MOST = 256,
    FEWEST = 60, /* sentences of a language in a script: fewer are strays */
    FIRST_EPOCHS = 3,
    EPOCHS = 5,
    PIECES = 4,      /* of a sentence, learnt in each epoch too */
    PIECE_LEAST = 8, /* sequences; a short word has so many */
    PIECE_MOST = 120,
    ROWS_LATIN = 24576,
    ROWS_OTHER = 4096
};

static const float RATE = 0.2f;
static const size_t memory = (size_t)8 << 30;

typedef struct sentence {
    q_str code, text;
    script script;
    bool held;
    uint32_t *grams; /* hashes; once learning: rows of the weights */
    size_t n;
} sentence;

typedef struct corpus {
    sentence *v;
    size_t n;
    q_arena *arena;
} corpus;

/* What is learnt of one script. */
typedef struct table {
    q_str codes[LANGUAGES_MOST];
    size_t languages;
    uint32_t *hashes; /* ascending */
    uint32_t *seen;
    size_t rows;
    float *w; /* [rows, languages] */
} table;

static void *need(void *p)
{
    if (!p) {
        fprintf(stderr, "train_dominant: out of memory\n");
        exit(1);
    }
    return p;
}

static void *array(corpus *c, size_t n, size_t size)
{
    return need(q_arena_array(c->arena, n, size));
}

/* ---- reading ---- */

static script main_script(q_str text)
{
    size_t letters[SCRIPT_COUNT] = {0}, at = 0, best = 0;
    gram_word w;

    while (gram__word_next(text, &at, &w))
        letters[w.script] += w.n - 2;
    for (size_t i = 1; i < SCRIPT_COUNT; i++)
        if (letters[i] > letters[best])
            best = i;
    return (script)best;
}

static void grams_of(corpus *c, sentence *s)
{
    size_t at = 0, cap = 0;
    gram_word w;

    while (gram__word_next(s->text, &at, &w)) {
        if (w.script != s->script)
            continue;
        for (size_t i = 0; i < w.n; i++) {
            uint32_t hash = 0;

            for (size_t n = 0; n < GRAM_MAX && i + n < w.n; n++) {
                hash = gram__step(hash, w.letters[i + n]);
                if (n == 0 && w.letters[i] == GRAM_EDGE)
                    continue;
                if (q_arena_grow(c->arena, &s->grams, &cap, s->n + 1, sizeof *s->grams))
                    need(NULL);
                s->grams[s->n++] = hash;
            }
        }
    }
}

static void corpus_read(corpus *c, const char *path)
{
    q_str text, line;
    size_t cap = 0, place = 0;
    q_str last = {0};
    q_err err;

    if (q_file_read(c->arena, path, (size_t)1 << 30, &text, &err)) {
        fprintf(stderr, "train_dominant: %s\n", err.msg);
        exit(1);
    }
    while (text.n) {
        sentence s = {0};

        q_str_cut(text, '\n', &line, &text);
        if (!q_str_cut(line, '\t', &s.code, &s.text))
            continue;
        place = q_str_eq(s.code, last) ? place + 1 : 0;
        last = s.code;
        s.held = place % FOLDS == 0;
        s.script = main_script(s.text);
        if (q_arena_grow(c->arena, &c->v, &cap, c->n + 1, sizeof *c->v))
            need(NULL);
        c->v[c->n++] = s;
    }
}

/* ---- one script ---- */

static size_t language_of(const table *t, q_str code)
{
    size_t i = 0;

    while (i < t->languages && !q_str_eq(t->codes[i], code))
        i++;
    return i;
}

static int by_hash(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

    return a < b ? -1 : a > b;
}

static size_t row_of(const table *t, uint32_t hash)
{
    const uint32_t *p = bsearch(&hash, t->hashes, t->rows, sizeof *t->hashes, by_hash);

    return p ? (size_t)(p - t->hashes) : SIZE_MAX;
}

/* The examples of a script whose languages have enough of them. */
static sentence **examples_of(corpus *c, script sc, bool all, table *t, size_t *n)
{
    sentence **v = array(c, c->n, sizeof *v);
    size_t counts[LANGUAGES_MOST] = {0}, all_n = 0;

    for (size_t i = 0; i < c->n; i++) {
        size_t k;

        if (c->v[i].script != sc || (c->v[i].held && !all))
            continue;
        k = language_of(t, c->v[i].code);
        if (k == t->languages)
            t->codes[t->languages++] = c->v[i].code;
        counts[k]++;
        v[all_n++] = &c->v[i];
    }
    *n = 0;
    for (size_t i = 0; i < all_n; i++)
        if (counts[language_of(t, v[i]->code)] >= FEWEST)
            v[(*n)++] = v[i];
    for (size_t k = 0, to = 0, count = t->languages; k < count; k++) {
        if (counts[k] >= FEWEST)
            t->codes[to++] = t->codes[k];
        t->languages = k + 1 == count ? to : t->languages;
    }
    return v;
}

/* All sequences seen twice or more. */
static void rows_find(corpus *c, sentence **v, size_t n, table *t)
{
    size_t total = 0, at = 0;
    uint32_t *all;

    for (size_t i = 0; i < n; i++)
        total += v[i]->n;
    all = need(malloc(total * sizeof *all + 1));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < v[i]->n; k++)
            all[at++] = v[i]->grams[k];
    qsort(all, total, sizeof *all, by_hash);
    t->hashes = array(c, total, sizeof *t->hashes);
    t->seen = array(c, total, sizeof *t->seen);
    t->rows = 0;
    for (size_t i = 0, end; i < total; i = end) {
        for (end = i; end < total && all[end] == all[i];)
            end++;
        if (end - i > 1) {
            t->seen[t->rows] = (uint32_t)(end - i);
            t->hashes[t->rows++] = all[i];
        }
    }
    free(all);
}

static void predict(const table *t, const uint32_t *rows, size_t n, float *p)
{
    float most = -INFINITY, total = 0, scale = n ? 1 / sqrtf((float)n) : 0;
    size_t C = t->languages;

    memset(p, 0, C * sizeof *p);
    for (size_t r = 0; r < n; r++) {
        const float *w = t->w + rows[r] * C;

        for (size_t k = 0; k < C; k++)
            p[k] += w[k];
    }
    for (size_t k = 0; k < C; k++) {
        p[k] *= scale;
        most = fmaxf(most, p[k]);
    }
    for (size_t k = 0; k < C; k++)
        total += p[k] = expf(p[k] - most);
    for (size_t k = 0; k < C; k++)
        p[k] /= total;
}

static size_t drawn(uint32_t *seed, size_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 4) % below;
}

static void shuffle(uint32_t *order, size_t n, uint32_t *seed)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = drawn(seed, i);
        uint32_t kept = order[i - 1];

        order[i - 1] = order[j];
        order[j] = kept;
    }
}

/* Of each example the rows of its sequences, one behind another; those of i are starts[i] up to
 * starts[i + 1].
 */
static uint32_t *rows_of(corpus *c, sentence **v, size_t n, const table *t, size_t *starts)
{
    size_t total = 0, count = 0;
    uint32_t *rows;

    for (size_t i = 0; i < n; i++)
        total += v[i]->n;
    rows = array(c, total, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        starts[i] = count;
        for (size_t k = 0; k < v[i]->n; k++) {
            size_t row = row_of(t, v[i]->grams[k]);

            if (row != SIZE_MAX)
                rows[count++] = (uint32_t)row;
        }
    }
    starts[n] = count;
    return rows;
}

static void step(const table *t, const uint32_t *rows, size_t n, size_t truth, float rate,
                 float *squares)
{
    float p[LANGUAGES_MOST];
    size_t C = t->languages;

    if (!n)
        return;
    predict(t, rows, n, p);
    p[truth] -= 1;
    for (size_t k = 0; k < C; k++)
        p[k] /= sqrtf((float)n);
    for (size_t r = 0; r < n; r++) {
        float *w = t->w + rows[r] * C, *g = squares + rows[r] * C;

        for (size_t k = 0; k < C; k++) {
            g[k] += p[k] * p[k];
            w[k] -= rate * p[k] / sqrtf(g[k] + 1e-4f);
        }
    }
}

/* The sentence, and some words of it: what short texts look like. */
static void learn_one(const table *t, const uint32_t *rows, size_t n, size_t truth, float rate,
                      float *squares, uint32_t *seed)
{
    step(t, rows, n, truth, rate, squares);
    for (int i = 0; i < PIECES; i++) {
        size_t most = n < PIECE_MOST ? n : PIECE_MOST;
        size_t size = most > PIECE_LEAST ? PIECE_LEAST + drawn(seed, most - PIECE_LEAST) : n;

        step(t, rows + (n > size ? drawn(seed, n - size) : 0), size, truth, rate, squares);
    }
}

static void learn(corpus *c, sentence **v, size_t n, table *t, int epochs)
{
    float *squares = need(calloc(t->rows * t->languages + 1, sizeof *squares));
    uint32_t *order = array(c, n, sizeof *order), *rows, seed = 1;
    size_t *starts = array(c, n + 1, sizeof *starts);

    t->w = array(c, t->rows * t->languages, sizeof *t->w);
    rows = rows_of(c, v, n, t, starts);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (int e = 0; e < epochs; e++) {
        shuffle(order, n, &seed);
        for (size_t k = 0; k < n; k++) {
            size_t i = order[k];

            learn_one(t, rows + starts[i], starts[i + 1] - starts[i], language_of(t, v[i]->code),
                      RATE * (1 - (float)e / (float)epochs), squares, &seed);
        }
    }
    free(squares);
}

/* A weight common to all languages tells nothing. */
static void centre(table *t)
{
    for (size_t r = 0; r < t->rows; r++) {
        float *w = t->w + r * t->languages, mean = 0;

        for (size_t k = 0; k < t->languages; k++)
            mean += w[k] / (float)t->languages;
        for (size_t k = 0; k < t->languages; k++)
            w[k] -= mean;
    }
}

static int by_size(const void *x, const void *y)
{
    float a = *(const float *)x, b = *(const float *)y;

    return a < b ? 1 : a > b ? -1 : 0;
}

/* Keep the `most` rows whose weights are large and that are seen often. */
static void prune(corpus *c, table *t, size_t most)
{
    float *worth = array(c, t->rows, sizeof *worth), *sorted = array(c, t->rows, sizeof *sorted);
    size_t to = 0;
    float least;

    if (t->rows <= most)
        return;
    centre(t);
    for (size_t r = 0; r < t->rows; r++) {
        float sum = 0;

        for (size_t k = 0; k < t->languages; k++)
            sum += t->w[r * t->languages + k] * t->w[r * t->languages + k];
        worth[r] = sqrtf(sum * (float)t->seen[r]);
    }
    memcpy(sorted, worth, t->rows * sizeof *worth);
    qsort(sorted, t->rows, sizeof *sorted, by_size);
    least = sorted[most];
    for (size_t r = 0; r < t->rows; r++)
        if (worth[r] > least)
            t->hashes[to++] = t->hashes[r];
    t->rows = to;
}

static table table_learn(corpus *c, script sc, bool all)
{
    table t = {0};
    size_t n;
    sentence **v = examples_of(c, sc, all, &t, &n);

    rows_find(c, v, n, &t);
    learn(c, v, n, &t, FIRST_EPOCHS);
    prune(c, &t, sc == SCRIPT_LATIN ? ROWS_LATIN : ROWS_OTHER);
    learn(c, v, n, &t, EPOCHS);
    centre(&t);
    return t;
}

/* ---- the file ---- */

static void put_u32(q_buf *b, uint32_t v)
{
    char bytes[4] = {(char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24)};

    q_buf_put(b, (q_str){bytes, 4});
}

static void table_put(const table *t, float spread, q_buf *b)
{
    float most = 0, worth;
    uint32_t bits;

    for (size_t i = 0; i < t->rows * t->languages; i++)
        most = fmaxf(most, fabsf(t->w[i]));
    worth = most / 127 * spread;
    memcpy(&bits, &worth, sizeof bits);
    put_u32(b, (uint32_t)t->languages);
    put_u32(b, (uint32_t)t->rows);
    put_u32(b, bits);
    for (size_t k = 0; k < t->languages; k++)
        for (size_t i = 0; i < DOMINANT_CODE; i++)
            q_buf_char(b, i < t->codes[k].n ? t->codes[k].p[i] : 0);
    for (size_t r = 0; r < t->rows; r++)
        put_u32(b, t->hashes[r]);
    for (size_t i = 0; i < t->rows * t->languages; i++)
        q_buf_char(b, (char)lrintf(t->w[i] / most * 127));
}

static q_str model_put(const table *tables, float spread, q_buf *b)
{
    q_buf body = q_buf_init(NULL, (size_t)1 << 28);
    char sum[4];

    for (size_t i = 0; i < SCRIPT_MODELS; i++)
        table_put(&tables[i], spread, &body);
    if (!q_digest_of(Q_CRC32, q_buf_str(&body), (unsigned char *)sum))
        need(NULL);
    q_buf_puts(b, DOMINANT_MAGIC);
    q_buf_put(b, (q_str){sum, 4});
    q_buf_put(b, q_buf_str(&body));
    q_buf_clear(&body);
    if (b->rc)
        need(NULL);
    return q_buf_str(b);
}

/* ---- trying it ---- */

/* Right answers in `*right`; returns the mean of -log(the truth's score). */
static double try(const corpus *c, q_str bytes, size_t *right, size_t *count)
{
    dominant_model *m;
    double loss = 0;
    q_err err;

    if (dominant__load(bytes, Q_STR("the model"), &m, &err)) {
        fprintf(stderr, "train_dominant: %s\n", err.msg);
        exit(1);
    }
    *right = *count = 0;
    for (size_t i = 0; i < c->n; i++) {
        q_arena *a = need(q_arena_new((size_t)1 << 26));
        q_dominant *v;
        size_t n;
        double p = 0.01;

        if (c->v[i].held) {
            if (dominant__find(m, c->v[i].text, a, &v, &n, &err))
                need(NULL);
            for (size_t k = 0; k < n; k++)
                if (q_str_is(c->v[i].code, v[k].code))
                    p = fmax(p, (double)v[k].score);
            *right += n && q_str_is(c->v[i].code, v[0].code);
            ++*count;
            loss -= log(p);
        }
        q_arena_free(a);
    }
    dominant__free(m);
    return loss / (double)*count;
}

typedef struct tally {
    q_str code;
    size_t right, count;
} tally;

static int by_right(const void *x, const void *y)
{
    const tally *a = x, *b = y;
    double p = (double)a->right / (double)a->count, q = (double)b->right / (double)b->count;

    return p < q ? -1 : p > q;
}

/* The languages that are told apart worst, of the sentences held back. */
static void worst_print(const corpus *c, q_str bytes)
{
    tally v[LANGUAGES_MOST] = {0};
    dominant_model *m;
    size_t n = 0;
    q_err err;

    if (dominant__load(bytes, Q_STR("the model"), &m, &err))
        need(NULL);
    for (size_t i = 0; i < c->n; i++) {
        q_arena *a = need(q_arena_new((size_t)1 << 26));
        q_dominant *found;
        size_t count;

        if (!n || !q_str_eq(v[n - 1].code, c->v[i].code))
            v[n++].code = c->v[i].code;
        if (c->v[i].held && !dominant__find(m, c->v[i].text, a, &found, &count, &err)) {
            v[n - 1].count++;
            v[n - 1].right += count && q_str_is(c->v[i].code, found[0].code);
        }
        q_arena_free(a);
    }
    qsort(v, n, sizeof *v, by_right);
    for (size_t i = 0; i < WORST && i < n; i++)
        printf("  %.*s %.3f", Q_ARG(v[i].code), (double)v[i].right / (double)v[i].count);
    printf("\n");
    dominant__free(m);
}

static float held_out(corpus *c)
{
    static const float SPREADS[] = {0.7f, 1, 1.4f, 2, 2.8f};
    table tables[SCRIPT_MODELS];
    double best = INFINITY;
    float spread = 1;
    q_buf worst;

    for (size_t i = 0; i < SCRIPT_MODELS; i++)
        tables[i] = table_learn(c, (script)(i + 1), false);
    for (size_t i = 0; i < sizeof SPREADS / sizeof *SPREADS; i++) {
        q_buf b = q_buf_init(NULL, (size_t)1 << 28);
        size_t right, count;
        double loss = try(c, model_put(tables, SPREADS[i], &b), &right, &count);

        printf("held back: %zu of %zu right (%.4f), log loss %.4f, spread %.1f\n", right, count,
               (double)right / (double)count, loss, (double)SPREADS[i]);
        if (loss < best) {
            best = loss;
            spread = SPREADS[i];
        }
        q_buf_clear(&b);
    }
    worst = q_buf_init(NULL, (size_t)1 << 28);
    worst_print(c, model_put(tables, spread, &worst));
    q_buf_clear(&worst);
    return spread;
}

int main(int argc, char **argv)
{
    corpus c = {.arena = need(q_arena_new(memory))};
    q_buf b = q_buf_init(NULL, (size_t)1 << 28);
    table tables[SCRIPT_MODELS];
    float spread;
    q_err err;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: train_dominant SENTENCES.tsv [OUT]\n");
        return 2;
    }
    corpus_read(&c, argv[1]);
    for (size_t i = 0; i < c.n; i++)
        if (c.v[i].script && c.v[i].script <= SCRIPT_MODELS)
            grams_of(&c, &c.v[i]);
    spread = held_out(&c);
    if (argc == 3) {
        for (size_t i = 0; i < SCRIPT_MODELS; i++)
            tables[i] = table_learn(&c, (script)(i + 1), true);
        if (q_file_replace(argv[2], model_put(tables, spread, &b), 0644, &err)) {
            fprintf(stderr, "train_dominant: %s\n", err.msg);
            return 1;
        }
        printf("%s: %zu bytes, of %zu sentences, spread %.1f\n", argv[2], b.n, c.n, (double)spread);
    }
    q_buf_clear(&b);
    q_arena_free(c.arena);
    return 0;
}
