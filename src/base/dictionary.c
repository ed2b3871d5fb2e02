#include "base/dictionary.h"

#include "base/digest.h"

enum { FIRST_SLOTS = 64 };

void q_dictionary_init(q_dictionary *d, q_arena *a)
{
    *d = (q_dictionary){.arena = a};
    if (!q_random(&d->seed, sizeof d->seed))
        d->seed = (uintptr_t)a;
}

/* FNV-1a over words, mixed as in MurmurHash3. */
static size_t hash(const q_dictionary *d, q_str text)
{
    uint64_t h = d->seed ^ 0xcbf29ce484222325U;

    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (unsigned char)text.p[i]) * 0x100000001b3U + (h >> 47);
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdU;
    return (size_t)(h ^ (h >> 33));
}

/* The slot that holds `text`, or the free one where it would go. */
static size_t slot_of(const q_dictionary *d, q_str text)
{
    size_t i = hash(d, text) & (d->slot_count - 1);

    while (d->slots[i] && !q_str_eq(d->texts[d->slots[i] - 1], text))
        i = (i + 1) & (d->slot_count - 1);
    return i;
}

size_t q_dictionary_find(const q_dictionary *d, q_str text)
{
    size_t i;

    if (!d->slot_count)
        return SIZE_MAX;
    i = slot_of(d, text);
    return d->slots[i] ? d->slots[i] - 1 : SIZE_MAX;
}

static q_code grow(q_dictionary *d, q_err *err)
{
    size_t wanted = d->slot_count ? d->slot_count * 2 : FIRST_SLOTS;
    uint32_t *slots = q_arena_array(d->arena, wanted, sizeof *slots);

    if (!slots)
        return q_err_nomem(err);
    d->slots = slots; /* the old ones stay in the arena until it goes */
    d->slot_count = wanted;
    for (size_t i = 0; i < d->count; i++)
        d->slots[slot_of(d, d->texts[i])] = (uint32_t)i + 1;
    return Q_OK;
}

q_code q_dictionary_add(q_dictionary *d, q_str text, size_t *number, q_err *err)
{
    q_code rc = Q_OK;

    *number = q_dictionary_find(d, text);
    if (*number != SIZE_MAX)
        return Q_OK;
    if (d->count == UINT32_MAX - 1)
        return q_err_set(err, Q_LIMIT, "more than %zu different texts", d->count);
    if (2 * (d->count + 1) > d->slot_count)
        rc = grow(d, err);
    if (!rc && q_arena_grow(d->arena, &d->texts, &d->cap, d->count + 1, sizeof *d->texts))
        rc = q_err_nomem(err);
    if (rc)
        return rc;
    *number = d->count;
    d->texts[d->count++] = text;
    d->slots[slot_of(d, text)] = (uint32_t)d->count;
    return Q_OK;
}
