/* language/models.h - the trained models that ship, opened once and shared by all threads.
 *
 * Each model is checked and made ready at its first use, so an idle server
 * pays nothing. Any thread may use them.
 */
#ifndef Q_LANGUAGE_MODELS_H
#define Q_LANGUAGE_MODELS_H

#include "base/str.h"

typedef struct q_language q_language;

/* Fails with Q_NOMEM. */
Q_MUST_USE q_code q_language_open(q_language **out, q_err *err);
void q_language_free(q_language *l); /* NULL is fine */

#endif
