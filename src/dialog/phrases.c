#include "dialog/phrases.h"

#include <stdlib.h>

enum { ARENA_MAX = 1 << 30 };

typedef struct entry {
    uint64_t hash; /* 0: free */
    const q_slot_type *type;
} entry;

struct phrases {
    entry *table; /* [size], a power of two; at most half of it used */
    size_t size;
};

uint64_t phrases__hash(uint64_t before, const q_token *t)
{
    q_str s = t->lower.n ? t->lower : t->text;
    uint64_t h = before ? before : 0xCBF29CE484222325ULL;

    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001B3ULL;
    h = (h ^ 0x20) * 0x100000001B3ULL;
    return h ? h : 1;
}

static size_t slot_of(const phrases *p, uint64_t hash)
{
    return (size_t)((hash * 0x9E3779B97F4A7C15ULL) >> 20) & (p->size - 1);
}

static void put(phrases *p, uint64_t hash, const q_slot_type *type)
{
    size_t at = slot_of(p, hash);

    while (p->table[at].hash) {
        if (p->table[at].hash == hash && p->table[at].type == type)
            return;
        at = (at + 1) & (p->size - 1);
    }
    p->table[at] = (entry){hash, type};
}

static q_code put_text(phrases *p, q_str text, const q_slot_type *type, q_err *err)
{
    q_arena *a = q_arena_new(ARENA_MAX);
    uint64_t hash = 0;
    q_tokens t;
    q_code rc = a ? q_tokens_of(text, a, &t, err) : q_err_nomem(err);

    if (!rc && t.n && t.n <= PHRASE_TOKENS) {
        for (size_t i = 0; i < t.n; i++)
            hash = phrases__hash(hash, &t.v[i]);
        put(p, hash, type);
    }
    q_arena_free(a);
    return rc;
}

static q_code type_put(phrases *p, const q_slot_type *type, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t v = 0; v < type->value_count && !rc; v++) {
        rc = put_text(p, type->values[v].value, type, err);
        for (size_t s = 0; s < type->values[v].synonym_count && !rc; s++)
            rc = put_text(p, type->values[v].synonyms[s], type, err);
    }
    return rc;
}

q_code phrases__make(const q_bot *bot, phrases **out, q_err *err)
{
    phrases *p = calloc(1, sizeof *p);
    size_t n = 1;
    q_code rc = Q_OK;

    if (!p)
        return q_err_nomem(err);
    for (size_t t = 0; t < bot->slot_type_count; t++)
        for (size_t v = 0; v < bot->slot_types[t].value_count; v++)
            n += 1 + bot->slot_types[t].values[v].synonym_count;
    p->size = 2;
    while (p->size < 2 * n)
        p->size *= 2;
    p->table = calloc(p->size, sizeof *p->table);
    if (!p->table)
        rc = q_err_nomem(err);
    for (size_t t = 0; t < bot->slot_type_count && !rc; t++)
        rc = type_put(p, &bot->slot_types[t], err);
    if (rc)
        phrases__free(p);
    else
        *out = p;
    return rc;
}

void phrases__free(phrases *p)
{
    if (!p)
        return;
    free(p->table);
    free(p);
}

void phrases__types(const phrases *p, uint64_t hash, void (*fn)(void *ctx, const q_slot_type *),
                    void *ctx)
{
    for (size_t at = slot_of(p, hash); p->table[at].hash; at = (at + 1) & (p->size - 1))
        if (p->table[at].hash == hash)
            fn(ctx, p->table[at].type);
}
