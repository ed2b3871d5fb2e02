/* Written by script/train-expense. */
#ifndef Q_DOCUMENT_EXPENSE_SURE_MODEL_H
#define Q_DOCUMENT_EXPENSE_SURE_MODEL_H

#include "document/expense_sure.h"

/* clang-format off */
/* Of 1, the score, and how surely it was read. */
static const double sure_weights[SURE_GROUPS][SURE_SIGNS] = {
    [SURE_TAGGED_NAME] = {-1.463, 3.550, -0.018},
    [SURE_TAGGED_ADDRESS] = {-0.936, 1.601, 1.106},
    [SURE_PARTY] = {0.808, 1.706, 0.807},
    [SURE_SUM] = {-1.154, 4.304, -1.497},
    [SURE_DATE] = {1.920, 1.080, 1.891},
    [SURE_OTHER] = {1.034, 1.747, 1.034},
};
/* clang-format on */

#endif
