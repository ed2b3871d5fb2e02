/* service/lex_card.h - a response card, as a definition has it: the text of a JSON object. */
#ifndef SERVICE_LEX_CARD_H
#define SERVICE_LEX_CARD_H

#include "service/lex_parts.h"

/* The member responseCard of v, which stands at `at`; no card without one. */
void lex__card(lex_reader *r, const q_value *v, const char *at, q_card *out);

#endif
