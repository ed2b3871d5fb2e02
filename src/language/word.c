#include "language/word.h"

#include "base/utf8.h"
#include "language/character.h"
#include "language/model_parts.h"

enum {
    LONG = 48, /* bytes of a token that its hashes see */
    AHEAD = 8  /* tokens that are fetched from the lists before they are needed */
};

static uint32_t hash32(uint32_t h, q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x01000193U;
    return h;
}

static char shape_of(uint32_t cp)
{
    switch (q_character_of(cp)) {
    case Q_CHARACTER_UPPER:
        return 'X';
    case Q_CHARACTER_LOWER:
    case Q_CHARACTER_MARK:
        return 'x';
    case Q_CHARACTER_DIGIT:
        return 'd';
    case Q_CHARACTER_IDEOGRAPH:
        return 'i';
    case Q_CHARACTER_SYMBOL:
        return cp < 0x80 ? (char)cp : 's';
    default:
        return cp < 0x80 ? (char)cp : '.';
    }
}

static uint32_t shape(q_str s)
{
    uint32_t h = 0x811C9DC5U;
    char last = 0, before = 0;
    size_t len;

    for (size_t at = 0; at < s.n; at += len) {
        char c = shape_of(q_utf8_decode(q_str_sub(s, at, 4), &len));

        if (c == last && c == before)
            continue;
        h = (h ^ (unsigned char)c) * 0x01000193U;
        before = last;
        last = c;
    }
    return h;
}

static bool inside(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

static void ends(q_str s, word *w)
{
    size_t at = 0;

    for (size_t k = 0; k < WORD_PREFIXES && at < s.n; k++) {
        for (at++; at < s.n && inside((unsigned char)s.p[at]); at++)
            ;
        w->prefix[k] = hash32(0x811C9DC5U, q_str_sub(s, 0, at));
    }
    at = s.n;
    for (size_t k = 0; k < WORD_SUFFIXES && at > 0; k++) {
        for (at--; at > 0 && inside((unsigned char)s.p[at]); at--)
            ;
        w->suffix[k] = hash32(0x811C9DC5U, q_str_sub(s, at, s.n));
    }
}

/* A plural has the kinds of its singular where it has none itself. */
static uint32_t kinds_of(const names *n, q_str lower, uint64_t hash)
{
    uint32_t kinds = names__kinds(n, hash);

    if (kinds & ~(uint32_t)NAMES_GOES_ON || lower.n < 4 || lower.p[lower.n - 1] != 's')
        return kinds;
    return names__kinds(n, names__hash(NAMES_START, q_str_sub(lower, 0, lower.n - 1))) &
           ~(uint32_t)NAMES_GOES_ON;
}

static void name_at(const q_tokens *t, const names *n, word *w, size_t i)
{
    uint64_t h = w[i].lower;
    uint32_t kinds = w[i].kinds, found = 0;
    size_t end = i;

    for (size_t k = i + 1; k < t->n && k < i + WORD_NAME_TOKENS && kinds & NAMES_GOES_ON; k++) {
        if (t->v[k].line)
            break;
        h = names__hash(names__join(h), t->v[k].lower);
        kinds = names__kinds(n, h);
        if (kinds & ~(uint32_t)NAMES_GOES_ON) {
            found = kinds;
            end = k;
        }
    }
    for (size_t k = i; end > i && k <= end; k++) {
        w[k].name_kinds = found & ~(uint32_t)NAMES_GOES_ON;
        w[k].name_place = k == i ? 1 : k == end ? 3 : 2;
    }
}

static void cluster_of(const names *n, q_str text, word *w)
{
    uint64_t hash = names__hash(NAMES_START, text);
    uint32_t found = names__kinds(n, hash);

    if (!found && hash != w->lower)
        found = names__kinds(n, w->lower);
    w->cluster = (uint16_t)found;
    w->capitals = found >> 16 & 15;
    w->common = found >> 20 & 15;
}

static q_str text_of(const q_token *t)
{
    return q_str_sub(t->text, 0, LONG);
}

static q_str lower_of(const q_token *t)
{
    return t->lower.n ? t->lower : text_of(t);
}

static void look_up(const names *listed, const names *clusters, const q_token *t, word *w)
{
    w->kinds = kinds_of(listed, lower_of(t), w->lower);
    cluster_of(clusters, text_of(t), w);
}

q_code words__of(const q_tokens *t, const names *listed, const names *clusters, q_arena *a,
                 word **out, q_err *err)
{
    word *w = q_arena_array(a, t->n, sizeof *w);

    if (!w)
        return q_err_nomem(err);
    for (size_t i = 0; i < t->n; i++) {
        q_str text = text_of(&t->v[i]), lower = lower_of(&t->v[i]);

        w[i].lower = names__hash(NAMES_START, lower);
        names__foresee(listed, w[i].lower);
        names__foresee(clusters, w[i].lower);
        w[i].cased = hash32(0x811C9DC5U, text);
        w[i].shape = shape(text);
        ends(lower, &w[i]);
        if (i >= AHEAD)
            look_up(listed, clusters, &t->v[i - AHEAD], &w[i - AHEAD]);
    }
    for (size_t i = t->n > AHEAD ? t->n - AHEAD : 0; i < t->n; i++)
        look_up(listed, clusters, &t->v[i], &w[i]);
    for (size_t i = 0; i < t->n; i++)
        if (!w[i].name_place)
            name_at(t, listed, w, i);
    *out = w;
    return Q_OK;
}

q_code language__words(const q_language *l, const q_tokens *t, q_arena *a, word **out, q_err *err)
{
    const void *listed, *clusters;
    q_code rc = language__model(l, LANGUAGE_NAMES, &listed, err);

    if (!rc)
        rc = language__model(l, LANGUAGE_WORDS, &clusters, err);
    return rc ? rc : words__of(t, listed, clusters, a, out, err);
}
