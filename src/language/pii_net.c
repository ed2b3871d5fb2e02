/* Mail, web and network addresses, and keys: what has no blank in it. */
#include "language/pii_parts.h"

#include <string.h>

enum { KEY_ID = 20, KEY_SECRET = 40 };

/* What stands between two blanks, without the marks around it. */
typedef struct chunk {
    q_str s;
    size_t begin; /* bytes */
    size_t token;
} chunk;

static bool in(char c, const char *set)
{
    return c && strchr(set, c) != NULL;
}

static q_str trimmed(q_str s, size_t *begin)
{
    while (s.n && in(s.p[0], "([{<\"'")) {
        s = (q_str){s.p + 1, s.n - 1};
        ++*begin;
    }
    while (s.n && in(s.p[s.n - 1], ".,;:!?\"'>]}")) /* a closing bracket may be part of a URL */
        s.n--;
    if (s.n && s.p[s.n - 1] == ')' && !q_str_has(s, '('))
        s.n--;
    while (s.n && in(s.p[s.n - 1], ".,;:!?\"'"))
        s.n--;
    return s;
}

static bool host_char(char c)
{
    return q_is_alnum(c) || c == '-' || c == '.';
}

/* Labels with points between, the last of two letters or more. */
static bool host(q_str s, bool known)
{
    static const char *const TOP[] = {"com", "org",  "net", "edu", "gov", "mil", "io", "ai", "co",
                                      "uk",  "de",   "fr",  "nl",  "eu",  "us",  "ca", "au", "in",
                                      "jp",  "info", "biz", "dev", "app", "me",  "tv", "int"};
    q_str rest = s, label;
    size_t labels = 0;

    while (q_str_cut(rest, '.', &label, &rest)) {
        if (!label.n || label.p[0] == '-')
            return false;
        labels++;
    }
    if (!labels || label.n < 2)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!host_char(s.p[i]))
            return false;
    for (size_t i = 0; i < label.n; i++)
        if (!q_is_alpha(label.p[i]))
            return false;
    for (size_t i = 0; i < sizeof TOP / sizeof *TOP && known; i++)
        if (q_str_is_nocase(label, TOP[i]))
            return true;
    return !known;
}

static q_code mail(pii_finder *f, const chunk *c)
{
    size_t at = q_str_find(c->s, Q_STR("@")), begin = at, end = at + 1;

    if (at == SIZE_MAX)
        return Q_OK;
    while (begin && (q_is_alnum(c->s.p[begin - 1]) || in(c->s.p[begin - 1], "._%+-'")))
        begin--;
    while (end < c->s.n && host_char(c->s.p[end]))
        end++;
    while (end > at + 1 && !q_is_alnum(c->s.p[end - 1]))
        end--;
    if (begin == at || !host(q_str_sub(c->s, at + 1, end - at - 1), false))
        return Q_OK;
    return pii__put(f, Q_PII_EMAIL, 0.999f, c->begin + begin, c->begin + end);
}

static q_code web(pii_finder *f, const chunk *c)
{
    size_t scheme = q_str_find(c->s, Q_STR("://")), begin = scheme, slash;
    q_str name;

    if (scheme != SIZE_MAX && scheme && c->s.n > scheme + 3) {
        while (begin && q_is_alpha(c->s.p[begin - 1]))
            begin--;
        return begin == scheme ? Q_OK
                               : pii__put(f, Q_PII_URL, 0.99f, c->begin + begin, c->begin + c->s.n);
    }
    if (q_str_has(c->s, '@'))
        return Q_OK;
    q_str_cut(c->s, '/', &name, &(q_str){0});
    slash = name.n;
    q_str_cut(name, ':', &name, &(q_str){0});
    if (name.n > 4 && q_str_eq_nocase(q_str_sub(name, 0, 4), Q_STR("www.")) && host(name, false))
        return pii__put(f, Q_PII_URL, 0.98f, c->begin, c->begin + c->s.n);
    if (host(name, true) && (slash < c->s.n || q_str_find(name, Q_STR(".")) >= 3))
        return pii__put(f, Q_PII_URL, slash < c->s.n ? 0.95f : 0.8f, c->begin, c->begin + c->s.n);
    return Q_OK;
}

static bool ip4(q_str s)
{
    q_str rest = s, part;
    size_t parts = 0;
    bool more = true;

    while (more) {
        uint64_t v;

        more = q_str_cut(rest, '.', &part, &rest);
        if (part.n > 3 || !q_str_u64(part, &v) || v > 255)
            return false;
        parts++;
    }
    return parts == 4;
}

static bool ip6(q_str s)
{
    size_t groups = 0, digits = 0, gaps = 0, colons = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ':') {
            gaps += i + 1 < s.n && s.p[i + 1] == ':';
            colons++;
            digits = 0;
            continue;
        }
        if (!(q_is_digit(s.p[i]) || in(q_to_lower(s.p[i]), "abcdef")) || ++digits > 4)
            return false;
        groups += digits == 1;
    }
    return gaps <= 1 && colons >= 2 && (gaps ? groups < 8 && groups : groups == 8 && colons == 7);
}

/* "00:1B:44:11:3A:B7", "00-1b-...", "001b.4411.3ab7" */
static bool mac(q_str s)
{
    size_t every = s.n == 17 ? 3 : s.n == 14 ? 5 : 0;

    if (!every || !in(s.p[every - 1], every == 3 ? ":-" : "."))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (i % every == every - 1 ? s.p[i] != s.p[every - 1]
                                   : !q_is_digit(s.p[i]) && !in(q_to_lower(s.p[i]), "abcdef"))
            return false;
    return true;
}

static q_code machine(pii_finder *f, const chunk *c)
{
    static const pii_cues VERSION = {"version|release|v|section", 3};
    q_str s, rest;

    q_str_cut(c->s, '/', &s, &rest);
    if (mac(c->s))
        return pii__put(f, Q_PII_MAC_ADDRESS, 0.99f, c->begin, c->begin + c->s.n);
    if (ip6(s))
        return pii__put(f, Q_PII_IP_ADDRESS, 0.98f, c->begin, c->begin + s.n);
    q_str_cut(s, ':', &s, &rest);
    if (ip4(s) && !pii__cue(f->t, c->token, c->token + 1, &VERSION))
        return pii__put(f, Q_PII_IP_ADDRESS, 0.98f, c->begin, c->begin + s.n);
    return Q_OK;
}

static bool key_id(q_str s)
{
    static const char *const HEADS[] = {"AKIA", "ASIA", "ABIA", "ACCA", "AGPA",
                                        "AIDA", "AIPA", "ANPA", "ANVA", "AROA"};

    for (size_t i = 0; i < s.n; i++)
        if (!q_is_digit(s.p[i]) && (s.p[i] < 'A' || s.p[i] > 'Z'))
            return false;
    for (size_t i = 0; i < sizeof HEADS / sizeof *HEADS; i++)
        if (q_str_starts(s, q_str_of(HEADS[i])))
            return true;
    return false;
}

/* Letters of both cases and digits, and not hexadecimal: a digest has no capital beside small ones.
 */
static bool mixed(q_str s)
{
    size_t digits = 0, upper = 0, lower = 0;

    for (size_t i = 0; i < s.n; i++) {
        digits += q_is_digit(s.p[i]);
        upper += s.p[i] >= 'A' && s.p[i] <= 'Z';
        lower += s.p[i] >= 'a' && s.p[i] <= 'z';
    }
    return digits && upper >= 4 && lower >= 4;
}

static q_code keys(pii_finder *f, const chunk *c)
{
    static const pii_cues SECRET = {"secret|secret key|secret access key|aws|key", 6};
    q_code rc = Q_OK;

    for (size_t i = 0, end; i < c->s.n && !rc; i = end + 1) {
        q_str s;

        for (end = i; end < c->s.n && (q_is_alnum(c->s.p[end]) || in(c->s.p[end], "/+"));)
            end++;
        s = q_str_sub(c->s, i, end - i);
        if (s.n == KEY_ID && key_id(s))
            rc = pii__put(f, Q_PII_AWS_ACCESS_KEY, 0.99f, c->begin + i, c->begin + end);
        if (s.n == KEY_SECRET && mixed(s)) {
            bool told = i >= 4 || pii__cue(f->t, c->token, c->token + 1, &SECRET);

            rc = pii__put(f, Q_PII_AWS_SECRET_KEY, told ? 0.99f : 0.8f, c->begin + i,
                          c->begin + end);
        }
    }
    return rc;
}

/* "@handle" */
static q_code handle(pii_finder *f, const chunk *c)
{
    if (c->s.n < 4 || c->s.n > 31 || c->s.p[0] != '@')
        return Q_OK;
    for (size_t i = 1; i < c->s.n; i++)
        if (!q_is_alnum(c->s.p[i]) && c->s.p[i] != '_' && c->s.p[i] != '.')
            return Q_OK;
    return pii__put(f, Q_PII_USERNAME, 0.99f, c->begin, c->begin + c->s.n);
}

q_code pii__net(pii_finder *f)
{
    static q_code (*const FINDERS[])(pii_finder * f, const chunk *c) = {mail, web, machine, keys,
                                                                        handle};
    const q_tokens *t = f->t;
    q_code rc = Q_OK;

    for (size_t i = 0, end; i < t->n && !rc; i = end) {
        chunk c = {.token = i, .begin = t->v[i].begin};

        for (end = i + 1; end < t->n && !t->v[end].space;)
            end++;
        if (end - i < 3 && t->v[i].text.n < KEY_ID && t->v[i].kind != Q_TOKEN_NUMBER)
            continue; /* nothing of these is shorter, but an IPv4 address, one number */
        c.s = trimmed(q_tokens_span(t, i, end), &c.begin);
        for (size_t k = 0; k < sizeof FINDERS / sizeof *FINDERS && !rc; k++)
            rc = FINDERS[k](f, &c);
    }
    return rc;
}
