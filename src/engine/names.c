#include "engine/names.h"

#include "base/digest.h"

#include <string.h>

names names__init(q_arena *a, const uint64_t key[2])
{
    return (names){.arena = a, .key = {key[0], key[1]}};
}

q_code names__key(uint64_t key[2], q_err *err)
{
    return q_random(key, 2 * sizeof *key)
               ? Q_OK
               : q_err_set(err, Q_INTERNAL, "the system gives no random numbers");
}

static uint64_t rotate(uint64_t v, unsigned by)
{
    return v << by | v >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

/* SipHash-1-3. Source: Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF". */
static uint64_t hash(const uint64_t key[2], q_str s)
{
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
                     key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};
    uint64_t word;

    for (size_t i = 0; i + 8 <= s.n; i += 8) {
        memcpy(&word, s.p + i, sizeof word);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    word = (uint64_t)s.n << 56;
    for (size_t i = 0; i < s.n % 8; i++)
        word |= (uint64_t)(unsigned char)s.p[s.n - s.n % 8 + i] << (8 * i);
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xFF;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot that holds the name, or the free one where it belongs. */
static names_slot *slot_of(const names *t, q_str name)
{
    size_t i = (size_t)hash(t->key, name) & (t->cap - 1);

    while (t->slots[i].used && !q_str_eq(t->slots[i].name, name))
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

uint32_t *names__find(const names *t, q_str name)
{
    names_slot *s = t->cap ? slot_of(t, name) : NULL;

    return s && s->used ? &s->value : NULL;
}

static q_code grow(names *t, q_err *err)
{
    names old = *t;

    t->cap = old.cap ? old.cap * 2 : 16;
    t->slots = q_arena_array(t->arena, t->cap, sizeof *t->slots);
    if (!t->slots) {
        *t = old;
        return q_err_nomem(err);
    }
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].used)
            *slot_of(t, old.slots[i].name) = old.slots[i];
    return Q_OK;
}

q_code names__put(names *t, q_str name, uint32_t value, q_err *err)
{
    if (4 * (t->count + 1) > 3 * t->cap) {
        q_code rc = grow(t, err);

        if (rc)
            return rc;
    }
    *slot_of(t, name) = (names_slot){name, value, true};
    t->count++;
    return Q_OK;
}
