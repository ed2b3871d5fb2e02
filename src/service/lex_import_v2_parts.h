/* service/lex_import_v2_parts.h - what the files of a V2 export are translated by
 * (lex_import_v2.h). */
#ifndef SERVICE_LEX_IMPORT_V2_PARTS_H
#define SERVICE_LEX_IMPORT_V2_PARTS_H

#include "base/buf.h"
#include "service/lex_parts.h"

typedef struct v2_reader {
    lex_reader problems;
    q_buf warnings;
    q_str function; /* what intents with code hooks call */
} v2_reader;

/* A line for people. */
void v2__warn(v2_reader *r, const char *fmt, ...) Q_PRINTF(2, 3);

/* The first of two members that is there and not null: exports name some things in two ways. */
const q_value *v2__either(const q_value *v, const char *one, const char *other);

/* Messages of a {"messageGroupsList"} as {"messages", "responseCard"} into `to`; false when there
 * are none.
 */
bool v2__statement(v2_reader *r, const q_value *specification, const char *at, q_value *to);
/* The same as a prompt, with its attempts, under `name`. */
bool v2__prompt(v2_reader *r, const q_value *specification, const char *at, q_value *to,
                const char *name);

/* The files' documents as members of a V1 resource. */
void v2__slot_type(v2_reader *r, const q_value *file, const char *at, q_value *to);
void v2__slot(v2_reader *r, const q_value *file, const char *at, int64_t priority, q_value *to);
void v2__intent(v2_reader *r, const q_value *file, const char *at, q_value *to);

#endif
