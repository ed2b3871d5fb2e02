/* service/lex_import_slot.h - the slots and slot types of a bot's file. */
#ifndef SERVICE_LEX_IMPORT_SLOT_H
#define SERVICE_LEX_IMPORT_SLOT_H

#include "service/lex_parts.h"

/* Of the resource v, before its intents. */
void lex__slot_types_read(lex_reader *r, const q_value *v, q_bot *b);
/* Of the intent v, which stands at `at`. */
void lex__slots_read(lex_reader *r, const q_value *v, const char *at, const q_bot *b,
                     q_intent *out);

#endif
