#include "language/token.h"

#include "base/utf8.h"
#include "language/character.h"

#include <string.h>

enum { INITIALISM_MAX = 8, CLOSING_MAX = 3 };

typedef struct scanner {
    q_str text;
    size_t at;      /* bytes */
    uint32_t point; /* code points */
    uint32_t cp;    /* at `at` */
    size_t len;     /* of cp; 0 at the end */
    q_character kind;
} scanner;

static void look(scanner *s)
{
    s->cp = q_utf8_decode(q_str_sub(s->text, s->at, 4), &s->len);
    s->kind = q_character_of(s->cp);
}

static void step(scanner *s)
{
    s->at += s->len;
    s->point += s->len != 0;
    look(s);
}

static uint32_t peek(const scanner *s)
{
    size_t len;

    return q_utf8_decode(q_str_sub(s->text, s->at + s->len, 4), &len);
}

static bool is_letter(q_character k)
{
    return k == Q_CHARACTER_LOWER || k == Q_CHARACTER_UPPER;
}

static bool is_apostrophe(uint32_t cp)
{
    return cp == '\'' || cp == 0x2019;
}

/* An apostrophe stays inside a word ("don't", "O'Brien") unless it starts the
 * possessive ending, which is 's with no letter behind it.
 */
static bool joins_word(const scanner *s)
{
    scanner t = *s;

    if (!is_apostrophe(s->cp))
        return false;
    step(&t);
    if (!t.len || !is_letter(t.kind))
        return false;
    if (t.cp != 's' && t.cp != 'S')
        return true;
    step(&t);
    return t.len && is_letter(t.kind);
}

/* "U.S.", "e.g.": letters each with a point behind it, two or more. */
static bool initialism(scanner *s)
{
    scanner t = *s;
    size_t letters = 0;

    while (letters <= INITIALISM_MAX && t.len && is_letter(t.kind)) {
        scanner u = t;

        step(&u);
        if (u.cp != '.' || !u.len)
            break;
        letters++;
        step(&u);
        t = u;
    }
    if (letters < 2 || letters > INITIALISM_MAX ||
        (t.len && (is_letter(t.kind) || t.kind == Q_CHARACTER_DIGIT)))
        return false;
    *s = t;
    return true;
}

static void scan_word(scanner *s, q_token *t)
{
    bool digits = s->kind == Q_CHARACTER_DIGIT, letters = is_letter(s->kind);
    size_t capitals = 0, count = 0;

    t->capital = s->kind == Q_CHARACTER_UPPER;
    if (initialism(s)) {
        t->kind = Q_TOKEN_WORD;
        t->all_capital = t->capital;
        return;
    }
    for (; s->len; step(s)) {
        if (is_letter(s->kind)) {
            letters = true;
            count++;
            capitals += s->kind == Q_CHARACTER_UPPER;
        } else if (s->kind == Q_CHARACTER_DIGIT) {
            digits = true;
        } else if ((s->cp == '.' || s->cp == ',') && digits && !letters &&
                   q_character_of(peek(s)) == Q_CHARACTER_DIGIT) {
            continue;
        } else if (s->kind != Q_CHARACTER_MARK && s->cp != 0x200D && !joins_word(s)) {
            break;
        }
    }
    t->kind = letters ? (digits ? Q_TOKEN_MIXED : Q_TOKEN_WORD) : Q_TOKEN_NUMBER;
    t->all_capital = count >= 2 && capitals == count;
}

static void scan_mark(scanner *s, q_token *t)
{
    bool possessive = is_apostrophe(s->cp) && !t->space;

    t->kind = s->kind == Q_CHARACTER_CURRENCY      ? Q_TOKEN_CURRENCY
              : s->kind == Q_CHARACTER_PUNCTUATION ? Q_TOKEN_PUNCTUATION
              : s->kind == Q_CHARACTER_IDEOGRAPH   ? Q_TOKEN_IDEOGRAPH
                                                   : Q_TOKEN_SYMBOL;
    step(s);
    if (possessive && (s->cp == 's' || s->cp == 'S')) {
        step(s);
        t->kind = Q_TOKEN_WORD;
        return;
    }
    /* What modifies a symbol goes with it: variation selectors, skin tones,
     * and whatever a zero-width joiner ties on.
     */
    while (s->len && (s->kind == Q_CHARACTER_MARK || s->cp == 0x200D)) {
        bool joiner = s->cp == 0x200D;

        step(s);
        if (joiner && s->len && s->kind == Q_CHARACTER_SYMBOL)
            step(s);
    }
}

static q_code lower(q_token *t, q_arena *a, q_err *err)
{
    char *out = NULL, folded[4];
    size_t at = 0, len = 0;

    if (t->text.n > Q_TOKEN_LOWER_MAX)
        return Q_OK;
    t->lower = t->text;
    for (; at < t->text.n; at += len) {
        uint32_t cp = q_utf8_decode(q_str_sub(t->text, at, 4), &len);
        uint32_t small = cp == Q_UTF8_BAD ? cp : q_character_lower(cp);

        if (small == cp)
            continue;
        if (!out) {
            q_str copy = q_str_copy(a, t->text);

            if (!copy.p)
                return q_err_nomem(err);
            out = (char *)copy.p;
            t->lower = copy;
        }
        if (q_utf8_encode(small, folded) == len)
            memcpy(out + at, folded, len);
    }
    return Q_OK;
}

static bool abbreviation(const q_token *t)
{
    static const char *const KNOWN[] = {"mr",  "mrs", "ms",  "dr",  "prof", "st",  "inc", "corp",
                                        "ltd", "co",  "no",  "jr",  "sr",   "vs",  "jan", "feb",
                                        "mar", "apr", "jun", "jul", "aug",  "sep", "oct", "nov",
                                        "dec", "gen", "sen", "rep", "gov",  "mt",  "sept"};

    if (t->points == 1 && t->capital)
        return true;
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        if (q_token_is(t, KNOWN[i]))
            return true;
    return false;
}

/* Whether what comes behind v[n - 1] starts a sentence. */
static bool ends_sentence(const q_token *v, size_t n)
{
    const q_token *t;

    for (int closing = 0; n && closing < CLOSING_MAX; closing++, n--)
        if (!q_token_mark(&v[n - 1], '"') && !q_token_mark(&v[n - 1], ')'))
            break;
    if (!n)
        return true;
    t = &v[n - 1];
    if (q_token_mark(t, '!') || q_token_mark(t, '?'))
        return true;
    return q_token_mark(t, '.') && !(n > 1 && abbreviation(&v[n - 2]));
}

q_code q_tokens_of(q_str text, q_arena *a, q_tokens *out, q_err *err)
{
    scanner s = {.text = text};
    bool space = true, line = true, blank_line = true;
    size_t cap = 0;
    q_code rc;

    *out = (q_tokens){.text = text};
    if (text.n > Q_TOKEN_TEXT_MAX)
        return q_err_set(err, Q_LIMIT, "the text has %zu bytes; at most %d", text.n,
                         (int)Q_TOKEN_TEXT_MAX);
    for (look(&s); s.len;) {
        q_token *t;

        if (s.kind == Q_CHARACTER_SPACE || s.kind == Q_CHARACTER_LINE ||
            s.kind == Q_CHARACTER_CONTROL || s.kind == Q_CHARACTER_MARK) {
            space |= s.kind != Q_CHARACTER_MARK;
            blank_line |= line && s.kind == Q_CHARACTER_LINE && s.cp == '\n';
            line |= s.kind == Q_CHARACTER_LINE;
            step(&s);
            continue;
        }
        rc = q_arena_grow(a, &out->v, &cap, out->n + 1, sizeof *out->v);
        if (rc)
            return q_err_nomem(err);
        t = &out->v[out->n];
        *t = (q_token){.begin = (uint32_t)s.at, .point = s.point, .space = space, .line = line};
        t->sentence = out->n == 0 || blank_line || (space && ends_sentence(out->v, out->n));
        if (is_letter(s.kind) || s.kind == Q_CHARACTER_DIGIT)
            scan_word(&s, t);
        else
            scan_mark(&s, t);
        t->text = q_str_sub(text, t->begin, s.at - t->begin);
        t->points = s.point - t->point;
        rc = lower(t, a, err);
        if (rc)
            return rc;
        out->n++;
        space = line = blank_line = false;
    }
    return Q_OK;
}

bool q_token_mark(const q_token *t, char c)
{
    return t->text.n == 1 && t->text.p[0] == c;
}

q_str q_tokens_span(const q_tokens *t, size_t i, size_t end)
{
    const q_token *last = &t->v[end - 1];

    return q_str_sub(t->text, t->v[i].begin, last->begin + last->text.n - t->v[i].begin);
}

size_t q_tokens_at(const q_tokens *t, uint32_t point)
{
    size_t low = 0, high = t->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (t->v[middle].point < point)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
