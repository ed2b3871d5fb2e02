/* Names: runs of capitalised words, told by what is in and around them. */
#include "language/match.h"

#include "language/gazetteer.h"
#include "language/lexicon.h"

#include <string.h>

enum { NAME_MAX = 12 };

static const char *const COMPANY[] = {
    "ag",      "bv",  "co",  "company", "corp", "corporation", "gmbh", "inc", "incorporated",
    "limited", "llc", "llp", "ltd",     "nv",   "plc",         "pty",  "sa",  "spa"};
static const char *const BODY[] = {
    "academy",       "administration", "agency",      "airlines",    "airways",     "alliance",
    "army",          "assembly",       "association", "authority",   "band",        "bank",
    "board",         "brothers",       "bureau",      "cabinet",     "center",      "centre",
    "church",        "club",           "college",     "commission",  "committee",   "conservatory",
    "council",       "court",          "department",  "enterprises", "federation",  "force",
    "forces",        "foundation",     "front",       "fund",        "government",  "group",
    "holdings",      "hospital",       "industries",  "institute",   "institution", "insurance",
    "international", "laboratories",   "laboratory",  "league",      "ministry",    "motors",
    "museum",        "network",        "news",        "office",      "orchestra",   "organisation",
    "organization",  "parliament",     "partners",    "party",       "police",      "post",
    "press",         "records",        "school",      "schools",     "senate",      "service",
    "services",      "society",        "solutions",   "studios",     "systems",     "team",
    "technologies",  "times",          "trust",       "union",       "united",      "university",
    "ventures"};
static const char *const PLACE[] = {
    "airport", "ave",       "avenue", "bay",     "beach",    "boulevard", "bridge",    "building",
    "canyon",  "castle",    "city",   "coast",   "county",   "creek",     "desert",    "district",
    "drive",   "falls",     "forest", "harbor",  "harbour",  "highway",   "hill",      "hills",
    "island",  "islands",   "lake",   "lane",    "mountain", "mountains", "ocean",     "palace",
    "park",    "peninsula", "plaza",  "port",    "province", "region",    "republic",  "river",
    "road",    "sea",       "square", "station", "strait",   "street",    "territory", "tower",
    "town",    "valley",    "village"};
static const char *const EVENT[] = {
    "awards",   "battle",   "championship", "championships", "conference", "congress", "convention",
    "cup",      "election", "expo",         "fair",          "festival",   "games",    "marathon",
    "olympics", "prix",     "revolution",   "summit",        "tournament", "treaty",   "war"};
static const char *const PARTICLE[] = {"al", "bin", "da",  "de", "del", "den", "der", "di",
                                       "du", "el",  "ibn", "la", "le",  "ter", "van", "von"};

#define IN(list, word) q_word_in(list, sizeof(list) / sizeof((list)[0]), word)

static bool is_name_word(const q_token *t)
{
    return (t->kind == Q_TOKEN_WORD || t->kind == Q_TOKEN_MIXED) && t->capital;
}

/* How a run of name words goes on behind token at - 1: the number of tokens
 * to take, 0 when it ends.
 */
static size_t goes_on(const q_tokens *t, size_t at)
{
    const q_token *k = &t->v[at], *next = at + 1 < t->n ? &t->v[at + 1] : NULL;

    if (k->line)
        return 0;
    if (is_name_word(k))
        return 1;
    if (!next || next->line)
        return 0;
    if (q_token_mark(k, '-') && !k->space && !next->space &&
        (is_name_word(next) || next->kind == Q_TOKEN_NUMBER))
        return 2;
    if (q_token_mark(k, '.') && !k->space && next->space && is_name_word(next) &&
        (t->v[at - 1].points == 1 || q_token_is(&t->v[at - 1], "st") ||
         q_token_is(&t->v[at - 1], "mt")))
        return 2; /* "J. Smith" */
    if (q_token_mark(k, '&') && is_name_word(next))
        return 2;
    if (IN(PARTICLE, k->lower) && is_name_word(next))
        return 2;
    if (q_token_is(k, "of") && at + 2 < t->n && q_token_is(next, "the") &&
        is_name_word(&t->v[at + 2]))
        return 3;
    if (q_token_is(k, "of") && is_name_word(next) &&
        (IN(BODY, t->v[at - 1].lower) || IN(EVENT, t->v[at - 1].lower) ||
         q_token_is(&t->v[at - 1], "bank") || q_token_is(&t->v[at - 1], "house") ||
         q_token_is(&t->v[at - 1], "gulf") || q_token_is(&t->v[at - 1], "isle")))
        return 2;
    return 0;
}

/* A word of everyday language in a place where capitals say little. */
static bool everyday(const q_token *t)
{
    unsigned c = q_word_listed(t->lower);

    if (c & Q_WORD_FUNCTION)
        return true;
    return (c & (Q_WORD_NOUN | Q_WORD_VERB | Q_WORD_ADJECTIVE | Q_WORD_ADVERB)) != 0;
}

/* Whether the first word starts the sentence rather than the name. */
static bool leading(const q_tokens *t, size_t i)
{
    const q_token *k = &t->v[i];
    size_t known;

    if (*q_gazetteer_at(t, i, &known) && (known > 1 || (k->all_capital && k->points > 1)))
        return false;
    return (q_word_listed(k->lower) & Q_WORD_FUNCTION) || (k->sentence && everyday(k) && !known);
}

static bool before_is(const q_tokens *t, size_t i, const char *word)
{
    return i > 0 && !t->v[i].line && q_token_is(&t->v[i - 1], word);
}

static bool behind_is_speech(const q_tokens *t, size_t end)
{
    static const char *const SPEECH[] = {"added", "asked", "born", "has", "is",   "said",
                                         "says",  "told",  "was",  "who", "wrote"};

    return end < t->n && !t->v[end].line && IN(SPEECH, t->v[end].lower);
}

static match as(size_t skip, size_t tokens, q_entity_type type, float score)
{
    return (match){.skip = skip, .tokens = tokens, .type = type, .score = score};
}

static match by_gazetteer(size_t skip, size_t n, const char *kinds, const q_tokens *t, size_t i)
{
    const q_token *k = &t->v[i];
    bool one_short = n == 1 && k->points <= 3 && !k->all_capital;

    if (strchr(kinds, 'L') && !one_short)
        return as(skip, n, Q_ENTITY_LOCATION, strchr(kinds, 'G') ? 0.6f : 0.95f);
    if (strchr(kinds, 'O') && !one_short &&
        !(n == 1 && everyday(k) && !k->all_capital && k->sentence))
        return as(skip, n, Q_ENTITY_ORGANIZATION, 0.9f);
    if (strchr(kinds, 'E'))
        return as(skip, n, Q_ENTITY_EVENT, 0.92f);
    if (strchr(kinds, 'P'))
        return as(skip, n, Q_ENTITY_COMMERCIAL_ITEM, 0.85f);
    if (strchr(kinds, 'N'))
        return as(skip, n, Q_ENTITY_OTHER, 0.9f);
    if (strchr(kinds, 'G') && !(k->sentence && everyday(k)))
        return as(skip, n, Q_ENTITY_PERSON, 0.85f);
    return (match){0};
}

/* By words inside: "Acme Ltd", "University of Leeds", "Hudson River". */
static match by_keyword(const q_tokens *t, size_t skip, size_t i, size_t n)
{
    const q_token *last = &t->v[i + n - 1], *first = &t->v[i];

    if (n < 2)
        return (match){0};
    if (IN(COMPANY, last->lower))
        return as(skip, n, Q_ENTITY_ORGANIZATION, 0.97f);
    if (IN(EVENT, last->lower) || (IN(EVENT, first->lower) && n > 2))
        return as(skip, n, Q_ENTITY_EVENT, 0.8f);
    if (IN(PLACE, last->lower) || q_token_is(first, "lake") || q_token_is(first, "mount") ||
        q_token_is(first, "mt") || q_token_is(first, "gulf") || q_token_is(first, "fort"))
        return as(skip, n, Q_ENTITY_LOCATION, 0.85f);
    for (size_t j = 0; j < n; j++)
        if (IN(BODY, t->v[i + j].lower))
            return as(skip, n, Q_ENTITY_ORGANIZATION, 0.85f);
    return (match){0};
}

static size_t everyday_words(const q_tokens *t, size_t i, size_t n)
{
    size_t count = 0;

    for (size_t j = 0; j < n; j++)
        count += everyday(&t->v[i + j]);
    return count;
}

/* Nothing known about it: by its length and the words around. */
static match by_surroundings(const q_tokens *t, size_t skip, size_t i, size_t n)
{
    const q_token *k = &t->v[i];
    size_t common = everyday_words(t, i, n);

    if (n == 1 && k->all_capital && k->points >= 2 && k->points <= 5 && !common)
        return as(skip, n, Q_ENTITY_ORGANIZATION, 0.6f);
    if (k->all_capital || common * 2 >= n)
        return (match){0};
    if (n == 1 && (before_is(t, i, "in") || before_is(t, i, "near") || before_is(t, i, "from")))
        return as(skip, n, Q_ENTITY_LOCATION, 0.6f);
    if (n == 1 && !k->sentence && k->points > 2 && behind_is_speech(t, i + n))
        return as(skip, n, Q_ENTITY_PERSON, 0.6f);
    if (n >= 2 && n <= 5 && !common)
        return as(skip, n, Q_ENTITY_PERSON, behind_is_speech(t, i + n) ? 0.85f : 0.6f);
    return (match){0};
}

static size_t personal_title(const q_tokens *t, size_t i, size_t n)
{
    size_t took, skip = 0;

    while (skip < n && strchr(q_gazetteer_at(t, i + skip, &took), 'T') && took && skip + took < n) {
        skip += took;
        if (q_token_mark(&t->v[i + skip], '.') && skip + 1 < n)
            skip++;
        if (!is_name_word(&t->v[i + skip]))
            return 0;
    }
    return skip;
}

/* A title and its point: "Dr." before "Ada". */
static size_t title_with_point(const q_tokens *t, size_t i)
{
    size_t took;

    if (!strchr(q_gazetteer_at(t, i, &took), 'T') || !took || i + took + 1 >= t->n ||
        !q_token_mark(&t->v[i + took], '.') || t->v[i + took + 1].line ||
        !is_name_word(&t->v[i + took + 1]))
        return 0;
    return took + 1;
}

/* “Words In Capitals” within double quotes. */
static match quoted(const q_tokens *t, size_t i)
{
    bool curly = q_str_is(t->v[i].text, "\xE2\x80\x9C");
    size_t n = 0, capitals = 0;

    if (!curly && !q_token_mark(&t->v[i], '"'))
        return (match){0};
    for (; i + 1 + n < t->n && n < NAME_MAX; n++) {
        const q_token *k = &t->v[i + 1 + n];

        if (q_token_mark(k, '"') || q_str_is(k->text, "\xE2\x80\x9D"))
            break;
        if (k->line || (k->kind == Q_TOKEN_WORD && !k->capital &&
                        !(q_word_listed(k->lower) & Q_WORD_FUNCTION)))
            return (match){0};
        capitals += is_name_word(k);
    }
    if (n == NAME_MAX || i + 1 + n >= t->n || !capitals || capitals * 2 < n ||
        t->v[i + n].kind == Q_TOKEN_PUNCTUATION)
        return (match){0};
    return as(1, n, Q_ENTITY_TITLE, 0.75f);
}

static match classify(const q_tokens *t, size_t i, size_t skip, size_t n)
{
    size_t known, title;
    const char *kinds = q_gazetteer_at(t, i, &known);
    match m;

    title = personal_title(t, i, n);
    if (title && title < n)
        return as(skip + title, n - title, Q_ENTITY_PERSON, 0.93f);
    if (known > n || (known == n && strcmp(kinds, "T") != 0)) {
        m = by_gazetteer(skip, known, kinds, t, i);
        if (m.tokens)
            return m;
    }
    m = by_keyword(t, skip, i, n);
    if (m.tokens)
        return m;
    if (n >= 2 && n <= 5 && strchr(q_gazetteer_word(t->v[i].lower), 'G') &&
        *q_gazetteer_word(t->v[i].lower))
        return as(skip, n, Q_ENTITY_PERSON, 0.93f);
    if (known && known < n && (strpbrk(kinds, "LNPOE"))) {
        m = by_gazetteer(skip, known, kinds, t, i);
        if (m.tokens)
            return m;
    }
    return by_surroundings(t, skip, i, n);
}

match match__name(const q_tokens *t, size_t i)
{
    size_t n = 1, more, title;
    match m = quoted(t, i);

    if (m.tokens || !is_name_word(&t->v[i]))
        return m;
    title = title_with_point(t, i);
    if (title)
        n = title + 1;
    while (i + n < t->n && n < NAME_MAX && (more = goes_on(t, i + n)) != 0)
        n += more;
    if (title)
        return as(title, n - title, Q_ENTITY_PERSON, 0.95f);
    if (leading(t, i))
        return (match){0}; /* the words behind get their own turn */
    return classify(t, i, 0, n);
}
