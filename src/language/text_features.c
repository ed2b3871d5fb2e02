#include "language/text_features.h"

#include "base/utf8.h"
#include "language/lexicon.h"
#include "language/sentiment_words.h"

#include <math.h>
#include <string.h>

enum {
    GROUP_LEAST = 3,
    GROUP_MOST = 5,
    WORD_LETTERS = 32, /* of a longer word the first ones count */
    NEGATED_WORDS = 6,
    RADIX = 11 /* bits sorted by at once */
};

/* What kinds of features start from, so that they differ. */
enum {
    SEED_WORD = 0x1747B28C,
    SEED_PAIR = 0x1B873593,
    SEED_LETTERS = 0x52DCE729,
    SEED_NOT = 0x05EBCA6B,
    SEED_OPINION = 0x165667B1
};

typedef struct ids {
    uint32_t *v;
    size_t n, cap;
    unsigned bits;
    q_arena *arena;
} ids;

static uint32_t mix(uint32_t hash, uint32_t value)
{
    hash = (hash ^ value) * 0x9E3779B1u;
    return hash ^ hash >> 15;
}

static q_code put(ids *s, uint32_t hash)
{
    hash = mix(hash, 0x27D4EB2Fu);
    if (q_arena_grow(s->arena, &s->v, &s->cap, s->n + 1, sizeof *s->v))
        return Q_NOMEM;
    s->v[s->n++] = hash >> (32 - s->bits);
    return Q_OK;
}

/* The letters of a word in small letters, each digit a 0. */
static size_t letters_of(const q_token *k, uint32_t *out)
{
    q_str s = k->lower.n ? k->lower : k->text;
    size_t n = 0, len;

    for (size_t at = 0; at < s.n && n < WORD_LETTERS; at += len) {
        uint32_t cp = q_utf8_decode(q_str_sub(s, at, 4), &len);

        out[n++] = cp >= '0' && cp <= '9' ? '0' : cp;
    }
    return n;
}

static q_code groups_put(ids *s, const uint32_t *letters, size_t n)
{
    uint32_t edged[WORD_LETTERS + 2];
    q_code rc = Q_OK;

    edged[0] = edged[n + 1] = ' ';
    memcpy(edged + 1, letters, n * sizeof *letters);
    n += 2;
    for (size_t i = 0; i + GROUP_LEAST <= n && !rc; i++) {
        uint32_t hash = SEED_LETTERS;

        for (size_t k = 0; k < GROUP_MOST && i + k < n && !rc; k++) {
            hash = mix(hash, edged[i + k]);
            if (k + 1 >= GROUP_LEAST)
                rc = put(s, hash);
        }
    }
    return rc;
}

static bool negates(const q_token *k)
{
    static const char *const WORDS[] = {"not",     "no",     "never",  "nor",  "neither", "nothing",
                                        "without", "hardly", "cannot", "none", "nobody"};

    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (q_token_is(k, WORDS[i]))
            return true;
    return q_str_ends(k->lower, Q_STR("n't")) || q_str_ends(k->lower, Q_STR("n\xE2\x80\x99t"));
}

int text__opinion(const q_token *k)
{
    if (q_word_in(GOOD_WORDS, sizeof GOOD_WORDS / sizeof *GOOD_WORDS, k->lower))
        return 1;
    return -(int)q_word_in(BAD_WORDS, sizeof BAD_WORDS / sizeof *BAD_WORDS, k->lower);
}

/* How many words from the next on are negated, given how many this one was one of. */
static size_t negated_next(const q_token *k, size_t negated)
{
    if (k->kind == Q_TOKEN_PUNCTUATION)
        return 0;
    return negates(k) ? NEGATED_WORDS : negated - (negated > 0);
}

int text__lean(const q_tokens *t)
{
    size_t negated = 0;
    int lean = 0;

    for (size_t i = 0; i < t->n; i++) {
        lean += negated ? -text__opinion(&t->v[i]) : text__opinion(&t->v[i]);
        negated = negated_next(&t->v[i], negated);
    }
    return lean;
}

static q_code opinion_put(ids *s, const q_token *k, bool negated)
{
    int says = text__opinion(k);

    return says ? put(s, mix(SEED_OPINION, (says > 0) != negated)) : Q_OK;
}

static q_code collect(const q_tokens *t, const text_kinds *kinds, ids *s)
{
    uint32_t before = SEED_PAIR, letters[WORD_LETTERS];
    size_t negated = 0;
    q_code rc = Q_OK;

    for (size_t i = 0; i < t->n && !rc; i++) {
        const q_token *k = &t->v[i];
        size_t n = letters_of(k, letters);
        uint32_t hash = SEED_WORD;

        for (size_t l = 0; l < n; l++)
            hash = mix(hash, letters[l]);
        if (negated && k->kind != Q_TOKEN_PUNCTUATION)
            hash = mix(hash, SEED_NOT);
        rc = put(s, hash);
        if (!rc && kinds->pairs)
            rc = put(s, mix(before, hash));
        if (!rc && kinds->letters && k->kind != Q_TOKEN_PUNCTUATION)
            rc = groups_put(s, letters, n);
        if (!rc && kinds->opinion)
            rc = opinion_put(s, k, negated > 0);
        before = mix(SEED_PAIR, hash);
        negated = kinds->opinion ? negated_next(k, negated) : 0;
    }
    return rc;
}

static q_code sort(ids *s)
{
    uint32_t *from = s->v, *to = q_arena_array(s->arena, s->n, sizeof *to);

    if (!to)
        return Q_NOMEM;
    for (unsigned shift = 0; shift < s->bits; shift += RADIX) {
        size_t counts[(1 << RADIX) + 1] = {0};
        uint32_t *kept = from;

        for (size_t i = 0; i < s->n; i++)
            counts[(from[i] >> shift & ((1 << RADIX) - 1)) + 1]++;
        for (size_t i = 0; i < 1 << RADIX; i++)
            counts[i + 1] += counts[i];
        for (size_t i = 0; i < s->n; i++)
            to[counts[from[i] >> shift & ((1 << RADIX) - 1)]++] = from[i];
        from = to;
        to = kept;
    }
    s->v = from;
    return Q_OK;
}

q_code text__features(const q_tokens *t, const text_kinds *kinds, unsigned bits, q_arena *a,
                      q_features *out, q_err *err)
{
    ids s = {.bits = bits, .arena = a};

    *out = (q_features){0};
    if (collect(t, kinds, &s) || sort(&s))
        return q_err_nomem(err);
    out->v = q_arena_array(a, s.n, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (size_t i = 0, end; i < s.n; i = end) {
        for (end = i; end < s.n && s.v[end] == s.v[i];)
            end++;
        out->v[out->n++] = (q_feature){s.v[i], 1 + logf((float)(end - i))};
    }
    return Q_OK;
}
