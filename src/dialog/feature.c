#include "dialog/feature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_MIN = 3, GROUP_MAX = 4, WORDS_MAX = 1024 };

static const float WORD_WEIGHT = 1.0f, PAIR_WEIGHT = 0.7f, GROUP_WEIGHT = 0.35f;

/* What stands before the first word and behind the last. */
static const uint64_t BEGIN = 1, END = 2;

typedef struct builder {
    q_arena *arena;
    features_text *out;
    size_t cap, words_cap;
    unsigned bits;
    q_code rc;
    uint64_t last; /* hash of the word before */
} builder;

/* FNV-1a, 64 bits. Source: Fowler, Noll, Vo. */
static uint64_t hash(uint64_t h, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * 0x100000001B3ULL;
    return h;
}

static const uint64_t BASIS = 0xCBF29CE484222325ULL;

static uint32_t id_of(uint64_t h, unsigned bits)
{
    h ^= h >> 29;
    h *= 0xBF58476D1CE4E5B9ULL;
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15ULL;
    return (uint32_t)(h >> (64 - bits));
}

static void put(builder *b, uint64_t h, float value)
{
    q_features *f = &b->out->all;

    if (!b->rc)
        b->rc = q_arena_grow(b->arena, &f->v, &b->cap, f->n + 1, sizeof *f->v);
    if (!b->rc)
        f->v[f->n++] = (q_feature){id_of(h, b->bits), value};
}

/* Letter groups of "<word>", by bytes: near enough for any script. */
static void put_groups(builder *b, q_str word)
{
    char marked[Q_TOKEN_LOWER_MAX + 2];
    size_t n = word.n + 2;

    if (!word.n || n > sizeof marked)
        return;
    marked[0] = '<';
    memcpy(marked + 1, word.p, word.n);
    marked[n - 1] = '>';
    for (size_t size = GROUP_MIN; size <= GROUP_MAX; size++)
        for (size_t i = 0; i + size <= n; i++)
            put(b, hash(BASIS ^ size, marked + i, size), GROUP_WEIGHT);
}

static void put_pair(builder *b, uint64_t h)
{
    put(b, hash(h, (const char *)&b->last, sizeof b->last), PAIR_WEIGHT);
    b->last = h;
}

static void put_word(builder *b, q_str word)
{
    uint64_t h = hash(BASIS, word.p, word.n);

    put(b, h, WORD_WEIGHT);
    put_pair(b, h);
    put_groups(b, word);
    if (!b->rc)
        b->rc = q_arena_grow(b->arena, &b->out->words, &b->words_cap, b->out->word_count + 1,
                             sizeof *b->out->words);
    if (!b->rc)
        b->out->words[b->out->word_count++] = id_of(h, b->bits);
}

static void put_token(builder *b, const q_token *t)
{
    if (t->kind == Q_TOKEN_PUNCTUATION)
        return;
    if (t->kind == Q_TOKEN_NUMBER || t->kind == Q_TOKEN_MIXED)
        put_word(b, Q_STR("0")); /* any number is one word */
    else
        put_word(b, t->lower.n ? t->lower : q_str_sub(t->text, 0, Q_TOKEN_LOWER_MAX));
}

static int by_id(const void *x, const void *y)
{
    const q_feature *a = x, *b = y;

    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->value < b->value ? -1 : a->value > b->value;
}

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

    return a < b ? -1 : a > b;
}

/* Add up what fell on the same id. */
static void merge(features_text *t)
{
    q_features *f = &t->all;
    size_t n = 0, words = 0;

    if (f->n)
        qsort(f->v, f->n, sizeof *f->v, by_id);
    for (size_t i = 0; i < f->n; i++) {
        if (n && f->v[n - 1].id == f->v[i].id)
            f->v[n - 1].value += f->v[i].value;
        else
            f->v[n++] = f->v[i];
    }
    f->n = n;
    if (t->word_count)
        qsort(t->words, t->word_count, sizeof *t->words, by_number);
    for (size_t i = 0; i < t->word_count; i++)
        if (!words || t->words[words - 1] != t->words[i])
            t->words[words++] = t->words[i];
    t->word_count = words;
}

q_code features__of(const q_tokens *t, unsigned bits, q_arena *a, features_text *out, q_err *err)
{
    builder b = {.arena = a, .out = out, .bits = bits, .last = BEGIN};

    *out = (features_text){0};
    for (size_t i = 0; i < t->n && out->word_count < WORDS_MAX && !b.rc; i++)
        put_token(&b, &t->v[i]);
    if (out->word_count)
        put_pair(&b, END);
    if (b.rc)
        return q_err_nomem(err);
    merge(out);
    return Q_OK;
}

void features__weigh(const q_features *from, const float *idf, q_feature *to)
{
    double sum = 0;
    float scale;

    for (size_t i = 0; i < from->n; i++) {
        to[i] = (q_feature){from->v[i].id, from->v[i].value * idf[from->v[i].id]};
        sum += (double)to[i].value * to[i].value;
    }
    scale = sum > 0 ? (float)(1 / sqrt(sum)) : 0;
    for (size_t i = 0; i < from->n; i++)
        to[i].value *= scale;
}
