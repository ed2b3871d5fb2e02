#include "language/keyphrase.h"

#include "language/syntax_parts.h"

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
    float telling; /* 0 common to 1 rare */
} tagged;

static bool possessive(const q_token *t)
{
    static const char *const WORDS[] = {"my", "your", "his", "her", "its", "our", "their", "whose"};

    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (q_token_is(t, WORDS[i]))
            return true;
    return false;
}

static bool tight(const q_tokens *t, size_t i)
{
    return i > 0 && i + 1 < t->n && !t->v[i].space && !t->v[i + 1].space &&
           t->v[i - 1].kind != Q_TOKEN_PUNCTUATION && t->v[i + 1].kind != Q_TOKEN_PUNCTUATION;
}

static bool ties(const q_tokens *t, size_t i)
{
    static const char MARKS[] = "-/_@.:&";

    for (size_t k = 0; i < t->n && k < sizeof MARKS - 1; k++)
        if (q_token_mark(&t->v[i], MARKS[k]))
            return tight(t, i);
    return false;
}

static bool is_noun(q_syntax_tag part)
{
    return part == Q_SYNTAX_NOUN || part == Q_SYNTAX_PROPN || part == Q_SYNTAX_O;
}

/* "the increased sales": a verb's form that tells of the noun behind it. */
static bool participle(const q_tokens *t, const q_syntax_tag *tags, size_t i)
{
    q_str w = t->v[i].lower;

    if (!q_str_ends(w, Q_STR("ed")) && !q_str_ends(w, Q_STR("ing")) && !q_str_ends(w, Q_STR("en")))
        return false;
    if (i == 0 || i + 1 == t->n || t->v[i + 1].line)
        return false;
    return (tags[i - 1] == Q_SYNTAX_DET || tags[i - 1] == Q_SYNTAX_ADJ ||
            possessive(&t->v[i - 1])) &&
           (is_noun(tags[i + 1]) || tags[i + 1] == Q_SYNTAX_ADJ);
}

static tag tag_of(const q_tokens *t, const q_syntax_tag *tags, size_t i)
{
    const q_token *k = &t->v[i];

    if (ties(t, i))
        return TAG_HYPHEN;
    if (k->kind == Q_TOKEN_CURRENCY || (q_token_mark(k, '%') && !k->space))
        return TAG_NUMBER;
    if (q_token_mark(k, '&'))
        return TAG_COMPOUND;
    if (is_noun(tags[i]) && k->kind != Q_TOKEN_PUNCTUATION && k->kind != Q_TOKEN_SYMBOL)
        return TAG_NOUN;
    if (k->kind != Q_TOKEN_PUNCTUATION && k->kind != Q_TOKEN_SYMBOL &&
        (ties(t, i + 1) || (i > 0 && ties(t, i - 1))))
        return tags[i] == Q_SYNTAX_NUM ? TAG_NUMBER : TAG_COMPOUND;
    switch (tags[i]) {
    case Q_SYNTAX_ADJ:
        return TAG_ADJECTIVE;
    case Q_SYNTAX_NUM:
        return TAG_NUMBER;
    case Q_SYNTAX_DET:
        return TAG_DETERMINER;
    case Q_SYNTAX_PRON:
        return possessive(k) ? TAG_DETERMINER : TAG_OUT;
    case Q_SYNTAX_PART:
        return q_token_is(k, "'s") || q_token_is(k, "\xE2\x80\x99s") || q_token_mark(k, '\'')
                   ? TAG_POSSESSIVE_MARK
                   : TAG_OUT;
    case Q_SYNTAX_VERB:
        return participle(t, tags, i) ? TAG_ADJECTIVE : TAG_OUT;
    default:
        return TAG_OUT;
    }
}

typedef struct chunk {
    size_t begin, end; /* tokens */
    float sure;
    bool head; /* it has a noun or number */
} chunk;

/* Phrases of several words, and of rare ones, tell more of what a text is about. */
static float worth(const tagged *tags, const chunk *c)
{
    static const float BY_WORDS[] = {0.5f, 0.6f, 0.95f, 1, 0.9f};
    float sure = 0, told = 0;
    size_t words = 0;

    for (size_t i = c->begin; i < c->end; i++) {
        bool content =
            tags[i].tag == TAG_NOUN || tags[i].tag == TAG_ADJECTIVE || tags[i].tag == TAG_COMPOUND;

        sure += tags[i].sure;
        told += content ? tags[i].telling : 0;
        words += content;
    }
    if (c->end == c->begin)
        return 0;
    sure /= (float)(c->end - c->begin);
    told = words ? told / (float)words : 0;
    return sure * BY_WORDS[words < 4 ? words : 4] * (0.6f + 0.4f * told);
}

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
    c->sure = worth(tags, c);
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

static float telling(const word *w)
{
    return w->common ? (float)(8 - w->common) / 8 : 1;
}

static q_code chunk_all(const q_tokens *t, const tagged *tags, q_arena *a, q_keyphrase **out,
                        size_t *count, q_err *err)
{
    size_t cap = 0;
    q_code rc = Q_OK;

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

q_code q_keyphrases_find(const q_language *l, const q_tokens *t, q_arena *a, q_keyphrase **out,
                         size_t *count, q_err *err)
{
    q_tokens own;
    q_syntax_tag *parts;
    float *sure;
    const word *words;
    tagged *tags;
    q_code rc = syntax__tokens(t, a, &own, err);

    *out = NULL;
    *count = 0;
    if (!rc)
        rc = syntax__tags(l, &own, a, &parts, &sure, &words, err);
    if (rc)
        return rc;
    tags = q_arena_array(a, own.n, sizeof *tags);
    if (!tags)
        return q_err_nomem(err);
    for (size_t i = 0; i < own.n; i++)
        tags[i] = (tagged){tag_of(&own, parts, i), sure[i], telling(&words[i])};
    return chunk_all(&own, tags, a, out, count, err);
}
