/* base/json.h - JSON to documents and back (RFC 8259, strict).
 *
 * The parser takes exactly one value with blanks around it, valid UTF-8 only,
 * lone surrogate escapes refused. Depth and count are bounded. Numbers keep
 * their text (Q_VALUE_NUMBER). Strings without escapes are borrowed from `text`,
 * which must therefore live as long as the arena.
 */
#ifndef Q_BASE_JSON_H
#define Q_BASE_JSON_H

#include "base/buf.h"
#include "base/value.h"

enum {
    Q_JSON_DEPTH = 64,     /* nested lists and maps */
    Q_JSON_COUNT = 1000000 /* values in all */
};

/* Fails with Q_INVALID ("... at byte N"), Q_LIMIT or Q_NOMEM. */
Q_MUST_USE q_code q_json_parse(q_arena *a, q_str text, q_value **out, q_err *err);

/* Compact JSON. Blobs become base64, times seconds with milliseconds. Errors
 * stay in the buffer.
 */
void q_json_write(q_buf *b, const q_value *v);

/* The same with two blanks an indent level, for people. */
void q_json_write_pretty(q_buf *b, const q_value *v);

#endif
