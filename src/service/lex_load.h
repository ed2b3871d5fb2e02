/* service/lex_load.h - from an export file to the parts that are kept. */
#ifndef SERVICE_LEX_LOAD_H
#define SERVICE_LEX_LOAD_H

#include "service/lex_store.h"

typedef struct lex_loading {
    int kind;           /* what the file is to hold: LEX_BOT, LEX_INTENT, LEX_SLOT_TYPE */
    bool overwrite;     /* else a part that is there already is Q_EXISTS */
    const char *status; /* of the bot */
    int64_t now_ms;
} lex_loading;

/* Check {"metadata", "resource"} and keep what it holds, each as $LATEST of its name; what one uses
 * of another is its $LATEST. In a transaction. *out is the part that the file is of; texts are in
 * the arena or borrowed from `json`. Fails with Q_INVALID or Q_UNSUPPORTED, naming problems by
 * their path; Q_EXISTS naming the part.
 */
Q_MUST_USE q_code lex__load(q_catalog *c, q_str json, const lex_loading *l, q_arena *a,
                            lex_part *out, q_err *err);

#endif
