#include "language/pii_parts.h"

#include <string.h>

enum { MOST_DIGITS = 15, GROUPS = 8 };

static const pii_cues CALLS = {"phone|telephone|tel|call|cell|mobile|fax|text "
                               "me|text|whatsapp|phone number|my number is|new number is|reach "
                               "me at|ring|dial|sms|line|hotline|toll free",
                               6};

/* Digits with blanks, hyphens, points and brackets among them. */
typedef struct telephone {
    size_t end; /* bytes */
    size_t digits, group_count;
    char groups[GROUPS + 1]; /* lengths as digits */
    char first;              /* digit */
    char area;               /* first digit of the third group from the end */
    char between;            /* what stands between the last two groups */
    bool plus, bracket;
} telephone;

static bool separator(char c)
{
    return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/';
}

static telephone scan(q_str text, size_t at)
{
    telephone p = {0};
    size_t i = at, starts[GROUPS] = {0};

    p.plus = i < text.n && text.p[i] == '+';
    i += p.plus;
    while (i < text.n && p.group_count < GROUPS) {
        size_t begin = i, gap = i;

        while (i < text.n && q_is_digit(text.p[i]))
            i++;
        if (i > begin) {
            if (!p.digits)
                p.first = text.p[begin];
            starts[p.group_count] = begin;
            p.digits += i - begin;
            p.groups[p.group_count++] = (char)('0' + (i - begin < 9 ? i - begin : 9));
            p.end = i;
            gap = i;
        }
        while (gap < text.n && gap < i + 3 && separator(text.p[gap]))
            gap++;
        if (gap == i || gap >= text.n || !q_is_digit(text.p[gap]))
            break;
        p.between = text.p[gap - 1];
        for (size_t k = i; k < gap; k++)
            p.bracket |= text.p[k] == '(' || text.p[k] == ')';
        i = gap;
    }
    if (p.group_count >= 3)
        p.area = text.p[starts[p.group_count - 3]];
    return p;
}

static bool ends(const telephone *p, const char *groups)
{
    return q_str_ends((q_str){p->groups, p->group_count}, q_str_of(groups));
}

/* How sure, by the form alone and with a word that says so. */
static void judge(const telephone *p, float *plain, float *cued)
{
    size_t n = p->group_count;

    *plain = 0;
    *cued = p->digits >= 9 || (p->digits == 7 && n == 2) ? 0.9f : 0;
    if (p->digits > MOST_DIGITS || p->digits < 7) {
        *cued = 0;
    } else if (p->plus && p->digits >= 8) {
        *plain = 0.97f;
        *cued = 0.99f;
    } else if (ends(p, "334") && p->area > '1' && (n == 3 || (n == 4 && p->first == '1'))) {
        *plain = p->bracket || n == 4 || p->between == '-' ? 0.95f
                 : p->between == '.'                       ? 0.9f
                                                           : 0.75f;
        *cued = 0.98f;
    } else if (p->first == '0' && n >= 2 && p->groups[0] >= '3' && p->between != '.' &&
               (p->digits == 10 || p->digits == 11)) {
        *plain = 0.75f;
        *cued = 0.97f;
    }
}

q_code pii__telephones(pii_finder *f)
{
    const q_tokens *t = f->t;
    q_code rc = Q_OK;

    for (size_t i = 0; i < t->n && !rc; i++) {
        const q_token *k = &t->v[i];
        size_t at = k->begin, end = i;
        telephone p;
        float plain, cued;

        if (!(k->kind == Q_TOKEN_NUMBER || q_token_mark(k, '+') || q_token_mark(k, '(')) ||
            (i && !k->space &&
             (t->v[i - 1].kind != Q_TOKEN_PUNCTUATION || q_token_mark(&t->v[i - 1], '-') ||
              q_token_mark(&t->v[i - 1], '/') || q_token_mark(&t->v[i - 1], '.'))))
            continue;
        if (q_token_mark(k, '(') &&
            !(i + 1 < t->n && !t->v[i + 1].space && t->v[i + 1].kind == Q_TOKEN_NUMBER))
            continue;
        p = scan(t->text, q_token_mark(k, '(') ? at + 1 : at);
        p.bracket |= q_token_mark(k, '(');
        if (!p.end)
            continue;
        while (end < t->n && t->v[end].begin < p.end)
            end++;
        if (end < t->n && t->v[end].begin == p.end && t->v[end].kind != Q_TOKEN_PUNCTUATION)
            continue;
        judge(&p, &plain, &cued);
        if (cued > plain && pii__cue(t, i, end, &CALLS))
            plain = cued;
        /* A bracket that closes in it, or else only what is in it. */
        if (q_token_mark(k, '(') && !memchr(t->text.p + at, ')', p.end - at))
            at++;
        rc = pii__put(f, Q_PII_PHONE, plain, at, p.end);
    }
    return rc;
}
