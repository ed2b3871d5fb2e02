/* tools/train_sentiment.c - learn which words speak well and which badly.
 *
 *     train_sentiment POLARITY.tsv [OUT]
 *
 * POLARITY.tsv has lines "POSITIVE|NEGATIVE<TAB>sentence". Each fifth is held back in turn: what
 * the others teach is tried on it, and how far the odds may be believed is fitted. Then the model
 * is learnt from all and written to OUT (src/language/sentiment_model.h says its form).
 *
 * Logistic regression over features scaled by their log-count ratios in the two classes, by
 * AdaGrad. Source: Wang and Manning 2012, Baselines and Bigrams.
 */
#include "base/digest.h"
#include "base/file.h"
#include "language/sentiment_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 18, FOLDS = 5, EPOCHS = 8 };

static const float RATE = 0.15f, SMOOTH = 1;
static const text_kinds KINDS = {.pairs = true, .letters = true, .opinion = true};
static const size_t memory = (size_t)2 << 30;

typedef struct sample {
    q_features x;
    bool good;
    float odds; /* of a model that was not taught it */
} sample;

static q_arena *arena;
static sample *samples;
static size_t count;

static void *need(void *p)
{
    if (!p) {
        fprintf(stderr, "train_sentiment: out of memory\n");
        exit(1);
    }
    return p;
}

static void read_all(const char *path)
{
    q_str text, row, label;
    size_t cap = 0;
    q_err err;

    if (q_file_read(arena, path, (size_t)1 << 30, &text, &err)) {
        fprintf(stderr, "train_sentiment: %s\n", err.msg);
        exit(1);
    }
    while (text.n) {
        sample s = {0};
        q_str sentence;
        q_tokens t;

        q_str_cut(text, '\n', &row, &text);
        if (!q_str_cut(row, '\t', &label, &sentence))
            continue;
        s.good = q_str_is(label, "POSITIVE");
        if (q_tokens_of(sentence, arena, &t, &err) ||
            text__features(&t, &KINDS, BITS, arena, &s.x, &err) ||
            q_arena_grow(arena, &samples, &cap, count + 1, sizeof *samples))
            need(NULL);
        samples[count++] = s;
    }
}

static float odds_of(const float *w, const q_features *x)
{
    float sum = 0;

    for (size_t i = 0; i < x->n; i++)
        sum += w[x->v[i].id];
    return x->n ? sum / sqrtf((float)x->n) : 0;
}

/* How much more often a feature is in good sentences than in bad ones, as a log. */
static void ratios(size_t held, float *r)
{
    float *good = need(calloc((size_t)1 << BITS, sizeof *good)), all[2] = {0};
    float *bad = need(calloc((size_t)1 << BITS, sizeof *bad));

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < samples[i].x.n && i % FOLDS != held; k++) {
            (samples[i].good ? good : bad)[samples[i].x.v[k].id]++;
            all[samples[i].good]++;
        }
    for (size_t id = 0; id < (size_t)1 << BITS; id++)
        r[id] = logf((good[id] + SMOOTH) / (all[1] + SMOOTH)) -
                logf((bad[id] + SMOOTH) / (all[0] + SMOOTH));
    free(good);
    free(bad);
}

static void learn(size_t held, float *w)
{
    size_t size = (size_t)1 << BITS;
    float *r = need(calloc(size, sizeof *r)), *v = need(calloc(size, sizeof *v));
    float *squares = need(calloc(size, sizeof *squares));
    uint32_t *order = need(calloc(count, sizeof *order)), seed = 1;

    ratios(held, r);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t id = 0; id < size; id++)
        v[id] = 1;
    for (int e = 0; e < EPOCHS; e++) {
        float rate = RATE * (1 - (float)e / EPOCHS);

        for (size_t i = count; i > 1; i--) {
            uint32_t kept = order[i - 1];
            size_t j;

            seed = seed * 1664525u + 1013904223u;
            j = (seed >> 4) % i;
            order[i - 1] = order[j];
            order[j] = kept;
        }
        for (size_t n = 0; n < count; n++) {
            const sample *s = &samples[order[n]];
            float sum = 0, scale = s->x.n ? 1 / sqrtf((float)s->x.n) : 0, wrong;

            if (order[n] % FOLDS == held)
                continue;
            for (size_t k = 0; k < s->x.n; k++)
                sum += v[s->x.v[k].id] * r[s->x.v[k].id];
            wrong = 1 / (1 + expf(-sum * scale)) - (float)s->good;
            for (size_t k = 0; k < s->x.n; k++) {
                uint32_t id = s->x.v[k].id;
                float g = wrong * scale * r[id];

                squares[id] += g * g;
                v[id] -= rate * g / sqrtf(squares[id] + 1e-4f);
            }
        }
    }
    for (size_t id = 0; id < size; id++)
        w[id] = v[id] * r[id];
    free(r);
    free(v);
    free(squares);
    free(order);
}

/* What the odds are to be multiplied by, so that held-back sentences are likeliest. */
static float spread_fit(void)
{
    float best = 1;
    double least = INFINITY;

    for (float spread = 0.3f; spread < 3; spread += 0.05f) {
        double loss = 0;

        for (size_t i = 0; i < count; i++)
            loss += log1p(exp((double)(samples[i].good ? -samples[i].odds : samples[i].odds) *
                              (double)spread));
        if (loss < least) {
            least = loss;
            best = spread;
        }
    }
    printf("log loss %.4f at spread %.2f\n", least / (double)count, (double)best);
    return best;
}

static void write_model(const float *w, float spread, const char *path)
{
    q_buf body = q_buf_init(NULL, (size_t)1 << 24), b = q_buf_init(NULL, (size_t)1 << 24);
    uint32_t bits = BITS;
    float most = 0, worth;
    char sum[4];
    q_err err;

    for (size_t id = 0; id < (size_t)1 << BITS; id++)
        most = fmaxf(most, fabsf(w[id]));
    worth = most / 127 * spread;
    q_buf_put(&body, (q_str){(char *)&bits, 4});
    q_buf_put(&body, (q_str){(char *)&worth, 4});
    for (size_t id = 0; id < (size_t)1 << BITS; id++)
        q_buf_char(&body, (char)lrintf(w[id] / most * 127));
    if (!q_digest_of(Q_CRC32, q_buf_str(&body), (unsigned char *)sum))
        need(NULL);
    q_buf_puts(&b, SENTIMENT_MAGIC);
    q_buf_put(&b, (q_str){sum, 4});
    q_buf_put(&b, q_buf_str(&body));
    if (body.rc || b.rc)
        need(NULL);
    if (q_file_replace(path, q_buf_str(&b), 0644, &err)) {
        fprintf(stderr, "train_sentiment: %s\n", err.msg);
        exit(1);
    }
    printf("%s: %zu bytes, of %zu sentences\n", path, b.n, count);
    q_buf_clear(&body);
    q_buf_clear(&b);
}

int main(int argc, char **argv)
{
    float *w = need(calloc((size_t)1 << BITS, sizeof *w)), spread;
    size_t right = 0;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: train_sentiment POLARITY.tsv [OUT]\n");
        return 2;
    }
    arena = need(q_arena_new(memory));
    read_all(argv[1]);
    for (size_t fold = 0; fold < FOLDS; fold++) {
        learn(fold, w);
        for (size_t i = fold; i < count; i += FOLDS) {
            samples[i].odds = odds_of(w, &samples[i].x);
            right += (samples[i].odds > 0) == samples[i].good;
        }
    }
    printf("held back in five folds: %zu of %zu right (%.4f)\n", right, count,
           (double)right / (double)count);
    spread = spread_fit();
    if (argc == 3) {
        learn(FOLDS, w);
        write_model(w, spread, argv[2]);
    }
    free(w);
    q_arena_free(arena);
    return 0;
}
