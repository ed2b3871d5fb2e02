#include "dialog/sample.h"

#include "base/buf.h"

#include <string.h>

enum { PLENTY = 4000, TIMES_MAX = 8, TEXT_MAX = 1 << 20 };

typedef struct maker {
    const q_intent *const *intents;
    size_t times; /* samples of an utterance with places */
    uint32_t turn;
    q_arena *arena;
    samples *out;
    size_t cap;
    q_err *err;
} maker;

size_t samples__place(q_str utterance, size_t i, q_str *name)
{
    size_t end = i + 1;

    if (utterance.p[i] != '{')
        return 0;
    while (end < utterance.n && utterance.p[end] != '}' && utterance.p[end] != '{')
        end++;
    if (end == utterance.n || utterance.p[end] != '}')
        return 0;
    *name = q_str_trim(q_str_sub(utterance, i + 1, end - i - 1));
    return name->n ? end + 1 : 0;
}

static uint32_t hash(q_str s, uint32_t h)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    return h;
}

/* Values come in turn, from a start that depends on the utterance. With
 * `unknown`, a type that takes any words gets some that no list has.
 */
static q_str choose(const q_slot *slot, uint32_t turn, bool unknown)
{
    size_t n = 0, count;
    const q_str *built_in;

    if (unknown && slot->type && !slot->type->top_resolution) {
        built_in = samples__unknown(&count);
        return built_in[turn % count];
    }
    for (size_t i = 0; slot->type && i < slot->type->value_count; i++)
        n += 1 + slot->type->values[i].synonym_count;
    if (n) {
        size_t k = turn % n;

        for (size_t i = 0;; k -= 1 + slot->type->values[i++].synonym_count) {
            const q_slot_value *v = &slot->type->values[i];

            if (k <= v->synonym_count)
                return k ? v->synonyms[k - 1] : v->value;
        }
    }
    built_in = samples__values(slot->kind, &count);
    return built_in[turn % count];
}

static q_code fill(maker *m, const q_intent *intent, q_str utterance, size_t time, sample *to)
{
    q_buf text = q_buf_init(m->arena, TEXT_MAX);
    uint32_t turn = to->group + (uint32_t)time * 40503u;
    bool unknown = time % 2 == 1;
    size_t cap = 0;
    q_str whole;
    q_code rc;

    for (size_t i = 0; i < utterance.n;) {
        q_str name, value;
        size_t end = samples__place(utterance, i, &name), slot;

        slot = end ? q_intent_slot_index(intent, name) : SIZE_MAX;
        if (slot == SIZE_MAX) {
            q_buf_char(&text, utterance.p[i++]);
            continue;
        }
        value = choose(&intent->slots[slot], turn + (uint32_t)i * 2654435761u, unknown);
        if (q_arena_grow(m->arena, &to->values, &cap, to->value_count + 1, sizeof *to->values))
            return q_err_nomem(m->err);
        to->values[to->value_count++] = (sample_value){slot, text.n, text.n + value.n};
        q_buf_put(&text, value);
        i = end;
    }
    rc = q_buf_finish(&text, &whole, m->err);
    return rc ? rc : q_tokens_of(whole, m->arena, &to->tokens, m->err);
}

static bool has_place(q_str utterance)
{
    q_str name;

    for (size_t i = 0; i < utterance.n; i++)
        if (samples__place(utterance, i, &name))
            return true;
    return false;
}

static q_code add(maker *m, uint32_t class, size_t number, q_str utterance)
{
    size_t times = has_place(utterance) ? m->times : 1;
    uint32_t group = hash(utterance, 2166136261u + class);

    for (size_t k = 0; k < times; k++) {
        sample s = {.class = class, .utterance = (uint32_t)number, .group = group};
        q_code rc = fill(m, m->intents[class], utterance, k, &s);

        if (!rc && q_arena_grow(m->arena, &m->out->v, &m->cap, m->out->n + 1, sizeof s))
            rc = q_err_nomem(m->err);
        if (rc)
            return rc;
        m->out->v[m->out->n++] = s;
    }
    return Q_OK;
}

static size_t times_for(const q_intent *const *intents, size_t count)
{
    size_t all = 1, times;

    for (size_t i = 0; i < count; i++)
        all += intents[i]->utterance_count;
    times = PLENTY / all;
    return times < 1 ? 1 : times > TIMES_MAX ? TIMES_MAX : times;
}

q_code samples__make(const q_intent *const *intents, size_t count, q_arena *a, samples *out,
                     q_err *err)
{
    maker m = {
        .intents = intents, .times = times_for(intents, count), .arena = a, .out = out, .err = err};

    *out = (samples){0};
    for (uint32_t c = 0; c < count; c++) {
        size_t n;
        const q_str *own = samples__built_in(intents[c]->kind, &n);
        q_code rc = Q_OK;

        for (size_t u = 0; u < n && !rc; u++)
            rc = add(&m, c, u, own[u]);
        for (size_t u = 0; u < intents[c]->utterance_count && !rc; u++)
            rc = add(&m, c, n + u, intents[c]->utterances[u]);
        if (rc)
            return rc;
    }
    return Q_OK;
}
