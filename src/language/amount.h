/* language/amount.h - words of dates and amounts. */
#ifndef LANGUAGE_AMOUNT_H
#define LANGUAGE_AMOUNT_H

#include "language/token.h"

/* Label 0 is neither; then what starts and goes on with a date, then with an amount. */
enum { AMOUNT_LABELS = 5, AMOUNT_BITS = 20 };

extern const char *const amount_months[12];
extern const char *const amount_days[7];

bool amount__unit(const q_token *t); /* of measure or money */

#endif
