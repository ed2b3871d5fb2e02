/* Postal addresses: a house and its street, or a box, then unit, place, state
 * and code, on one line or several.
 */
#include "language/gazetteer.h"
#include "language/lexicon.h"
#include "language/pii_parts.h"
#include "language/token_any.h"

#include <string.h>

enum { STREET_WORDS = 5, PIECES = 8, PLACE_WORDS = 4 };

static const q_token NOTHING = {.kind = Q_TOKEN_SYMBOL, .space = true, .line = true};

static const q_token *tok(const q_tokens *t, size_t i)
{
    return i < t->n ? &t->v[i] : &NOTHING;
}

/* The list is sorted by bytes. */
static bool listed(const q_token *k, const char *const *list, size_t count)
{
    return q_word_in(list, count, k->lower);
}

static bool street_word(const q_token *k)
{
    static const char *const WORDS[] = {
        "alley",   "ave",      "avenue",   "blvd", "boulevard", "cir",        "circle",  "close",
        "court",   "crescent", "ct",       "dr",   "drive",     "expressway", "gardens", "grove",
        "highway", "hill",     "hwy",      "lane", "ln",        "loop",       "mews",    "parade",
        "park",    "parkway",  "pike",     "pkwy", "pl",        "place",      "plaza",   "quay",
        "rd",      "road",     "row",      "sq",   "square",    "st",         "street",  "ter",
        "terrace", "trail",    "turnpike", "walk", "way"};

    return listed(k, WORDS, sizeof WORDS / sizeof *WORDS);
}

/* Words that come before the street's name. */
static bool street_head(const q_token *k)
{
    static const char *const WORDS[] = {"avenida", "avenue", "boulevard", "calle",
                                        "chemin",  "piazza", "place",     "plaza",
                                        "quai",    "rua",    "rue",       "via"};

    return k->capital && listed(k, WORDS, sizeof WORDS / sizeof *WORDS);
}

static bool state(const q_token *k)
{
    static const char CODES[] =
        "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ "
        "NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AB BC MB NB NL NS NT NU ON "
        "PE QC SK YT NSW VIC QLD TAS ACT ";
    char code[5] = {0};

    if (!k->all_capital || k->text.n < 2 || k->text.n > 3)
        return false;
    memcpy(code, k->text.p, k->text.n);
    code[k->text.n] = ' ';
    return q_str_find(q_str_of(CODES), q_str_of(code)) != SIZE_MAX;
}

static bool number(const q_token *k, size_t least, size_t most)
{
    uint64_t v;

    return k->kind == Q_TOKEN_NUMBER && k->text.n >= least && k->text.n <= most &&
           q_str_u64(k->text, &v);
}

/* "221B", "12a", "4" */
static bool house(const q_token *k)
{
    if (number(k, 1, 6))
        return true;
    return k->kind == Q_TOKEN_MIXED && k->text.n <= 6 && q_is_digit(k->text.p[0]) &&
           q_is_alpha(k->text.p[k->text.n - 1]) && !q_is_alpha(k->text.p[k->text.n - 2]);
}

/* "19901", "02139-4307", "LS1 2HH", "M5V 3L9": tokens it takes. */
static size_t code_at(const q_tokens *t, size_t i)
{
    const q_token *k = tok(t, i), *next = tok(t, i + 1);

    if (number(k, 5, 5))
        return q_token_mark(next, '-') && !next->space && number(tok(t, i + 2), 4, 4) ? 3 : 1;
    if (k->kind == Q_TOKEN_MIXED && k->capital && k->text.n <= 4 && next->text.n == 3 &&
        next->kind == Q_TOKEN_MIXED && !next->line && q_is_digit(next->text.p[0]))
        return 2;
    if (k->kind == Q_TOKEN_MIXED && k->text.n == 3 && k->capital && next->kind == Q_TOKEN_MIXED &&
        next->text.n == 3)
        return 2;
    return 0;
}

/* "Apt 4B", "Suite 300", "#12", "Floor 3": tokens it takes. */
static size_t unit_at(const q_tokens *t, size_t i)
{
    static const char *const WORDS[] = {"apartment", "apt",  "bldg", "building", "fl",  "flat",
                                        "floor",     "room", "ste",  "suite",    "unit"};
    bool found =
        q_token_mark(tok(t, i), '#') || listed(tok(t, i), WORDS, sizeof WORDS / sizeof *WORDS);
    size_t n = i + 1;

    if (!found)
        return 0;
    n += q_token_mark(tok(t, n), '.') || q_token_mark(tok(t, n), '#');
    if (tok(t, n)->kind == Q_TOKEN_NUMBER || tok(t, n)->kind == Q_TOKEN_MIXED ||
        (tok(t, n)->kind == Q_TOKEN_WORD && tok(t, n)->points == 1 && tok(t, n)->capital))
        return n + 1 - i;
    return 0;
}

static bool place_known(const q_tokens *t, size_t i, size_t *tokens)
{
    return strchr(q_gazetteer_at(t, i, tokens), 'L') && *tokens && tok(t, i)->capital;
}

/* Up to four capitalised words that a state or a code follows, or a known place: tokens. */
static size_t place_at(const q_tokens *t, size_t i)
{
    size_t n = i, known;

    if (tok(t, i)->line && i == 0)
        return 0;
    while (n < t->n && n < i + PLACE_WORDS && tok(t, n)->capital &&
           tok(t, n)->kind == Q_TOKEN_WORD && (n == i || !tok(t, n)->line) && !state(tok(t, n))) {
        size_t after = n + 1 + q_token_mark(tok(t, n + 1), ',');

        if (state(tok(t, after)) || code_at(t, after) ||
            (q_token_mark(tok(t, n + 1), ',') && place_known(t, after, &known)))
            return n + 1 - i;
        n++;
    }
    return place_known(t, i, &known) ? known : 0;
}

/* What follows a street or box. Sets *full when a code, state or place was among it. */
static size_t tail(const q_tokens *t, size_t i, bool *full)
{
    size_t end = i;

    for (int piece = 0; piece < PIECES; piece++) {
        bool comma = q_token_mark(tok(t, end), ',');
        size_t at = end + comma, n = unit_at(t, at);

        if (!n) {
            n = code_at(t, at);
            if (!n && state(tok(t, at)) && (comma || *full))
                n = 1;
            if (!n)
                n = place_at(t, at);
            *full |= n != 0;
        }
        if (!n)
            break;
        end = at + n;
    }
    return end;
}

/* "N", "SW", ... behind a street */
static bool direction(const q_token *k)
{
    static const char *const WORDS[] = {"e", "n", "ne", "nw", "s", "se", "sw", "w"};

    return k->capital && listed(k, WORDS, sizeof WORDS / sizeof *WORDS);
}

/* "14 Birch Lane", "350 Fifth Avenue", "9 Rue Cler": the token behind it; i: none. */
static size_t street_at(const q_tokens *t, size_t i)
{
    size_t n = i + 1;

    if (!house(tok(t, i)) || (i && !tok(t, i)->space && !q_token_mark(tok(t, i - 1), '(')))
        return i;
    if (street_head(tok(t, n)) && tok(t, n + 1)->capital && !street_word(tok(t, n + 1))) {
        n += 2;
        while (n < i + STREET_WORDS && tok(t, n)->capital && !tok(t, n)->line)
            n++;
        return n;
    }
    for (; n <= i + STREET_WORDS; n++) {
        const q_token *k = tok(t, n);

        if (k->line || !(k->capital || k->kind == Q_TOKEN_MIXED || q_token_mark(k, '.')))
            return i;
        if (n > i + 1 && street_word(k)) {
            n++;
            n += q_token_mark(tok(t, n), '.') && !tok(t, n)->space && !tok(t, n + 1)->sentence;
            return n + (direction(tok(t, n)) && !tok(t, n)->line);
        }
    }
    return i;
}

/* "P.O. Box 1180", "PO Box 12" */
static size_t box_at(const q_tokens *t, size_t i)
{
    size_t n = token__phrase(t, i, "p.o. box|po box|p . o . box|p.o box|pob");

    return n && number(tok(t, i + n), 1, 7) ? i + n + 1 : i;
}

q_code pii__addresses(pii_finder *f)
{
    const q_tokens *t = f->t;
    q_code rc = Q_OK;

    for (size_t i = 0; i < t->n && !rc; i++) {
        bool full = false;
        size_t end = street_at(t, i);

        if (end == i)
            end = box_at(t, i);
        if (end == i)
            continue;
        end = tail(t, end, &full);
        rc = pii__put_tokens(f, Q_PII_ADDRESS, full ? 0.97f : 0.85f, i, end);
        i = end - 1;
    }
    return rc;
}
