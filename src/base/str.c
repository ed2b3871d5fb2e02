#include "base/str.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

q_str q_str_of(const char *cstr)
{
    return cstr ? (q_str){cstr, strlen(cstr)} : Q_STR("");
}

bool q_str_eq(q_str a, q_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool q_str_is(q_str a, const char *cstr)
{
    /* Most differ early: their length is not worth finding out. */
    for (size_t i = 0; i < a.n; i++)
        if (!cstr || !cstr[i] || cstr[i] != a.p[i])
            return false;
    return !cstr || !cstr[a.n];
}

bool q_str_eq_nocase(q_str a, q_str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (q_to_lower(a.p[i]) != q_to_lower(b.p[i]))
            return false;
    return true;
}

bool q_str_is_nocase(q_str a, const char *b)
{
    return q_str_eq_nocase(a, q_str_of(b));
}

int q_str_cmp(q_str a, q_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;

    return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool q_str_starts(q_str s, q_str prefix)
{
    return s.n >= prefix.n && q_str_eq((q_str){s.p, prefix.n}, prefix);
}

bool q_str_ends(q_str s, q_str suffix)
{
    return s.n >= suffix.n && q_str_eq((q_str){s.p + (s.n - suffix.n), suffix.n}, suffix);
}

bool q_str_has(q_str s, char c)
{
    return s.n && memchr(s.p, c, s.n);
}

size_t q_str_find(q_str s, q_str needle)
{
    const char *hit;

    if (needle.n == 0)
        return 0;
    hit = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

q_str q_str_sub(q_str s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (q_str){s.n ? s.p + from : s.p, n};
}

q_str q_str_trim(q_str s)
{
    while (s.n && q_is_space(s.p[0]))
        s = q_str_sub(s, 1, s.n - 1);
    while (s.n && q_is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool q_str_cut(q_str s, char sep, q_str *head, q_str *tail)
{
    const char *hit = s.n ? memchr(s.p, sep, s.n) : NULL;

    if (!hit) {
        *head = s;
        *tail = (q_str){s.n ? s.p + s.n : s.p, 0};
        return false;
    }
    *head = (q_str){s.p, (size_t)(hit - s.p)};
    *tail = (q_str){hit + 1, s.n - (size_t)(hit - s.p) - 1};
    return true;
}

q_str q_str_copy(q_arena *a, q_str s)
{
    char *p = s.n < SIZE_MAX ? q_arena_alloc(a, s.n + 1) : NULL;

    if (!p)
        return (q_str){NULL, 0};
    if (s.n)
        memcpy(p, s.p, s.n);
    return (q_str){p, s.n};
}

char *q_str_cstr(q_arena *a, q_str s)
{
    char *p = s.n < SIZE_MAX ? q_arena_alloc(a, s.n + 1) : NULL;

    if (p && s.n)
        memcpy(p, s.p, s.n);
    return p;
}

q_str q_str_printf(q_arena *a, const char *fmt, ...)
{
    va_list ap;
    char *p;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !(p = q_arena_alloc(a, (size_t)n + 1)))
        return (q_str){NULL, 0};
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return (q_str){p, (size_t)n};
}

bool q_str_u64(q_str s, uint64_t *out)
{
    uint64_t v = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!q_is_digit(s.p[i]) || __builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
            return false;
    }
    *out = v;
    return true;
}

bool q_str_i64(q_str s, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    uint64_t v;

    if (!q_str_u64(negative ? q_str_sub(s, 1, s.n) : s, &v))
        return false;
    if (v > (uint64_t)INT64_MAX + negative)
        return false;
    *out = negative ? (int64_t)(~v + 1) : (int64_t)v;
    return true;
}

/* JSON's grammar: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static bool is_json_number(q_str s)
{
    size_t i = 0, from;

    if (i < s.n && s.p[i] == '-')
        i++;
    from = i;
    while (i < s.n && q_is_digit(s.p[i]))
        i++;
    if (i == from || (s.p[from] == '0' && i - from > 1))
        return false;
    if (i < s.n && s.p[i] == '.') {
        from = ++i;
        while (i < s.n && q_is_digit(s.p[i]))
            i++;
        if (i == from)
            return false;
    }
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
            i++;
        from = i;
        while (i < s.n && q_is_digit(s.p[i]))
            i++;
        if (i == from)
            return false;
    }
    return i == s.n;
}

bool q_str_f64(q_str s, double *out)
{
    char text[512]; /* longer digit strings add nothing to a double */
    double v;

    if (s.n >= sizeof text || !is_json_number(s))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    v = strtod(text, NULL); /* the program never calls setlocale(LC_NUMERIC) */
    if (!isfinite(v))
        return false;
    *out = v;
    return true;
}

bool q_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool q_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool q_is_alnum(char c)
{
    return q_is_digit(c) || q_is_alpha(c);
}

bool q_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char q_to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}
