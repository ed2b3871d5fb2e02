#include "dialog/session.h"

static const char *const NAMES[] = {"ElicitIntent", "ConfirmIntent",       "ElicitSlot",
                                    "Fulfilled",    "ReadyForFulfillment", "Failed"};

const char *q_dialog_state_name(q_dialog_state s)
{
    return NAMES[s];
}

bool q_dialog_state_of(q_str name, q_dialog_state *out)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (q_str_is(name, NAMES[i])) {
            *out = (q_dialog_state)i;
            return true;
        }
    }
    return false;
}
