/* language/gazetteer.h - well-known names: places, organizations, people. */
#ifndef Q_LANGUAGE_GAZETTEER_H
#define Q_LANGUAGE_GAZETTEER_H

#include "language/token.h"

/* The kinds of the longest well-known name that starts at token i, as letters
 * (L place, O organization, N nationality, E event, P product, T personal
 * title, G given name), and its length in *tokens; "" and 0 without one.
 * Names written in small letters count too: the caller looks at capitals.
 */
const char *q_gazetteer_at(const q_tokens *t, size_t i, size_t *tokens);

/* The same for one word in small letters. */
const char *q_gazetteer_word(q_str lower);

#endif
