#include "dialog/places.h"

#include "dialog/slot.h"

#include <string.h>

enum {
    STEPS_MAX = 4000,
    VALUE_TOKENS = 24,
    ENOUGH = 50 /* utterances, for a sequence model to be trusted alone */
};

static bool is_stop(const q_token *t)
{
    return t->kind == Q_TOKEN_PUNCTUATION && !q_token_mark(t, '{') && !q_token_mark(t, '}');
}

/* The place at token i of a sample: the number of tokens it takes, 0: none. */
static size_t place_at(const q_tokens *sample, size_t i, q_str *name)
{
    size_t end = i + 1;

    if (!q_token_mark(&sample->v[i], '{'))
        return 0;
    while (end < sample->n && !q_token_mark(&sample->v[end], '}'))
        end++;
    if (end == sample->n || end == i + 1)
        return 0;
    *name = q_tokens_span(sample, i + 1, end);
    return end + 1 - i;
}

bool places__few(const q_intent *intent)
{
    return intent->utterance_count < ENOUGH;
}

bool places__may_fit(const q_tokens *sample, const q_tokens *t)
{
    size_t i = 0;

    while (i < t->n && is_stop(&t->v[i]))
        i++;
    if (!sample->n || i == t->n)
        return false;
    return q_token_mark(&sample->v[0], '{') || is_stop(&sample->v[0]) ||
           q_str_eq(sample->v[0].lower, t->v[i].lower);
}

bool places__only(const q_tokens *sample)
{
    q_str name;
    size_t took;

    for (size_t i = 0; i < sample->n; i += took) {
        took = place_at(sample, i, &name);
        if (!took && !is_stop(&sample->v[i]))
            return false;
        took = took ? took : 1;
    }
    return true;
}

typedef struct fitting {
    const q_tokens *sample, *t;
    const q_intent *intent;
    int64_t now_ms;
    q_arena *arena;
    const places_found *found;
    bool open;    /* words that no list knows are values as well */
    size_t end;   /* of t, without closing marks */
    size_t steps; /* bounds the search */
    q_code rc;
    q_err *err;
} fitting;

static bool fits_from(fitting *f, size_t s, size_t i);

static bool place_fits(fitting *f, size_t s, size_t took, q_str name, size_t i)
{
    size_t slot = q_intent_slot_index(f->intent, name);

    if (slot == SIZE_MAX)
        return false;
    for (size_t end = i + 1; end <= f->end && end - i <= VALUE_TOKENS && !f->rc; end++) {
        slot_match m;

        if (++f->steps > STEPS_MAX)
            return false;
        f->rc = slot__whole(&f->intent->slots[slot], f->t, i, end, f->now_ms, f->arena, &m, f->err);
        if (f->rc || !m.tokens || !(m.listed || f->open) || !fits_from(f, s + took, end))
            continue;
        f->found->values[slot] = m.value;
        f->found->said[slot] = q_tokens_span(f->t, i, end);
        return true;
    }
    return false;
}

static bool fits_from(fitting *f, size_t s, size_t i)
{
    while (s < f->sample->n) {
        q_str name;
        size_t took = place_at(f->sample, s, &name);

        if (++f->steps > STEPS_MAX)
            return false;
        if (took)
            return place_fits(f, s, took, name, i);
        if (is_stop(&f->sample->v[s])) {
            s++;
            continue;
        }
        while (i < f->end && is_stop(&f->t->v[i]))
            i++;
        if (i == f->end || !f->sample->v[s].lower.n ||
            !q_str_eq(f->sample->v[s].lower, f->t->v[i].lower))
            return false;
        s++, i++;
    }
    return i == f->end;
}

static size_t open_end(const q_tokens *t)
{
    size_t end = t->n;

    while (end && is_stop(&t->v[end - 1]))
        end--;
    return end;
}

/* Two words of the sample's own are enough to tell what is said between them; in
 * an answer to a question (an intent without utterances) one is.
 */
static bool takes_any(const q_tokens *sample, const q_intent *intent)
{
    size_t words = 0;
    q_str name;

    for (size_t i = 0, took; i < sample->n; i += took ? took : 1) {
        took = place_at(sample, i, &name);
        words += !took && !is_stop(&sample->v[i]);
    }
    return words > (intent->utterance_count > 0);
}

q_code places__fit(const q_tokens *sample, const q_intent *intent, const q_tokens *t,
                   int64_t now_ms, q_arena *a, const places_found *found, bool *fits, q_err *err)
{
    fitting f = {.sample = sample,
                 .t = t,
                 .intent = intent,
                 .now_ms = now_ms,
                 .arena = a,
                 .found = found,
                 .open = takes_any(sample, intent),
                 .end = open_end(t),
                 .err = err};

    *fits = f.end > 0 && fits_from(&f, 0, 0);
    return f.rc;
}

typedef struct search {
    const q_tokens *t;
    size_t end;
    int64_t now_ms;
    q_arena *arena;
    bool *used; /* [t->n] */
    const places_found *found;
    q_err *err;
} search;

static bool is_free(const search *s, size_t i, size_t n)
{
    for (size_t k = i; k < i + n; k++)
        if (s->used[k])
            return false;
    return true;
}

static void take(search *s, size_t i, const slot_match *m, size_t slot)
{
    s->found->values[slot] = m->value;
    s->found->said[slot] = q_tokens_span(s->t, i, i + m->tokens);
    memset(s->used + i, 1, m->tokens);
}

/* Where a value of an open type ends: at the word behind the place, or with
 * the text when the place ends its sample.
 */
static size_t value_end(const search *s, const q_token *behind, size_t i)
{
    size_t end = i;

    if (!behind)
        return s->end;
    while (end < s->end && !q_str_eq(s->t->v[end].lower, behind->lower))
        end++;
    return end < s->end ? end : i;
}

/* One place of one sample: the word before it must be in the text. */
static q_code by_neighbour(search *s, const q_intent *intent, size_t at, const q_tokens *sample,
                           size_t place, size_t took)
{
    const q_slot *slot = &intent->slots[at];
    const q_token *before = place ? &sample->v[place - 1] : NULL;
    const q_token *behind = place + took < sample->n ? &sample->v[place + took] : NULL;

    if (!before || is_stop(before) || q_token_mark(before, '}'))
        return Q_OK;
    if (behind && (is_stop(behind) || q_token_mark(behind, '{')))
        behind = NULL;
    for (size_t i = 1; i < s->end; i++) {
        slot_match m;
        q_code rc;

        if (s->used[i] || !q_str_eq(s->t->v[i - 1].lower, before->lower))
            continue;
        rc = slot__at(slot, s->t, i, s->end, s->now_ms, s->arena, &m, s->err);
        if (!rc && !m.tokens && slot__is_open(slot))
            rc = slot__whole(slot, s->t, i, value_end(s, behind, i), s->now_ms, s->arena, &m,
                             s->err);
        if (rc)
            return rc;
        if (m.tokens && is_free(s, i, m.tokens)) {
            take(s, i, &m, at);
            return Q_OK;
        }
    }
    return Q_OK;
}

static q_code by_samples(search *s, const q_intent *intent, const q_tokens *samples)
{
    q_code rc = Q_OK;

    for (size_t u = 0; u < intent->utterance_count && !rc; u++) {
        const q_tokens *sample = &samples[u];

        for (size_t i = 0; i < sample->n && !rc; i++) {
            q_str name;
            size_t took = place_at(sample, i, &name), slot;

            if (!took)
                continue;
            slot = q_intent_slot_index(intent, name);
            if (slot != SIZE_MAX && !s->found->values[slot].p)
                rc = by_neighbour(s, intent, slot, sample, i, took);
            i += took - 1;
        }
    }
    return rc;
}

static q_code by_type(search *s, const q_intent *intent, size_t at)
{
    const q_slot *slot = &intent->slots[at];

    for (size_t i = 0; i < s->end; i++) {
        slot_match m;
        q_code rc;

        if (s->used[i])
            continue;
        rc = slot__at(slot, s->t, i, s->end, s->now_ms, s->arena, &m, s->err);
        if (rc)
            return rc;
        if (m.tokens && is_free(s, i, m.tokens)) {
            take(s, i, &m, at);
            return Q_OK;
        }
    }
    return Q_OK;
}

/* What was found before is not free. */
static void found_mark(search *s, size_t slots)
{
    for (size_t k = 0; k < slots; k++)
        for (size_t i = 0; i < s->t->n && s->found->said[k].p; i++)
            s->used[i] |= s->t->v[i].text.p >= s->found->said[k].p &&
                          s->t->v[i].text.p < s->found->said[k].p + s->found->said[k].n;
}

static q_code samples_tokens(const q_intent *intent, q_arena *a, q_tokens **out, q_err *err)
{
    q_tokens *samples = q_arena_array(a, intent->utterance_count, sizeof *samples);
    q_code rc = samples ? Q_OK : q_err_nomem(err);

    for (size_t u = 0; u < intent->utterance_count && !rc; u++)
        if (q_str_has(intent->utterances[u], '{'))
            rc = q_tokens_of(intent->utterances[u], a, &samples[u], err);
    *out = samples;
    return rc;
}

q_code places__search(const q_intent *intent, const q_tokens *t, int64_t now_ms, q_arena *a,
                      const places_found *found, q_err *err)
{
    search s = {
        .t = t, .end = open_end(t), .now_ms = now_ms, .arena = a, .found = found, .err = err};
    bool few = places__few(intent);
    q_tokens *samples;
    q_code rc = Q_OK;

    if (!intent->slot_count)
        return Q_OK;
    s.used = q_arena_array(a, t->n, sizeof *s.used);
    if (!s.used)
        return q_err_nomem(err);
    found_mark(&s, intent->slot_count);
    if (few)
        rc = samples_tokens(intent, a, &samples, err);
    if (!rc && few)
        rc = by_samples(&s, intent, samples);
    for (size_t i = 0; i < intent->slot_count && !rc; i++)
        if (!found->values[i].p && (few || !slot__is_open(&intent->slots[i])))
            rc = by_type(&s, intent, i);
    return rc;
}
