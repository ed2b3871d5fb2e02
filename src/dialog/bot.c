#include "dialog/bot.h"

bool q_slot_kind_of(q_str name, q_slot_kind *out)
{
    static const struct {
        const char *name;
        q_slot_kind kind;
    } KINDS[] = {
        {"NUMBER", Q_SLOT_NUMBER},
        {"DATE", Q_SLOT_DATE},
        {"TIME", Q_SLOT_TIME},
        {"AlphaNumeric", Q_SLOT_ALPHANUMERIC},
        {"ALPHANUMERIC", Q_SLOT_ALPHANUMERIC},
        {"EmailAddress", Q_SLOT_EMAIL},
        {"EMAIL_ADDRESS", Q_SLOT_EMAIL},
        {"PhoneNumber", Q_SLOT_PHONE},
        {"PHONE_NUMBER", Q_SLOT_PHONE},
        {"Percentage", Q_SLOT_PERCENTAGE},
        {"PERCENTAGE", Q_SLOT_PERCENTAGE},
        {"FirstName", Q_SLOT_FIRST_NAME},
        {"US_FIRST_NAME", Q_SLOT_FIRST_NAME},
        {"LastName", Q_SLOT_LAST_NAME},
        {"US_LAST_NAME", Q_SLOT_LAST_NAME},
        {"City", Q_SLOT_CITY},
        {"US_CITY", Q_SLOT_CITY},
        {"EUROPE_CITY", Q_SLOT_CITY},
        {"Country", Q_SLOT_COUNTRY},
        {"US_STATE", Q_SLOT_STATE},
        {"SearchQuery", Q_SLOT_SEARCH_QUERY},
    };

    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        if (q_str_is(name, KINDS[i].name)) {
            *out = KINDS[i].kind;
            return true;
        }
    }
    return false;
}

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
