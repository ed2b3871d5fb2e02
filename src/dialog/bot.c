#include "dialog/bot.h"

const q_intent *q_bot_intent(const q_bot *b, q_str name)
{
    for (size_t i = 0; i < b->intent_count; i++)
        if (q_str_eq(b->intents[i].name, name))
            return &b->intents[i];
    return NULL;
}

size_t q_intent_slot_index(const q_intent *i, q_str name)
{
    for (size_t s = 0; s < i->slot_count; s++)
        if (q_str_eq(i->slots[s].name, name))
            return s;
    return SIZE_MAX;
}

const q_slot *q_intent_slot(const q_intent *i, q_str name)
{
    size_t s = q_intent_slot_index(i, name);

    return s == SIZE_MAX ? NULL : &i->slots[s];
}
