#include "dialog/model.h"

#include "dialog/places.h"

#include <string.h>

enum { BITS_MIN = 12, BITS_MAX = 18, ARENA_MAX = 1 << 30 };

unsigned model__bits(size_t bytes)
{
    unsigned bits = BITS_MIN;

    while (bits < BITS_MAX && ((size_t)1 << bits) < bytes * 2)
        bits++;
    return bits;
}

uint64_t model__mask(const q_tokens *t)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < t->n; i++) {
        uint64_t h = 0xCBF29CE484222325ULL;

        if (t->v[i].kind == Q_TOKEN_PUNCTUATION)
            continue;
        for (size_t k = 0; k < t->v[i].lower.n; k++)
            h = (h ^ (unsigned char)t->v[i].lower.p[k]) * 0x100000001B3ULL;
        mask |= (uint64_t)1 << (h >> 58) | (uint64_t)1 << (h >> 52 & 63);
    }
    return mask;
}

/* The utterance with its places blanked out. */
static q_code words_of(q_str utterance, size_t *places, q_arena *a, q_tokens *out, q_err *err)
{
    char *text = q_str_cstr(a, utterance);

    if (!text)
        return q_err_nomem(err);
    for (size_t i = 0; i < utterance.n;) {
        q_str name;
        size_t end = samples__place(utterance, i, &name);

        if (end) {
            memset(text + i, ' ', end - i);
            ++*places;
        }
        i = end ? end : i + 1;
    }
    return q_tokens_of((q_str){text, utterance.n}, a, out, err);
}

/* Samples come intent by intent. */
static bool is_full(const known *k, uint32_t class)
{
    return k->n >= KNOWN_SAMPLES_MAX && k->v[k->n - KNOWN_SAMPLES_MAX].class == class;
}

static q_code pattern_add(q_model *m, uint32_t class, q_str utterance, q_err *err)
{
    pattern *p = &m->patterns[m->pattern_count++];
    q_arena *a = q_arena_new(ARENA_MAX);
    q_tokens words, whole;
    size_t places = 0;
    q_code rc = a ? Q_OK : q_err_nomem(err);

    *p = (pattern){.utterance = utterance, .class = class};
    if (!rc)
        rc = words_of(utterance, &places, m->known.few ? m->arena : a, &words, err);
    if (!rc && m->known.few && !is_full(&m->known, class)) {
        m->known.v[m->known.n++] = (known_sample){class, words, places};
        m->known.own += m->classes[class]->kind == Q_INTENT_OWN;
    }
    if (!rc)
        rc = q_tokens_of(utterance, a, &whole, err);
    if (!rc) {
        p->mask = model__mask(&words);
        p->places = places;
        p->bare = p->places && places__only(&whole);
    }
    q_arena_free(a);
    return rc;
}

static q_code patterns_make(q_model *m, q_err *err)
{
    size_t n = 0, own;
    q_code rc = Q_OK;

    for (size_t c = 0; c < m->class_count; c++) {
        samples__built_in(m->classes[c]->kind, &own);
        n += own + m->classes[c]->utterance_count;
    }
    m->patterns = q_arena_array(m->arena, n, sizeof *m->patterns);
    m->known.v = q_arena_array(m->arena, m->known.few ? n : 0, sizeof *m->known.v);
    if (!m->patterns || !m->known.v)
        return q_err_nomem(err);
    for (uint32_t c = 0; c < m->class_count; c++) {
        const q_str *built_in = samples__built_in(m->classes[c]->kind, &own);

        for (size_t u = 0; u < own && !rc; u++)
            rc = pattern_add(m, c, built_in[u], err);
        for (size_t u = 0; u < m->classes[c]->utterance_count && !rc; u++)
            rc = pattern_add(m, c, m->classes[c]->utterances[u], err);
    }
    return rc;
}

q_code model__texts(const samples *s, unsigned bits, q_arena *a, intents_sample **out, q_err *err)
{
    intents_sample *v = q_arena_array(a, s->n, sizeof *v);
    q_code rc = v ? Q_OK : q_err_nomem(err);

    for (size_t i = 0; i < s->n && !rc; i++) {
        v[i].class = s->v[i].class;
        v[i].group = s->v[i].group;
        rc = features__of(&s->v[i].tokens, bits, a, &v[i].text, err);
    }
    *out = v;
    return rc;
}

/* Samples come intent by intent. */
static q_code taggers_learn(q_model *m, const samples *s, q_err *err)
{
    size_t first = 0;
    q_code rc = phrases__make(m->bot, &m->phrases, err);

    for (size_t c = 0; c < m->class_count && !rc; c++) {
        size_t end = first;

        while (end < s->n && s->v[end].class == c)
            end++;
        rc = tagger__learn(m->classes[c], s->v + first, end - first, m->phrases, &m->taggers[c],
                           err);
        first = end;
    }
    return rc;
}

static q_code learn(q_model *m, q_arena *a, q_err *err)
{
    samples s;
    intents_sample *texts;
    size_t bytes = 0;
    q_code rc = samples__make(m->classes, m->class_count, a, &s, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < s.n; i++)
        bytes += s.v[i].tokens.text.n;
    m->bits = model__bits(bytes);
    rc = spelling__make(&s, m->arena, &m->spelling, err);
    if (!rc)
        rc = model__texts(&s, m->bits, a, &texts, err);
    if (!rc)
        rc = intents__learn(texts, s.n, m->class_count, m->bits, &m->intents, err);
    if (!rc)
        rc = scope__learn(texts, s.n, m->class_count, m->bits, &m->scope, err);
    return rc ? rc : taggers_learn(m, &s, err);
}

static q_code fill(q_model *m, q_err *err)
{
    size_t own = 0;
    q_arena *a;
    q_code rc;

    m->classes = q_arena_array(m->arena, m->bot->intent_count, sizeof *m->classes);
    m->taggers = q_arena_array(m->arena, m->bot->intent_count, sizeof *m->taggers);
    if (!m->classes || !m->taggers)
        return q_err_nomem(err);
    for (size_t i = 0; i < m->bot->intent_count; i++)
        if (m->bot->intents[i].kind != Q_INTENT_FALLBACK)
            m->classes[m->class_count++] = &m->bot->intents[i];
    for (size_t c = 0; c < m->class_count; c++)
        own += m->classes[c]->kind == Q_INTENT_OWN;
    m->known.few = own <= KNOWN_INTENTS_MAX;
    m->known.several = m->class_count > 1;
    if (!m->class_count)
        return Q_OK;
    rc = patterns_make(m, err);
    if (rc)
        return rc;
    a = q_arena_new(ARENA_MAX);
    rc = a ? learn(m, a, err) : q_err_nomem(err);
    q_arena_free(a);
    return rc;
}

q_code q_model_learn(const q_bot *bot, q_model **out, q_err *err)
{
    q_arena *a = q_arena_new(ARENA_MAX);
    q_model *m = a ? q_arena_alloc(a, sizeof *m) : NULL;
    q_code rc;

    if (!m) {
        q_arena_free(a);
        return q_err_nomem(err);
    }
    *m = (q_model){.arena = a, .bot = bot};
    rc = fill(m, err);
    if (rc)
        q_model_free(m);
    else
        *out = m;
    return rc;
}

void q_model_free(q_model *m)
{
    if (!m)
        return;
    for (size_t c = 0; m->taggers && c < m->class_count; c++)
        tagger__free(m->taggers[c]);
    phrases__free(m->phrases);
    intents__free(m->intents);
    q_arena_free(m->arena);
}
