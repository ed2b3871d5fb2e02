#include "base/buf.h"

#include "base/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

q_buf q_buf_init(q_arena *arena, size_t limit)
{
    return (q_buf){.arena = arena, .limit = limit};
}

void q_buf_clear(q_buf *b)
{
    if (!b->arena)
        free(b->p);
    *b = q_buf_init(b->arena, b->limit);
}

/* Room for n more bytes and a NUL. */
static bool reserve(q_buf *b, size_t n)
{
    if (b->rc)
        return false;
    if (n > b->limit - b->n) {
        b->rc = Q_LIMIT;
        return false;
    }
    if (b->cap - b->n > n)
        return true;
    b->rc = b->arena ? q_arena_grow(b->arena, &b->p, &b->cap, b->n + n + 1, 1)
                     : q_heap_grow(&b->p, &b->cap, b->n + n + 1, 1);
    return b->rc == Q_OK;
}

void q_buf_put(q_buf *b, q_str s)
{
    if (s.n == 0 || !reserve(b, s.n))
        return;
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

void q_buf_puts(q_buf *b, const char *cstr)
{
    q_buf_put(b, q_str_of(cstr));
}

void q_buf_char(q_buf *b, char c)
{
    if (reserve(b, 1))
        b->p[b->n++] = c;
}

void q_buf_printf(q_buf *b, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(b, (size_t)n))
        return;
    va_start(ap, fmt);
    vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t)n;
}

void q_buf_i64(q_buf *b, int64_t v)
{
    char text[24];
    size_t i = sizeof text;
    uint64_t u = v < 0 ? ~(uint64_t)v + 1 : (uint64_t)v;

    do
        text[--i] = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        text[--i] = '-';
    q_buf_put(b, (q_str){text + i, sizeof text - i});
}

/* Values with at most nine decimals, which is what coordinates and scores
 * are rounded to, go out by integer arithmetic; the rest by trial.
 */
static bool put_fixed9(q_buf *b, double v)
{
    double scaled = v * 1e9, magnitude = fabs(v);
    uint64_t u;
    char frac[9];
    int last = 9;

    if (magnitude >= 4e6 || scaled != rint(scaled) || rint(scaled) / 1e9 != v)
        return false;
    u = (uint64_t)fabs(scaled);
    if (signbit(v))
        q_buf_char(b, '-');
    q_buf_i64(b, (int64_t)(u / 1000000000u));
    u %= 1000000000u;
    for (int i = 8; i >= 0; i--, u /= 10)
        frac[i] = (char)('0' + u % 10);
    while (last > 1 && frac[last - 1] == '0')
        last--;
    q_buf_char(b, '.');
    q_buf_put(b, (q_str){frac, (size_t)last});
    return true;
}

void q_buf_f64(q_buf *b, double v)
{
    char text[40];

    if (isnan(v)) {
        q_buf_puts(b, "NaN");
        return;
    }
    if (isinf(v)) {
        q_buf_puts(b, v < 0 ? "-Infinity" : "Infinity");
        return;
    }
    if (put_fixed9(b, v))
        return;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    q_buf_puts(b, text);
    if (!strpbrk(text, ".e"))
        q_buf_puts(b, ".0");
}

__extension__ typedef unsigned __int128 wide;

/* The `digits` first decimal digits of m / 2^shift as a whole number, where
 * 10^scale makes them whole; false when they do not read back as the same
 * double. m has 24 bits, so half a unit of the double's last place is
 * 10^scale / 2^30 here and everything is exact.
 */
static bool shortened(uint64_t m, int shift, uint64_t scale_hi, uint64_t scale_lo, uint64_t *out)
{
    wide scale = (wide)scale_hi * scale_lo, exact = m * scale;
    wide half = (wide)1 << shift >> 1, rounded = (exact + half) >> shift, back, off;

    if (rounded << shift == exact + half) /* between two: the even one, as printf has it */
        rounded &= ~(wide)1;
    back = rounded << shift;
    off = back > exact ? back - exact : exact - back;
    *out = (uint64_t)rounded;
    return off << 30 < scale;
}

static uint64_t power10(int n)
{
    uint64_t p = 1;

    while (n-- > 0)
        p *= 10;
    return p;
}

void q_buf_f32(q_buf *b, float v)
{
    double magnitude = fabs((double)v), bound = 1;
    int exponent, shift, decimals = 14;
    uint64_t m, u = 0;
    char text[24];

    if (!(magnitude >= 1e-3 && magnitude < 1000)) {
        q_buf_f64(b, (double)v);
        return;
    }
    if (put_fixed9(b, (double)v))
        return;
    m = (uint64_t)ldexp(frexp(magnitude, &exponent), 24);
    shift = 24 - exponent;
    /* Of 15 to 17 significant digits, how many stand behind the point. */
    while (magnitude >= bound * 10) {
        bound *= 10;
        decimals--;
    }
    while (magnitude < bound) {
        bound /= 10;
        decimals++;
    }
    for (int more = 0; more < 3; more++, decimals++)
        if (shortened(m, shift, power10(10), power10(decimals - 10), &u) || more == 2)
            break;
    if (v < 0)
        q_buf_char(b, '-');
    for (; u % 10 == 0; u /= 10)
        decimals--;
    q_buf_i64(b, (int64_t)(u / power10(decimals)));
    u %= power10(decimals);
    text[0] = '.';
    for (int i = decimals; i >= 1; i--, u /= 10)
        text[i] = (char)('0' + u % 10);
    q_buf_put(b, (q_str){text, (size_t)decimals + 1});
}

static void put_escaped_json(q_buf *b, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char u[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    const char *short_form = c == '"'    ? "\\\""
                             : c == '\\' ? "\\\\"
                             : c == '\n' ? "\\n"
                             : c == '\r' ? "\\r"
                             : c == '\t' ? "\\t"
                                         : NULL;

    if (short_form)
        q_buf_put(b, (q_str){short_form, 2});
    else
        q_buf_put(b, (q_str){u, sizeof u});
}

void q_buf_json(q_buf *b, q_str s)
{
    size_t from = 0, i = 0;

    q_buf_char(b, '"');
    while (i < s.n) {
        unsigned char c = (unsigned char)s.p[i];
        size_t len = 1;

        if (c >= 0x80 && q_utf8_decode(q_str_sub(s, i, s.n), &len) != Q_UTF8_BAD) {
            i += len;
            continue;
        }
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            i++;
            continue;
        }
        q_buf_put(b, (q_str){s.p + from, i - from});
        if (c >= 0x80)
            q_buf_puts(b, "\xEF\xBF\xBD");
        else
            put_escaped_json(b, c);
        i += len;
        from = i;
    }
    q_buf_put(b, q_str_sub(s, from, s.n));
    q_buf_char(b, '"');
}

static bool xml_allows(uint32_t cp)
{
    return cp == '\t' || cp == '\n' || (cp >= 0x20 && cp != 0xFFFE && cp != 0xFFFF);
}

void q_buf_xml(q_buf *b, q_str s)
{
    for (size_t i = 0, len = 1; i < s.n; i += len) {
        uint32_t cp = q_utf8_decode(q_str_sub(s, i, s.n), &len);

        if (cp == '&')
            q_buf_puts(b, "&amp;");
        else if (cp == '<')
            q_buf_puts(b, "&lt;");
        else if (cp == '>')
            q_buf_puts(b, "&gt;");
        else if (cp == '"')
            q_buf_puts(b, "&quot;");
        else if (cp == '\r')
            q_buf_puts(b, "&#13;");
        else if (cp == Q_UTF8_BAD || !xml_allows(cp))
            q_buf_puts(b, "\xEF\xBF\xBD");
        else
            q_buf_put(b, (q_str){s.p + i, len});
    }
}

q_str q_buf_str(const q_buf *b)
{
    return (q_str){b->p ? b->p : "", b->n};
}

q_code q_buf_finish(q_buf *b, q_str *out, q_err *err)
{
    if (b->rc == Q_LIMIT)
        return q_err_set(err, Q_LIMIT, "text longer than its limit of %zu bytes", b->limit);
    if (b->rc || !reserve(b, 0))
        return q_err_nomem(err);
    b->p[b->n] = 0;
    *out = q_buf_str(b);
    return Q_OK;
}
