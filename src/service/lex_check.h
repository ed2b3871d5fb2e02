/* service/lex_check.h - what is wrong with a bot as a whole. */
#ifndef SERVICE_LEX_CHECK_H
#define SERVICE_LEX_CHECK_H

#include "service/lex_parts.h"

/* Two intents that the same words would mean, with the same contexts active: a problem each. Case,
 * and blanks at the ends, make no difference.
 */
void lex__clashes_check(lex_reader *r, const q_bot *b);

#endif
