/* base/encode.h - bytes as text: hexadecimal, base64, percent-encoding. */
#ifndef Q_BASE_ENCODE_H
#define Q_BASE_ENCODE_H

#include "base/buf.h"

int q_hex_digit(char c);                            /* 0..15, or -1 */
void q_hex(const void *bytes, size_t n, char *out); /* 2n lower-case digits and a NUL */
/* Exactly 2n digits into n bytes; false otherwise. */
bool q_unhex(q_str text, void *out, size_t n);

void q_buf_base64(q_buf *b, q_str bytes); /* RFC 4648 section 4, padded */
/* Strict: padded, no blanks. *out is in the arena. Fails with Q_INVALID, Q_NOMEM. */
Q_MUST_USE q_code q_base64_decode(q_arena *a, q_str text, q_str *out, q_err *err);

/* RFC 3986: all but letters, digits, - . _ ~ (and / when keep_slash) as %XX. */
void q_buf_percent(q_buf *b, q_str s, bool keep_slash);
/* %XX undone; `plus` makes + a blank (form bodies). A % without two digits
 * stays as it is. .p is NULL when the arena is full.
 */
q_str q_percent_decode(q_arena *a, q_str s, bool plus);

#endif
