#include "dialog/understand.h"

#include "dialog/model.h"
#include "dialog/places.h"
#include "dialog/slot.h"

#include <stdlib.h>

static q_code guess_init(q_guess *g, const q_intent *intent, double score, q_arena *a, q_err *err)
{
    *g = (q_guess){.intent = intent, .score = score};
    g->slots = q_arena_array(a, intent->slot_count, sizeof *g->slots);
    g->said = q_arena_array(a, intent->slot_count, sizeof *g->said);
    return g->slots && g->said ? Q_OK : q_err_nomem(err);
}

/* What is asked of the model, and with what. */
typedef struct question {
    const q_model *m;
    q_tokens tokens, mended; /* as said; put right */
    intents_answer answer;
    bool *closed; /* [classes] */
    int64_t now_ms;
    q_arena *arena;
    q_understood *out;
    q_err *err;
} question;

static bool is_open(const q_intent *intent, const q_str *contexts, size_t count)
{
    for (size_t i = 0; i < intent->input_context_count; i++) {
        bool active = false;

        for (size_t k = 0; k < count; k++)
            active |= q_str_eq(intent->input_contexts[i], contexts[k]);
        if (!active)
            return false;
    }
    return true;
}

/* The likeliest classes, each with its score if any is meant. */
static q_code guess(question *q)
{
    const q_model *m = q->m;
    q_understood *out = q->out;
    features_text text;
    intents_answer *answer = &q->answer;
    double right, rest;
    q_code rc = spelling__mend(&m->spelling, &q->tokens, q->arena, &q->mended, q->err);

    if (!rc)
        rc = features__of(&q->mended, m->bits, q->arena, &text, q->err);
    if (!rc)
        rc = intents__ask(m->intents, &text, q->closed, q->arena, answer, q->err);
    if (rc)
        return rc;
    out->out_of_scope = scope__out(&m->scope, answer);
    right = scope__right(&m->scope, answer);
    rest = 1 - (double)answer->p[answer->best] + 1e-9;
    for (size_t best = answer->best; out->count < Q_UNDERSTOOD_MAX && answer->p[best] > 0;) {
        double share = out->count ? (1 - right) * (double)answer->p[best] / rest : right;

        if (guess_init(&out->guesses[out->count++], m->classes[best], share, q->arena, q->err))
            return Q_NOMEM;
        answer->p[best] = -1;
        best = 0;
        for (size_t c = 1; c < m->class_count; c++)
            if (answer->p[c] > answer->p[best])
                best = c;
    }
    return Q_OK;
}

/* "3" or "35678-9" by itself is an answer, not a request. */
static bool has_words(const q_tokens *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].kind == Q_TOKEN_WORD || t->v[i].kind == Q_TOKEN_IDEOGRAPH)
            return true;
    return false;
}

static int by_score(const void *x, const void *y)
{
    const q_guess *a = x, *b = y;

    if (a->exact != b->exact)
        return a->exact ? -1 : 1;
    return a->score > b->score ? -1 : a->score < b->score;
}

static void take_exact(q_understood *out, const q_guess *found)
{
    q_guess *g = NULL;

    for (size_t i = 0; i < out->count; i++)
        if (out->guesses[i].intent == found->intent)
            g = &out->guesses[i];
    if (!g)
        g = out->count < Q_UNDERSTOOD_MAX ? &out->guesses[out->count++]
                                          : &out->guesses[out->count - 1];
    for (size_t i = 0; i < out->count; i++)
        out->guesses[i].score = 0;
    *g = *found;
    out->out_of_scope = 0;
}

/* Whether the text is what the pattern says, word by word. */
static q_code try_pattern(question *q, const pattern *p, q_guess *g, bool *fits)
{
    const q_intent *intent = q->m->classes[p->class];
    q_tokens words;
    q_code rc = q_tokens_of(p->utterance, q->arena, &words, q->err);

    *fits = false;
    if (!rc && !places__may_fit(&words, &q->tokens))
        return Q_OK;
    if (!rc)
        rc = guess_init(g, intent, 1, q->arena, q->err);
    if (!rc)
        rc = places__fit(&words, intent, &q->tokens, q->now_ms, q->arena,
                         &(places_found){g->slots, g->said}, fits, q->err);
    g->exact = true;
    g->bare = p->bare;
    return rc;
}

/* A sample that the text follows word by word settles it; one with words goes
 * before one that is nothing but places.
 */
static q_code exact(question *q)
{
    const q_model *m = q->m;
    uint64_t mask = model__mask(&q->tokens);

    for (int bare = 0; bare < 2; bare++) {
        for (size_t k = 0; k < m->pattern_count; k++) {
            const pattern *p = &m->patterns[k];
            q_guess found;
            bool fits;
            q_code rc;

            if ((p->mask & ~mask) || p->bare != bare || (!p->places && p->mask != mask) ||
                (p->places && !places__few(m->classes[p->class])) || q->closed[p->class])
                continue;
            rc = try_pattern(q, p, &found, &fits);
            if (rc)
                return rc;
            if (fits) {
                take_exact(q->out, &found);
                return Q_OK;
            }
        }
    }
    return Q_OK;
}

/* The value of tokens that are said for a slot. Where its type has a grammar, that
 * tells where the value ends: at the latest where another slot's begins. `left`
 * are tagged behind them.
 */
static q_code value_of(question *q, const q_slot *slot, const tagged *said, size_t left,
                       slot_match *out)
{
    const q_tokens *t = &q->tokens;
    size_t end = t->n;
    q_code rc;

    for (size_t i = left; i > 0; i--)
        if (said[i].slot != said->slot)
            end = said[i].begin;
    rc = slot__at(slot, t, said->begin, end, q->now_ms, q->arena, out, q->err);

    if (rc || out->tokens >= said->end - said->begin)
        return rc;
    return slot__whole(slot, t, said->begin, said->end, q->now_ms, q->arena, out, q->err);
}

static uint32_t class_of(const q_model *m, const q_intent *intent)
{
    uint32_t c = 0;

    while (m->classes[c] != intent)
        c++;
    return c;
}

/* What the tagger found, as far as the slots' types take it. */
static q_code take_tagged(question *q, const q_guess *g, const tagger *m)
{
    const q_tokens *t = &q->tokens;
    tagged *v;
    double *best = q_arena_array(q->arena, g->intent->slot_count, sizeof *best);
    size_t n;
    q_code rc = best ? tagger__find(m, t, q->arena, &v, &n, q->err) : q_err_nomem(q->err);

    for (size_t i = 0; !rc && i < n; i++) {
        slot_match match;

        if (v[i].score <= best[v[i].slot])
            continue;
        rc = value_of(q, &g->intent->slots[v[i].slot], &v[i], n - 1 - i, &match);
        if (rc || !match.tokens)
            continue;
        best[v[i].slot] = v[i].score;
        g->slots[v[i].slot] = match.value;
        g->said[v[i].slot] = q_tokens_span(t, v[i].begin, v[i].begin + match.tokens);
    }
    return rc;
}

static q_code slots_find(question *q, const q_guess *g)
{
    const places_found found = {g->slots, g->said};
    const tagger *m = q->m->taggers[class_of(q->m, g->intent)];
    q_code rc = Q_OK;

    if (m)
        rc = take_tagged(q, g, m);
    return rc ? rc : places__search(g->intent, &q->tokens, q->now_ms, q->arena, &found, q->err);
}

/* Unless a sample settled it: whether any intent is meant, and the scores by that. */
static void weigh_scope(question *q)
{
    q_understood *out = q->out;
    const q_guess *first = &out->guesses[0];
    double in;

    if (!out->count || first->exact)
        return;
    if (q->m->known.few && out->out_of_scope < 1)
        out->out_of_scope =
            known__out(&q->m->known,
                       &(known_question){&q->mended, class_of(q->m, first->intent), first->intent,
                                         first->said, q->answer.signals[SIGNAL_ODDS]});
    in = out->out_of_scope < 0.5 ? 1 : 4 * (1 - out->out_of_scope) * (1 - out->out_of_scope);
    for (size_t i = 0; i < out->count; i++)
        out->guesses[i].score *= in;
}

static q_code answer(question *q)
{
    q_understood *out = q->out;
    q_code rc = guess(q);

    if (!rc && !has_words(&q->tokens)) {
        out->out_of_scope = 1;
        for (size_t i = 0; i < out->count; i++)
            out->guesses[i].score = 0;
    }
    if (!rc)
        rc = exact(q);
    if (rc)
        return rc;
    qsort(out->guesses, out->count, sizeof out->guesses[0], by_score);
    for (size_t i = 0; i < out->count && !rc; i++) {
        if (!out->guesses[i].exact)
            rc = slots_find(q, &out->guesses[i]);
    }
    if (!rc)
        weigh_scope(q);
    return rc;
}

q_code q_understand(const q_model *m, q_str text, const q_str *contexts, size_t context_count,
                    int64_t now_ms, q_arena *a, q_understood *out, q_err *err)
{
    question q = {.m = m, .now_ms = now_ms, .arena = a, .out = out, .err = err};
    q_code rc = q_tokens_of(text, a, &q.tokens, err);

    *out = (q_understood){.out_of_scope = 1};
    if (rc || !q.tokens.n || !m->class_count)
        return rc;
    q.closed = q_arena_array(a, m->class_count, sizeof *q.closed);
    if (!q.closed)
        return q_err_nomem(err);
    for (size_t c = 0; c < m->class_count; c++)
        q.closed[c] = !is_open(m->classes[c], contexts, context_count);
    return answer(&q);
}
