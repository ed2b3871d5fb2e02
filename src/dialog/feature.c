#include "dialog/feature.h"

#include "base/buf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_MIN = 3, GROUP_MAX = 5, VALUES_MAX = 64 };

/* Any number is one word, and says little of the intent. */
static const float NUMBER_WEIGHT = 0.4f;
static const float WORD_WEIGHT = 1.0f, PAIR_WEIGHT = 0.7f, GROUP_WEIGHT = 0.35f;

typedef struct builder {
    q_arena *arena;
    q_features *out;
    size_t cap;
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

static void put(builder *b, uint64_t h, float value)
{
    if (b->rc)
        return;
    b->rc = q_arena_grow(b->arena, &b->out->v, &b->cap, b->out->n + 1, sizeof(q_feature));
    if (b->rc)
        return;
    h ^= h >> 29;
    h *= 0xBF58476D1CE4E5B9ULL;
    b->out->v[b->out->n++] = (q_feature){(uint32_t)(h >> (64 - b->bits)), value};
}

/* Letter groups of "<word>", by bytes: near enough for any script. */
static void put_groups(builder *b, q_str word, float scale)
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
            put(b, hash(BASIS ^ size, marked + i, size), GROUP_WEIGHT * scale);
}

static void put_word(builder *b, q_str word, float scale)
{
    uint64_t h = hash(BASIS, word.p, word.n);

    put(b, h, WORD_WEIGHT * scale);
    put(b, hash(h, (const char *)&b->last, sizeof b->last), PAIR_WEIGHT * scale);
    b->last = h;
    put_groups(b, word, scale);
}

static void put_token(builder *b, const q_token *t, float scale)
{
    if (t->kind == Q_TOKEN_PUNCTUATION)
        return;
    if (t->kind == Q_TOKEN_NUMBER || t->kind == Q_TOKEN_MIXED)
        put_word(b, Q_STR("0"), NUMBER_WEIGHT * scale);
    else
        put_word(b, t->lower.n ? t->lower : t->text, scale);
}

static void put_phrase(builder *b, q_str phrase, float scale)
{
    q_tokens t;

    if (!b->rc)
        b->rc = q_tokens_of(phrase, b->arena, &t, NULL);
    for (size_t i = 0; !b->rc && i < t.n; i++)
        put_token(b, &t.v[i], scale);
}

static void put_place(builder *b, const q_slot *slot)
{
    uint64_t before = b->last;
    size_t n = slot && slot->type ? slot->type->value_count : 0;

    if (!n) {
        put_word(b, Q_STR("0"), NUMBER_WEIGHT);
        return;
    }
    if (n > VALUES_MAX)
        n = VALUES_MAX;
    for (size_t i = 0; i < n; i++) {
        b->last = before;
        put_phrase(b, slot->type->values[i].value, 1 / sqrtf((float)n));
    }
    b->last = 0;
}

static int by_id(const void *x, const void *y)
{
    const q_feature *a = x, *b = y;

    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->value < b->value ? -1 : a->value > b->value;
}

/* Add up what fell on the same id. */
static void merge(q_features *f)
{
    size_t n = 0;

    if (f->n)
        qsort(f->v, f->n, sizeof *f->v, by_id);
    for (size_t i = 0; i < f->n; i++) {
        if (n && f->v[n - 1].id == f->v[i].id)
            f->v[n - 1].value += f->v[i].value;
        else
            f->v[n++] = f->v[i];
    }
    f->n = n;
}

q_code features__of(const q_tokens *t, const q_intent *intent, unsigned bits, q_arena *a,
                    q_features *out, q_err *err)
{
    builder b = {.arena = a, .out = out, .bits = bits};

    *out = (q_features){0};
    for (size_t i = 0; i < t->n && !b.rc; i++) {
        size_t end = i + 1;

        if (!intent || !q_token_mark(&t->v[i], '{')) {
            put_token(&b, &t->v[i], 1);
            continue;
        }
        while (end < t->n && !q_token_mark(&t->v[end], '}'))
            end++;
        if (end > i + 1)
            put_place(&b, q_intent_slot(intent, q_tokens_span(t, i + 1, end)));
        i = end;
    }
    if (b.rc)
        return q_err_nomem(err);
    merge(out);
    return Q_OK;
}

void features__normalize(q_features *f)
{
    double sum = 0;
    float scale;

    for (size_t i = 0; i < f->n; i++)
        sum += (double)f->v[i].value * f->v[i].value;
    scale = sum > 0 ? (float)(1 / sqrt(sum)) : 0;
    for (size_t i = 0; i < f->n; i++)
        f->v[i].value *= scale;
}
