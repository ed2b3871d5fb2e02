/* base/utf8.h - UTF-8 in, code points out. Overlong forms, surrogates and
 * values past U+10FFFF are bad (RFC 3629).
 */
#ifndef Q_BASE_UTF8_H
#define Q_BASE_UTF8_H

#include "base/str.h"

#define Q_UTF8_BAD UINT32_MAX

/* The code point at the start of s and its length in *len (1 for a bad byte,
 * 0 only when s is empty, which is bad too).
 */
uint32_t q_utf8_decode(q_str s, size_t *len);

/* Write cp to out, returning 1..4; cp must be a valid scalar value. */
size_t q_utf8_encode(uint32_t cp, char out[4]);

bool q_utf8_valid(q_str s);

/* How many code points; each bad byte counts as one. */
size_t q_utf8_count(q_str s);

/* Terminal columns of a code point and of a text: wide East Asian characters count two, combining
 * ones none.
 */
size_t q_utf8_columns_of(uint32_t cp);
size_t q_utf8_columns(q_str s);

#endif
