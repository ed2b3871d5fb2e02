#include "base/encode.h"

int q_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void q_hex(const void *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = bytes;

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = 0;
}

bool q_unhex(q_str text, void *out, size_t n)
{
    unsigned char *p = out;

    if (text.n % 2 || text.n / 2 != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int hi = q_hex_digit(text.p[2 * i]), lo = q_hex_digit(text.p[2 * i + 1]);

        if (hi < 0 || lo < 0)
            return false;
        p[i] = (unsigned char)(hi << 4 | lo);
    }
    return true;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void q_buf_base64(q_buf *b, q_str bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    char chunk[4 * 256];

    for (size_t i = 0; i < bytes.n;) {
        size_t w = 0;

        for (; w < sizeof chunk && i < bytes.n; i += 3) {
            size_t left = bytes.n - i;
            uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                         (left > 2 ? p[i + 2] : 0);

            chunk[w++] = base64_digits[v >> 18];
            chunk[w++] = base64_digits[v >> 12 & 63];
            chunk[w++] = '=';
            chunk[w++] = '=';
            if (left > 1)
                chunk[w - 2] = base64_digits[v >> 6 & 63];
            if (left > 2)
                chunk[w - 1] = base64_digits[v & 63];
        }
        q_buf_put(b, (q_str){chunk, w});
    }
}

/* The value of each base64 digit plus one; 0 for what is none. */
static const unsigned char base64_values[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

/* Four digits to a 24-bit number, or false. */
static bool quad(const char *p, uint32_t *out)
{
    uint32_t v = 0;

    for (int i = 0; i < 4; i++) {
        unsigned char d = base64_values[(unsigned char)p[i]];

        if (d == 0)
            return false;
        v = v << 6 | (uint32_t)(d - 1);
    }
    *out = v;
    return true;
}

q_code q_base64_decode(q_arena *a, q_str text, q_str *out, q_err *err)
{
    size_t padding = 0, w = 0;
    unsigned char *bytes;
    uint32_t v;

    if (text.n % 4)
        return q_err_set(err, Q_INVALID, "base64 of %zu characters; a multiple of 4 is wanted",
                         text.n);
    while (padding < 2 && padding < text.n && text.p[text.n - 1 - padding] == '=')
        padding++;
    bytes = q_arena_alloc(a, text.n / 4 * 3);
    if (!bytes)
        return q_err_nomem(err);
    for (size_t i = 0; i < text.n; i += 4) {
        char last[4] = {'A', 'A', 'A', 'A'};
        const char *from = text.p + i;

        if (padding && i + 4 == text.n) {
            for (size_t k = 0; k < 4 - padding; k++)
                last[k] = from[k];
            from = last;
        }
        if (!quad(from, &v))
            return q_err_set(err, Q_INVALID, "no base64 at character %zu", i);
        bytes[w++] = (unsigned char)(v >> 16);
        bytes[w++] = (unsigned char)(v >> 8);
        bytes[w++] = (unsigned char)v;
    }
    *out = (q_str){(const char *)bytes, w - padding};
    return Q_OK;
}

void q_buf_percent(q_buf *b, q_str s, bool keep_slash)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (q_is_alnum(s.p[i]) || c == '-' || c == '.' || c == '_' || c == '~' ||
            (c == '/' && keep_slash)) {
            q_buf_char(b, s.p[i]);
        } else {
            char code[3] = {'%', digits[c >> 4], digits[c & 15]};

            q_buf_put(b, (q_str){code, sizeof code});
        }
    }
}

q_str q_percent_decode(q_arena *a, q_str s, bool plus)
{
    char *out = q_arena_alloc(a, s.n + 1);
    size_t w = 0;

    if (!out)
        return (q_str){NULL, 0};
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%' && s.n - i > 2 && q_hex_digit(s.p[i + 1]) >= 0 &&
            q_hex_digit(s.p[i + 2]) >= 0) {
            out[w++] = (char)(q_hex_digit(s.p[i + 1]) << 4 | q_hex_digit(s.p[i + 2]));
            i += 2;
        } else {
            out[w++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    return (q_str){out, w};
}
