/* Addresses and identifiers: told by their shape. */
#include "language/match.h"

#include "language/date.h"

enum { RUN_MAX = 64 };

/* How many tokens from i on have no blank between them, at most RUN_MAX. */
static size_t run_at(const q_tokens *t, size_t i)
{
    size_t n = 1;

    while (i + n < t->n && n < RUN_MAX && !t->v[i + n].space)
        n++;
    return n;
}

static bool alphanumeric(const q_token *t)
{
    return t->kind == Q_TOKEN_WORD || t->kind == Q_TOKEN_NUMBER || t->kind == Q_TOKEN_MIXED;
}

/* Marks at the end belong to the sentence, not to the address. */
static size_t without_closing(const q_tokens *t, size_t i, size_t n)
{
    while (n > 1 && t->v[i + n - 1].kind == Q_TOKEN_PUNCTUATION &&
           !q_token_mark(&t->v[i + n - 1], '/'))
        n--;
    return n;
}

static size_t email(const q_tokens *t, size_t i, size_t run)
{
    size_t at = 0, n;
    bool point = false;

    if (!alphanumeric(&t->v[i]))
        return 0;
    while (at < run && (alphanumeric(&t->v[i + at]) || q_token_mark(&t->v[i + at], '.') ||
                        q_token_mark(&t->v[i + at], '-') || q_token_mark(&t->v[i + at], '_') ||
                        q_token_mark(&t->v[i + at], '+')))
        at++;
    if (!at || at >= run || !q_token_mark(&t->v[i + at], '@'))
        return 0;
    for (n = at + 1; n < run; n++) {
        const q_token *k = &t->v[i + n];

        if (q_token_mark(k, '.') && n > at + 1)
            point = true;
        else if (!alphanumeric(k) && !q_token_mark(k, '-'))
            break;
    }
    n = without_closing(t, i, n);
    return point && n > at + 2 ? n : 0;
}

static size_t url(const q_tokens *t, size_t i, size_t run)
{
    static const char *const SCHEMES[] = {"http", "https", "ftp", "s3", "mailto"};
    bool scheme = false;
    size_t n;

    for (size_t s = 0; s < sizeof SCHEMES / sizeof SCHEMES[0]; s++)
        scheme |= q_token_is(&t->v[i], SCHEMES[s]);
    scheme =
        scheme && run > 3 && q_token_mark(&t->v[i + 1], ':') && q_token_mark(&t->v[i + 2], '/');
    if (!scheme && !(q_token_is(&t->v[i], "www") && run > 3 && q_token_mark(&t->v[i + 1], '.')))
        return 0;
    for (n = 1; n < run; n++) {
        const q_token *k = &t->v[i + n];

        if (q_token_mark(k, '"') || q_token_mark(k, '<') || q_token_mark(k, '>') ||
            q_token_mark(k, ')') || q_token_mark(k, ']'))
            break;
    }
    return without_closing(t, i, n);
}

static size_t digits_of(const q_token *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->text.n; i++)
        n += q_is_digit(t->text.p[i]);
    return n;
}

/* "+1 (555) 123-4567", "555-123-4567": 7 to 15 digits in groups, over blanks. */
static size_t telephone(const q_tokens *t, size_t i)
{
    size_t digits = 0, groups = 0, n = 0, last = 0;
    bool plus = q_token_mark(&t->v[i], '+'), bracket = q_token_mark(&t->v[i], '(');

    if (!plus && !bracket && t->v[i].kind != Q_TOKEN_NUMBER)
        return 0;
    for (; i + n < t->n && n < 16; n++) {
        const q_token *k = &t->v[i + n];

        if (n && k->line)
            break;
        if (k->kind == Q_TOKEN_NUMBER && !q_str_has(k->text, ',')) {
            digits += digits_of(k);
            groups++;
            last = n + 1;
        } else if (!q_token_mark(k, '-') && !q_token_mark(k, '(') && !q_token_mark(k, ')') &&
                   !(n == 0 && plus)) {
            break;
        }
        if (digits > 15)
            return 0;
    }
    if (plus)
        return digits >= 8 ? last : 0;
    if (bracket)
        return digits >= 9 && groups >= 2 ? last : 0;
    /* 555-123-4567 */
    return groups == 3 && digits >= 10 && digits <= 11 && last == 5 && digits_of(&t->v[i]) == 3 &&
                   q_token_mark(&t->v[i + 1], '-')
               ? last
               : 0;
}

match match__address(const q_tokens *t, size_t i)
{
    bool start = t->v[i].space || (i > 0 && t->v[i - 1].kind == Q_TOKEN_PUNCTUATION);
    size_t run, n;

    if (!start)
        return (match){0};
    run = run_at(t, i);
    n = email(t, i, run);
    if (!n)
        n = url(t, i, run);
    if (n)
        return (match){.tokens = n, .type = Q_ENTITY_OTHER, .score = 0.99f};
    n = telephone(t, i);
    if (n)
        return (match){.tokens = n, .type = Q_ENTITY_OTHER, .score = 0.95f};
    /* "@name", "#topic" */
    if ((q_token_mark(&t->v[i], '@') || q_token_mark(&t->v[i], '#')) && run > 1 &&
        alphanumeric(&t->v[i + 1])) {
        n = 2;
        while (n < run && (alphanumeric(&t->v[i + n]) || q_token_mark(&t->v[i + n], '_')))
            n++;
        return (match){.tokens = n, .type = Q_ENTITY_OTHER, .score = 0.8f};
    }
    return (match){0};
}

/* Groups of letters and digits tied by - / _ . : with enough digits. */
match match__identifier(const q_tokens *t, size_t i)
{
    size_t run, n, digits = 0, letters = 0, ties = 0;

    if (!alphanumeric(&t->v[i]) ||
        (i > 0 && !t->v[i].space && !q_token_mark(&t->v[i - 1], '(') &&
         !q_token_mark(&t->v[i - 1], '#') && !q_token_mark(&t->v[i - 1], ':')))
        return (match){0};
    run = run_at(t, i);
    for (n = 0; n < run; n++) {
        const q_token *k = &t->v[i + n];

        if (alphanumeric(k)) {
            size_t d = digits_of(k);

            digits += d;
            letters += k->text.n - d;
        } else if ((q_token_mark(k, '-') || q_token_mark(k, '/') || q_token_mark(k, '_')) &&
                   n + 1 < run && alphanumeric(&t->v[i + n + 1])) {
            ties++;
        } else {
            break;
        }
    }
    if (ties && digits >= 3 && (letters == 0 || digits * 3 >= letters))
        return (match){.tokens = n, .type = Q_ENTITY_OTHER, .score = 0.97f};
    if (n == 1 && t->v[i].kind == Q_TOKEN_MIXED && digits >= 2 && t->v[i].text.n >= 5 &&
        t->v[i].capital)
        return (match){.tokens = 1, .type = Q_ENTITY_OTHER, .score = 0.9f};
    if (n == 1 && t->v[i].kind == Q_TOKEN_NUMBER && digits >= 6 && letters == 0)
        return (match){.tokens = 1, .type = Q_ENTITY_OTHER, .score = 0.85f};
    return (match){0};
}
