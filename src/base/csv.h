/* base/csv.h - rows of comma-separated values (RFC 4180).
 *
 * A field may stand in quotes, which then may hold commas, line ends and doubled quotes. Rows end
 * with LF or CRLF; blank lines are passed over, and a byte-order mark at the start. Blanks around a
 * field are part of it.
 */
#ifndef Q_BASE_CSV_H
#define Q_BASE_CSV_H

#include "base/str.h"

typedef struct q_csv {
    q_str rest;
    size_t line;      /* from 1: where the row that was read last begins */
    size_t next_line; /* and where the next one does */
} q_csv;

q_csv q_csv_init(q_str text);
/* The next row: its first `most` fields, and how many there are in *count; *more is false behind
 * the last row. Fields are borrowed from the text, or in the arena where doubled quotes had to be
 * undone. Fails with Q_INVALID ("line 7: ..."), Q_NOMEM.
 */
Q_MUST_USE q_code q_csv_next(q_csv *c, q_arena *a, q_str *fields, size_t most, size_t *count,
                             bool *more, q_err *err);

#endif
