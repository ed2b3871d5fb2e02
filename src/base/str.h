/* base/str.h - text to read: a pointer and a length, passed by value.
 *
 * A q_str borrows its bytes; it is not NUL-terminated unless its maker says
 * so. Bytes are UTF-8 where they are text (base/utf8.h checks).
 */
#ifndef Q_BASE_STR_H
#define Q_BASE_STR_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct q_str {
    const char *p;
    size_t n;
} q_str;

/* clang-format off */
#define Q_STR(literal) ((q_str){(literal), sizeof(literal) - 1})
#define Q_STR_INIT(literal) {(literal), sizeof(literal) - 1} /* in static tables */
/* printf("%.*s", Q_ARG(s)) */
#define Q_ARG(s) (int)((s).n < 4096 ? (s).n : 4096), (s).p
/* clang-format on */

q_str q_str_of(const char *cstr); /* NULL gives the empty string */
bool q_str_eq(q_str a, q_str b);
bool q_str_is(q_str a, const char *cstr);
bool q_str_eq_nocase(q_str a, q_str b);       /* ASCII case only */
bool q_str_is_nocase(q_str a, const char *b); /* ASCII case only */
int q_str_cmp(q_str a, q_str b);              /* by bytes; a prefix sorts first */
bool q_str_starts(q_str s, q_str prefix);
bool q_str_ends(q_str s, q_str suffix);
bool q_str_has(q_str s, char c);

/* The index of the first `needle` in s, or SIZE_MAX. */
size_t q_str_find(q_str s, q_str needle);

/* From `from` (cut to the end), at most n bytes. */
q_str q_str_sub(q_str s, size_t from, size_t n);
q_str q_str_trim(q_str s); /* blanks, tabs and line ends at both ends */

/* Split at the first `sep`: *head is before it, *tail behind it. Without one,
 * *head is all of s, *tail empty, and false comes back. head or tail may be &s.
 */
bool q_str_cut(q_str s, char sep, q_str *head, q_str *tail);

/* Copied into the arena with a NUL behind it; .p is NULL when it is full. */
q_str q_str_copy(q_arena *a, q_str s);
char *q_str_cstr(q_arena *a, q_str s);
/* printf into the arena; .p is NULL when it is full. */
q_str q_str_printf(q_arena *a, const char *fmt, ...) Q_PRINTF(2, 3);

/* Decimal, the whole string, no sign for u64, no blanks; false otherwise and
 * out of range.
 */
bool q_str_u64(q_str s, uint64_t *out);
bool q_str_i64(q_str s, int64_t *out);
/* A JSON-form number, finite; false otherwise. Locale-free. */
bool q_str_f64(q_str s, double *out);

bool q_is_digit(char c);
bool q_is_alpha(char c); /* ASCII */
bool q_is_alnum(char c); /* ASCII */
bool q_is_space(char c); /* ASCII: blank, \t \n \r \f \v */
char q_to_lower(char c); /* ASCII */

#endif
