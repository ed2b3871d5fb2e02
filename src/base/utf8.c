#include "base/utf8.h"

static bool is_tail(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

uint32_t q_utf8_decode(q_str s, size_t *len)
{
    const unsigned char *p = (const unsigned char *)s.p;
    uint32_t cp;

    *len = s.n ? 1 : 0;
    if (s.n == 0)
        return Q_UTF8_BAD;
    if (p[0] < 0x80)
        return p[0];
    if (p[0] >= 0xC2 && p[0] <= 0xDF && s.n >= 2 && is_tail(p[1])) {
        *len = 2;
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    }
    if ((p[0] & 0xF0) == 0xE0 && s.n >= 3 && is_tail(p[1]) && is_tail(p[2])) {
        cp = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
        if (cp < 0x800 || (cp >= 0xD800 && cp <= 0xDFFF))
            return Q_UTF8_BAD;
        *len = 3;
        return cp;
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4 && s.n >= 4 && is_tail(p[1]) && is_tail(p[2]) &&
        is_tail(p[3])) {
        cp = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
             (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
        if (cp < 0x10000 || cp > 0x10FFFF)
            return Q_UTF8_BAD;
        *len = 4;
        return cp;
    }
    return Q_UTF8_BAD;
}

size_t q_utf8_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

bool q_utf8_valid(q_str s)
{
    for (size_t i = 0, len; i < s.n; i += len)
        if (q_utf8_decode(q_str_sub(s, i, s.n), &len) == Q_UTF8_BAD)
            return false;
    return true;
}

size_t q_utf8_count(q_str s)
{
    size_t count = 0;

    for (size_t i = 0, len; i < s.n; i += len, count++)
        q_utf8_decode(q_str_sub(s, i, s.n), &len);
    return count;
}

/* Source of the ranges: Unicode's EastAsianWidth (W, F) and combining blocks. */
size_t q_utf8_columns_of(uint32_t cp)
{
    if (cp < 0x300)
        return 1;
    if ((cp >= 0x300 && cp <= 0x36F) || (cp >= 0x200B && cp <= 0x200F) ||
        (cp >= 0xFE00 && cp <= 0xFE0F) || cp == 0xFEFF)
        return 0;
    if ((cp >= 0x1100 && cp <= 0x115F) || (cp >= 0x2E80 && cp <= 0xA4CF) ||
        (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0xF900 && cp <= 0xFAFF) ||
        (cp >= 0xFE30 && cp <= 0xFE6F) || (cp >= 0xFF00 && cp <= 0xFF60) ||
        (cp >= 0xFFE0 && cp <= 0xFFE6) || (cp >= 0x1F300 && cp <= 0x1FAFF) ||
        (cp >= 0x20000 && cp <= 0x3FFFD))
        return 2;
    return 1;
}

size_t q_utf8_columns(q_str text)
{
    size_t columns = 0;

    for (size_t i = 0, len; i < text.n; i += len)
        columns += q_utf8_columns_of(q_utf8_decode(q_str_sub(text, i, text.n), &len));
    return columns;
}
