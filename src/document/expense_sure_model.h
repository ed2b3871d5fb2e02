/* Written by script/train-expense. */
#ifndef Q_DOCUMENT_EXPENSE_SURE_MODEL_H
#define Q_DOCUMENT_EXPENSE_SURE_MODEL_H

#include "document/expense_sure.h"

/* clang-format off */
/* Of 1, the score, and how surely it was read. */
static const double sure_weights[SURE_GROUPS][SURE_SIGNS] = {
    [SURE_TAGGED_NAME] = {-1.154, 4.042, -0.588},
    [SURE_TAGGED_ADDRESS] = {-1.099, 1.979, 0.957},
    [SURE_PARTY] = {0.811, 1.712, 0.808},
    [SURE_SUM] = {-0.628, 3.957, -1.667},
    [SURE_DATE] = {1.950, 1.084, 1.879},
    [SURE_OTHER] = {1.034, 1.747, 1.034},
};
/* clang-format on */

#endif
