#include "language/keyphrase.h"

#include "language/lexicon.h"

/* What a token can be inside a noun phrase. */
typedef enum tag {
    TAG_OUT,
    TAG_DETERMINER,
    TAG_POSSESSIVE_MARK, /* 's: joins two phrases */
    TAG_ADJECTIVE,
    TAG_COMPOUND, /* any word tied by a hyphen: "of" in "state-of-the-art" */
    TAG_NUMBER,
    TAG_NOUN,
    TAG_HYPHEN /* with no blank at either side; a slash or point in a number too */
} tag;

typedef struct tagged {
    tag tag;
    float sure;
} tagged;

static bool starts_noun(unsigned classes)
{
    return classes & (Q_WORD_NOUN | Q_WORD_ADJECTIVE) || !classes;
}

/* A word that may be verb or noun, by the word before it. */
static tagged verb_or_noun(unsigned classes, unsigned before, tag tag_before, bool name)
{
    if (tag_before == TAG_DETERMINER || tag_before == TAG_ADJECTIVE ||
        tag_before == TAG_POSSESSIVE_MARK || tag_before == TAG_HYPHEN)
        return (tagged){classes & Q_WORD_NOUN ? TAG_NOUN : TAG_ADJECTIVE, 0.9f};
    if (name && (classes & Q_WORD_NOUN))
        return (tagged){TAG_NOUN, 0.8f};
    if (before & (Q_WORD_PRONOUN | Q_WORD_AUXILIARY) || before == Q_WORD_OTHER)
        return (tagged){TAG_OUT, 0.9f};
    if (classes & Q_WORD_NOUN)
        return (tagged){TAG_NOUN,
                        tag_before == TAG_NOUN || before & Q_WORD_PREPOSITION ? 0.8f : 0.6f};
    if (classes & Q_WORD_ADJECTIVE && before & (Q_WORD_PREPOSITION | Q_WORD_CONJUNCTION))
        return (tagged){TAG_ADJECTIVE, 0.7f};
    return (tagged){TAG_OUT, 0.8f};
}

static tagged word_tag(const q_token *t, unsigned classes, unsigned before, tag tag_before,
                       unsigned after)
{
    unsigned listed = q_word_listed(t->lower);
    bool name = t->capital && !t->sentence;

    if (q_token_is(t, "'s") || q_token_is(t, "\xE2\x80\x99s"))
        return (tagged){TAG_POSSESSIVE_MARK, 0.95f};
    if (name && (!listed || !(listed & Q_WORD_FUNCTION)))
        return (tagged){TAG_NOUN, listed ? 0.9f : 0.97f};
    if (listed & (Q_WORD_DETERMINER | Q_WORD_POSSESSIVE)) {
        if ((listed & Q_WORD_PRONOUN) && !starts_noun(after))
            return (tagged){TAG_OUT, 0.8f};
        return (tagged){TAG_DETERMINER, 0.98f};
    }
    if (listed & Q_WORD_FUNCTION)
        return (tagged){TAG_OUT, 0.98f};
    /* "The mill grinds our grain": a determiner does not follow a noun */
    if (tag_before == TAG_NOUN && after & (Q_WORD_DETERMINER | Q_WORD_POSSESSIVE) &&
        (classes & Q_WORD_VERB || (!listed && q_str_ends(t->lower, Q_STR("s")))))
        return (tagged){TAG_OUT, 0.85f};
    if (classes & Q_WORD_VERB)
        return verb_or_noun(classes, before, tag_before, name);
    if (classes & Q_WORD_NOUN)
        return (tagged){TAG_NOUN, listed ? 0.95f : 0.85f};
    if (classes & Q_WORD_ADJECTIVE)
        return (tagged){TAG_ADJECTIVE, listed ? 0.95f : 0.85f};
    return (tagged){TAG_OUT, 0.9f};
}

static bool tight(const q_tokens *t, size_t i)
{
    return i > 0 && i + 1 < t->n && !t->v[i].space && !t->v[i + 1].space &&
           t->v[i - 1].kind != Q_TOKEN_PUNCTUATION && t->v[i + 1].kind != Q_TOKEN_PUNCTUATION;
}

static tagged token_tag(const q_tokens *t, size_t i, unsigned before, tag tag_before)
{
    const q_token *k = &t->v[i];
    unsigned after = i + 1 < t->n ? q_word_classes(t->v[i + 1].lower) : Q_WORD_OTHER;

    switch ((q_token_kind)k->kind) {
    case Q_TOKEN_WORD:
        if (tag_before == TAG_HYPHEN || (tight(t, i + 1) && q_token_mark(&t->v[i + 1], '-')))
            return (tagged){q_word_classes(k->lower) & Q_WORD_NOUN ? TAG_NOUN : TAG_COMPOUND, 0.9f};
        return word_tag(k, q_word_classes(k->lower), before, tag_before, after);
    case Q_TOKEN_NUMBER:
        return (tagged){TAG_NUMBER, 0.9f};
    case Q_TOKEN_MIXED:
        return (tagged){TAG_NOUN, 0.9f};
    case Q_TOKEN_IDEOGRAPH:
        return (tagged){TAG_NOUN, 0.5f};
    case Q_TOKEN_CURRENCY:
        return (tagged){TAG_NUMBER, 0.9f};
    case Q_TOKEN_PUNCTUATION:
        if (tight(t, i) && (q_token_mark(k, '-') || q_token_mark(k, '/') || q_token_mark(k, '_') ||
                            q_token_mark(k, '@') || q_token_mark(k, '.') || q_token_mark(k, ':')))
            return (tagged){TAG_HYPHEN, 0.95f};
        if (q_token_mark(k, '%') && !k->space && tag_before == TAG_NUMBER)
            return (tagged){TAG_NUMBER, 0.95f};
        if (q_token_mark(k, '&') && tag_before == TAG_NOUN)
            return (tagged){TAG_NOUN, 0.7f};
        break;
    case Q_TOKEN_SYMBOL:
        break;
    }
    return (tagged){TAG_OUT, 1};
}

typedef struct chunk {
    size_t begin, end; /* tokens */
    float sure;
    bool head; /* it has a noun or number */
} chunk;

/* Drop what a phrase cannot end in, and lone determiners. */
static bool trim(const tagged *tags, chunk *c)
{
    while (c->end > c->begin && tags[c->end - 1].tag != TAG_NOUN &&
           tags[c->end - 1].tag != TAG_NUMBER)
        c->end--;
    while (c->begin < c->end &&
           (tags[c->begin].tag == TAG_HYPHEN || tags[c->begin].tag == TAG_POSSESSIVE_MARK))
        c->begin++;
    c->head = c->end > c->begin;
    c->sure = 0;
    for (size_t i = c->begin; i < c->end; i++)
        c->sure += tags[i].sure;
    if (c->head)
        c->sure /= (float)(c->end - c->begin);
    return c->head;
}

/* Whether token i can be the next of the phrase that starts at `begin`. */
static bool goes_on(const q_tokens *t, const tagged *tags, size_t begin, size_t i)
{
    if (i == begin)
        return tags[i].tag != TAG_OUT && tags[i].tag != TAG_POSSESSIVE_MARK &&
               tags[i].tag != TAG_HYPHEN;
    if (tags[i].tag == TAG_OUT || t->v[i].line)
        return false;
    if (tags[i].tag == TAG_DETERMINER)
        return tags[i - 1].tag == TAG_DETERMINER || tags[i - 1].tag == TAG_HYPHEN;
    if (tags[i].tag == TAG_ADJECTIVE && tags[i - 1].tag == TAG_NOUN)
        return false;
    return true;
}

static q_code put(const q_tokens *t, const chunk *c, q_arena *a, q_keyphrase **out, size_t *count,
                  size_t *cap, q_err *err)
{
    const q_token *first = &t->v[c->begin], *last = &t->v[c->end - 1];

    if (q_arena_grow(a, out, cap, *count + 1, sizeof **out))
        return q_err_nomem(err);
    (*out)[(*count)++] = (q_keyphrase){.text = q_tokens_span(t, c->begin, c->end),
                                       .score = c->sure,
                                       .point = first->point,
                                       .points = last->point + last->points - first->point};
    return Q_OK;
}

q_code q_keyphrases_find(const q_language *l, const q_tokens *t, q_arena *a, q_keyphrase **out,
                         size_t *count, q_err *err)
{
    tagged *tags = q_arena_array(a, t->n, sizeof *tags);
    unsigned before = 0;
    size_t cap = 0;
    q_code rc = Q_OK;

    (void)l; /* until the tags are the syntax model's */
    *out = NULL;
    *count = 0;
    if (!tags)
        return q_err_nomem(err);
    for (size_t i = 0; i < t->n; i++) {
        tag tag_before = i && !t->v[i].line ? tags[i - 1].tag : TAG_OUT;

        tags[i] = token_tag(t, i, t->v[i].line ? 0 : before, tag_before);
        before = t->v[i].kind == Q_TOKEN_WORD ? q_word_classes(t->v[i].lower) : 0;
    }
    for (size_t i = 0; i < t->n && !rc;) {
        chunk c = {.begin = i, .end = i};
        size_t next;

        while (c.end < t->n && goes_on(t, tags, i, c.end))
            c.end++;
        next = c.end > i ? c.end : i + 1;
        if (c.end > i && trim(tags, &c))
            rc = put(t, &c, a, out, count, &cap, err);
        i = next;
    }
    return rc;
}
