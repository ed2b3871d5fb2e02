#include "dialog/slot_parts.h"

#include "language/gazetteer.h"
#include "language/lexicon.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* A bot's author may write an expression that never ends. */
enum { MATCH_LIMIT = 20000, DEPTH_LIMIT = 2000, HEAP_KIB = 1024, CODE_MAX = 256 };

static bool has_digit(const q_token *t)
{
    return t->kind == Q_TOKEN_NUMBER || t->kind == Q_TOKEN_MIXED;
}

/* What a code may stand behind without a blank. */
static bool may_precede(const q_token *t)
{
    return q_token_mark(t, '#') || q_token_mark(t, '"') || q_token_mark(t, '\'') ||
           q_token_mark(t, '(');
}

/* Letters and digits with no blank between: "35678-9". The tokens; 0: none. */
static size_t code_at(const slot_place *p, bool *digit)
{
    size_t n = 0, last = 0;

    *digit = false;
    if (p->i > 0 && !p->t->v[p->i].space && !may_precede(&p->t->v[p->i - 1]))
        return 0;
    for (; p->i + n < p->end && !(n && p->t->v[p->i + n].space); n++) {
        const q_token *k = &p->t->v[p->i + n];

        if (k->kind == Q_TOKEN_WORD || has_digit(k)) {
            *digit |= has_digit(k);
            last = n + 1;
        } else if (!n || k->kind != Q_TOKEN_PUNCTUATION) {
            break;
        }
    }
    return last;
}

static slot_match as_said(const slot_place *p, size_t n)
{
    return n ? (slot_match){n, q_tokens_span(p->t, p->i, p->i + n), true} : (slot_match){0};
}

q_code slot__alphanumeric(const slot_place *p, slot_match *out)
{
    bool digit;
    size_t n = code_at(p, &digit);

    *out = as_said(p, digit ? n : 0);
    return Q_OK;
}

static q_code matches(const pcre2_code *code, q_str said, bool *yes, q_err *err)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    q_code rc = Q_OK;

    if (!data || !limits) {
        rc = q_err_nomem(err);
    } else {
        pcre2_set_match_limit(limits, MATCH_LIMIT);
        pcre2_set_depth_limit(limits, DEPTH_LIMIT);
        pcre2_set_heap_limit(limits, HEAP_KIB);
        *yes = pcre2_match(code, (PCRE2_SPTR)said.p, said.n, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED,
                           data, limits) > 0;
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(limits);
    return rc;
}

q_code slot__pattern(const slot_place *p, q_str pattern, slot_match *out)
{
    bool digit, yes = false;
    size_t n = code_at(p, &digit);
    q_str said = as_said(p, n).value;
    pcre2_code *code;
    PCRE2_SIZE at;
    int number;
    q_code rc;

    if (!n || said.n > CODE_MAX)
        return Q_OK;
    code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, PCRE2_CASELESS, &number, &at, NULL);
    if (!code)
        return Q_OK;
    rc = matches(code, said, &yes, p->err);
    pcre2_code_free(code);
    *out = as_said(p, yes ? n : 0);
    return rc;
}

q_code slot__email(const slot_place *p, slot_match *out)
{
    size_t n = 0, last = 0;
    bool at = false, point = false;

    for (; p->i + n < p->end && !(n && p->t->v[p->i + n].space); n++) {
        const q_token *k = &p->t->v[p->i + n];

        if (q_token_mark(k, '@')) {
            if (at || !n)
                return Q_OK;
            at = true;
        } else if (k->kind == Q_TOKEN_WORD || has_digit(k)) {
            point |= at && (q_token_mark(&p->t->v[p->i + n - 1], '.') || q_str_has(k->text, '.'));
            last = n + 1;
        } else if (!q_token_mark(k, '.') && !q_token_mark(k, '-') && !q_token_mark(k, '_') &&
                   !q_token_mark(k, '+')) {
            break;
        }
    }
    *out = as_said(p, at && point ? last : 0);
    return Q_OK;
}

/* 7 to 15 digits; the value is the digits, with a plus where one was said. */
q_code slot__phone(const slot_place *p, slot_match *out)
{
    char digits[18];
    size_t n = 0, last = 0, count = 0;

    for (; p->i + n < p->end && n < 24; n++) {
        const q_token *k = &p->t->v[p->i + n];

        if (k->kind == Q_TOKEN_NUMBER) {
            for (size_t c = 0; c < k->text.n; c++) {
                if (!q_is_digit(k->text.p[c]))
                    continue;
                if (count == sizeof digits - 2)
                    return Q_OK;
                digits[count++] = k->text.p[c];
            }
            last = n + 1;
        } else if (q_token_mark(k, '+') && !count) {
            digits[count++] = '+';
        } else if (!q_token_mark(k, '-') && !q_token_mark(k, '(') && !q_token_mark(k, ')') &&
                   !q_token_mark(k, '.')) {
            break;
        }
    }
    if (count < 7)
        return Q_OK;
    return slot__match(p, last, (q_str){digits, count}, out);
}

static size_t known_name(const slot_place *p, char kind)
{
    q_tokens cut = slot__tokens(p);
    size_t n;
    const char *kinds = q_gazetteer_at(&cut, p->i, &n);

    return n && strchr(kinds, kind) ? n : 0;
}

q_code slot__first_name(const slot_place *p, slot_match *out)
{
    *out = as_said(p, known_name(p, 'G'));
    return Q_OK;
}

/* A given name, and the names behind it: words that English does not have, or
 * such as are written with a capital.
 */
q_code slot__person(const slot_place *p, slot_match *out)
{
    size_t n = known_name(p, 'G');

    while (n && n < 4 && p->i + n < p->end) {
        const q_token *k = &p->t->v[p->i + n];

        if (k->kind != Q_TOKEN_WORD || !k->space ||
            (!k->capital && q_word_listed(k->lower) != Q_WORD_UNKNOWN))
            break;
        n++;
    }
    *out = as_said(p, n);
    return Q_OK;
}

q_code slot__place_name(const slot_place *p, slot_match *out)
{
    *out = as_said(p, known_name(p, 'L'));
    return Q_OK;
}

q_code slot__state(const slot_place *p, slot_match *out)
{
    static const char *const STATES[] = {"alabama",        "alaska",        "arizona",
                                         "arkansas",       "california",    "colorado",
                                         "connecticut",    "delaware",      "florida",
                                         "georgia",        "hawaii",        "idaho",
                                         "illinois",       "indiana",       "iowa",
                                         "kansas",         "kentucky",      "louisiana",
                                         "maine",          "maryland",      "massachusetts",
                                         "michigan",       "minnesota",     "mississippi",
                                         "missouri",       "montana",       "nebraska",
                                         "nevada",         "new hampshire", "new jersey",
                                         "new mexico",     "new york",      "north carolina",
                                         "north dakota",   "ohio",          "oklahoma",
                                         "oregon",         "pennsylvania",  "rhode island",
                                         "south carolina", "south dakota",  "tennessee",
                                         "texas",          "utah",          "vermont",
                                         "virginia",       "washington",    "west virginia",
                                         "wisconsin",      "wyoming",       "district of columbia",
                                         "puerto rico"};

    for (size_t n = p->end - p->i < 3 ? p->end - p->i : 3; n; n--)
        for (size_t s = 0; s < sizeof STATES / sizeof STATES[0]; s++)
            if (q_str_is_nocase(q_tokens_span(p->t, p->i, p->i + n), STATES[s])) {
                *out = as_said(p, n);
                return Q_OK;
            }
    return Q_OK;
}
