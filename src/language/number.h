/* language/number.h - numbers in digits and in English words. */
#ifndef Q_LANGUAGE_NUMBER_H
#define Q_LANGUAGE_NUMBER_H

#include "language/token.h"

typedef struct q_number {
    double value;
    size_t tokens; /* how many it took; 0: no number here */
    bool digits;   /* written in digits, perhaps with a word behind: "2.5 million" */
    bool plain;    /* digits only: no point, comma, or word */
    bool ordinal;  /* "third", "3rd" */
} q_number;

/* The number that starts at token i: "2,100.00", "1.500,00", "twenty-five",
 * "two hundred and six", "3 million", "3rd", "third". No sign.
 */
q_number q_number_at(const q_tokens *t, size_t i);

/* The value of digits with points and commas, told apart by their places. */
double q_number_value(q_str digits);

#endif
