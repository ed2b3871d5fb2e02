#include "dialog/tagger.h"

#include "dialog/slot.h"
#include "learn/sequence.h"

#include <stdlib.h>
#include <string.h>

enum {
    BITS_MIN = 12,
    BITS_MAX = 18,
    SLOTS_MAX = 100,
    TOKENS_MAX = 512, /* of a text that are looked at */
    PER_TOKEN = 48,   /* features, at most */
    ARENA_MAX = 1 << 30,
    HIDDEN = 40 /* of a hundred listed values, while learning */
};

struct tagger {
    const q_intent *intent;
    const phrases *phrases;
    q_sequence_model *model;
    unsigned bits;
};

/* The features of a text's tokens. */
typedef struct builder {
    const tagger *m;
    const q_tokens *t;
    size_t n; /* tokens */
    q_arena *arena;
    uint32_t *features, *starts;
    size_t count;
    uint32_t (*hints)[2]; /* [n] bits of the slots whose lists or grammars begin, go on here */
    uint32_t hidden;      /* learning: which values to hide; 0: none */
} builder;

static void put(builder *b, uint32_t kind, uint64_t value)
{
    uint64_t h = (value ^ (uint64_t)kind << 56) * 0x9E3779B97F4A7C15ULL;

    h ^= h >> 32;
    h *= 0xBF58476D1CE4E5B9ULL;
    if (b->count < b->n * PER_TOKEN)
        b->features[b->count++] = (uint32_t)(h >> (64 - b->m->bits));
}

static uint64_t word(const builder *b, size_t i, int step)
{
    size_t at = i + (size_t)step;

    if (step < 0 ? i < (size_t)-step : at >= b->n)
        return 8u + (unsigned)step;
    if (b->t->v[at].kind == Q_TOKEN_NUMBER)
        return 100 + (b->t->v[at].text.n < 5 ? b->t->v[at].text.n : 5);
    return phrases__hash(0, &b->t->v[at]);
}

static uint64_t letters(q_str s)
{
    uint64_t h = 0;

    for (size_t i = 0; i < s.n; i++)
        h = h * 257 + (unsigned char)s.p[i] + 1;
    return h;
}

typedef struct listed {
    builder *b;
    size_t begin, end;
} listed;

static void mark(builder *b, size_t slot, size_t begin, size_t end)
{
    uint32_t bit = (uint32_t)1 << (slot % 32);

    for (size_t i = begin; i < end && i < b->n; i++)
        b->hints[i][i > begin] |= bit;
}

static void mark_type(void *ctx, const q_slot_type *type)
{
    listed *l = ctx;

    for (size_t s = 0; s < l->b->m->intent->slot_count; s++)
        if (l->b->m->intent->slots[s].type == type)
            mark(l->b, s, l->begin, l->end);
}

static bool is_hidden(const builder *b, uint64_t hash)
{
    return b->hidden && (uint32_t)((hash ^ b->hidden) * 0x9E3779B97F4A7C15ULL >> 40) % 100 < HIDDEN;
}

/* The longest listed phrase from each token on. */
static void hints_listed(builder *b)
{
    for (size_t i = 0; i < b->n; i++) {
        uint64_t hash = 0;

        for (size_t end = i + 1; end <= b->n && end - i <= PHRASE_TOKENS; end++) {
            hash = phrases__hash(hash, &b->t->v[end - 1]);
            if (!is_hidden(b, hash))
                phrases__types(b->m->phrases, hash, mark_type, &(listed){b, i, end});
        }
    }
}

static q_code hints_built_in(builder *b, q_err *err)
{
    for (size_t s = 0; s < b->m->intent->slot_count; s++) {
        const q_slot *slot = &b->m->intent->slots[s];

        for (size_t i = 0; slot->kind != Q_SLOT_CUSTOM && i < b->n;) {
            slot_match match;
            q_code rc = slot__at(slot, b->t, i, b->n, 0, b->arena, &match, err);

            if (rc)
                return rc;
            if (match.tokens)
                mark(b, s, i, i + match.tokens);
            i += match.tokens ? match.tokens : 1;
        }
    }
    return Q_OK;
}

static void put_words(builder *b, size_t i)
{
    const q_token *t = &b->t->v[i];
    uint64_t here = word(b, i, 0), before = word(b, i, -1), behind = word(b, i, 1);

    put(b, 1, here);
    put(b, 2, before);
    put(b, 3, behind);
    put(b, 4, word(b, i, -2));
    put(b, 5, word(b, i, 2));
    put(b, 6, here * 31 + before);
    put(b, 7, here * 31 + behind);
    put(b, 8, before * 31 + word(b, i, -2));
    put(b, 9, behind * 31 + word(b, i, 2));
    put(b, 10, before * 31 + behind);
    put(b, 11, letters(q_str_sub(t->lower, 0, 3)));
    put(b, 12, letters(q_str_sub(t->lower, t->lower.n > 3 ? t->lower.n - 3 : 0, 3)));
    put(b, 13, t->kind);
    put(b, 14, (uint64_t)(i == 0) | (uint64_t)(i + 1 == b->n) << 1);
    put(b, 15, 0);
}

static void put_hints(builder *b, size_t i)
{
    size_t slots = b->m->intent->slot_count < 32 ? b->m->intent->slot_count : 32;
    uint64_t all[2] = {b->hints[i][0], b->hints[i][1]};

    put(b, 16, all[0] << 32 | all[1]);
    for (size_t s = 0; s < slots; s++)
        for (size_t k = 0; k < 2; k++) {
            if (all[k] >> s & 1)
                put(b, 17 + (uint32_t)k, s);
            if (i + 1 < b->n && b->hints[i + 1][k] >> s & 1)
                put(b, 19 + (uint32_t)k, s);
        }
    if (i)
        put(b, 21, (uint64_t)b->hints[i - 1][0] << 32 | b->hints[i - 1][1]);
    if (i + 1 < b->n)
        put(b, 22, (uint64_t)b->hints[i + 1][0] << 32 | b->hints[i + 1][1]);
}

static q_code build(builder *b, q_err *err)
{
    q_code rc;

    b->n = b->t->n < TOKENS_MAX ? b->t->n : TOKENS_MAX;
    b->features = q_arena_array(b->arena, b->n * PER_TOKEN, sizeof *b->features);
    b->starts = q_arena_array(b->arena, b->n + 1, sizeof *b->starts);
    b->hints = q_arena_array(b->arena, b->n, sizeof *b->hints);
    if (!b->features || !b->starts || !b->hints)
        return q_err_nomem(err);
    hints_listed(b);
    rc = hints_built_in(b, err);
    for (size_t i = 0; i < b->n && !rc; i++) {
        put_words(b, i);
        put_hints(b, i);
        b->starts[i + 1] = (uint32_t)b->count;
    }
    return rc;
}

/* 0: no value's; 1 + 2 * slot: begins one; 2 + 2 * slot: goes on. */
static q_code labels_of(const sample *s, size_t n, q_arena *a, uint16_t **out, q_err *err)
{
    uint16_t *labels = q_arena_array(a, n, sizeof *labels);

    *out = labels;
    if (!labels)
        return q_err_nomem(err);
    for (size_t v = 0; v < s->value_count; v++) {
        bool begun = false;

        for (size_t i = 0; i < n; i++) {
            if (s->tokens.v[i].begin < s->values[v].begin ||
                s->tokens.v[i].begin >= s->values[v].end)
                continue;
            labels[i] = (uint16_t)(1 + 2 * s->values[v].slot + begun);
            begun = true;
        }
    }
    return Q_OK;
}

/* Only the same slot's value goes on. */
static uint8_t *transitions(size_t slots, q_arena *a)
{
    size_t labels = 1 + 2 * slots;
    uint8_t *allowed = q_arena_array(a, (labels + 1) * labels, 1);

    for (size_t from = 0; allowed && from <= labels; from++)
        for (size_t to = 0; to < labels; to++)
            allowed[from * labels + to] =
                to == 0 || to % 2 == 1 || (from < labels && (from == to || from + 1 == to));
    return allowed;
}

static q_code train(tagger *m, const sample *v, size_t count, q_arena *a, q_err *err)
{
    q_sequence *s = q_arena_array(a, count, sizeof *s);
    q_sequence_options o = {.bits = m->bits,
                            .labels = 1 + 2 * m->intent->slot_count,
                            .allowed = transitions(m->intent->slot_count, a),
                            .drop = 0.1};
    q_code rc = s && o.allowed ? Q_OK : q_err_nomem(err);

    for (size_t i = 0; i < count && !rc; i++) {
        builder b = {.m = m, .t = &v[i].tokens, .arena = a, .hidden = 1 + (uint32_t)i};
        uint16_t *labels;

        rc = build(&b, err);
        if (!rc)
            rc = labels_of(&v[i], b.n, a, &labels, err);
        if (!rc)
            s[i] = (q_sequence){b.features, b.starts, labels, b.n};
    }
    return rc ? rc : q_sequence_train(s, count, &o, &m->model, err);
}

static unsigned bits_for(const sample *v, size_t count)
{
    size_t tokens = 0;
    unsigned bits = BITS_MIN;

    for (size_t i = 0; i < count; i++)
        tokens += v[i].tokens.n;
    while (bits < BITS_MAX && ((size_t)1 << bits) < tokens * 8)
        bits++;
    return bits;
}

q_code tagger__learn(const q_intent *intent, const sample *v, size_t count, const phrases *p,
                     tagger **out, q_err *err)
{
    tagger *m = NULL;
    q_arena *a = NULL;
    size_t places = 0;
    q_code rc = Q_OK;

    *out = NULL;
    for (size_t i = 0; i < count; i++)
        places += v[i].value_count;
    if (!places || intent->slot_count > SLOTS_MAX)
        return Q_OK;
    m = calloc(1, sizeof *m);
    a = q_arena_new(ARENA_MAX);
    if (!m || !a) {
        rc = q_err_nomem(err);
        goto done;
    }
    *m = (tagger){.intent = intent, .phrases = p, .bits = bits_for(v, count)};
    rc = train(m, v, count, a, err);
    if (rc)
        goto done;
    *out = m;
    m = NULL;
done:
    q_arena_free(a);
    tagger__free(m);
    return rc;
}

void tagger__free(tagger *m)
{
    if (!m)
        return;
    q_sequence_free(m->model);
    free(m);
}

q_code tagger__find(const tagger *m, const q_tokens *t, q_arena *a, tagged **out, size_t *count,
                    q_err *err)
{
    builder b = {.m = m, .t = t, .arena = a};
    q_code rc = build(&b, err);
    uint16_t *labels = q_arena_array(a, b.n, sizeof *labels);
    float *sure = q_arena_array(a, b.n, sizeof *sure);

    *count = 0;
    *out = q_arena_array(a, b.n, sizeof **out);
    if (rc)
        return rc;
    if (!labels || !sure || !*out)
        return q_err_nomem(err);
    rc = q_sequence_decode(m->model, &(q_sequence){b.features, b.starts, NULL, b.n}, a, labels,
                           sure, err);
    for (size_t i = 0; i < b.n && !rc; i++) {
        tagged *last = *count ? &(*out)[*count - 1] : NULL;

        if (labels[i] % 2 == 1) {
            (*out)[(*count)++] = (tagged){(labels[i] - 1u) / 2, i, i + 1, (double)sure[i]};
        } else if (labels[i] && last) {
            last->end = i + 1;
            last->score = (double)sure[i] < last->score ? (double)sure[i] : last->score;
        }
    }
    return rc;
}
