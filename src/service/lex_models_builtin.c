/* GetBuiltinIntent, GetBuiltinIntents, GetBuiltinSlotTypes: what this server has built in, of what
 * the API documents.
 */
#include "service/lex_models.h"

#include "dialog/bot.h"

#include <string.h>

#define PREFIX "AMAZON."
enum { PREFIX_BYTES = 7 };

/* Behind the prefix; in the order of lists. */
static const char *const intents[] = {
    "CancelIntent", "FallbackIntent",  "HelpIntent", "NoIntent",  "PauseIntent", "RepeatIntent",
    "ResumeIntent", "StartOverIntent", "StopIntent", "YesIntent", NULL,
};

/* The names are taken, though nothing answers to them here. */
static const char *const other_intents[] = {"KendraSearchIntent", NULL};

static const char *const slot_types[] = {
    "Airport",      "AlphaNumeric", "City",      "Country",     "DATE",          "DURATION",
    "EmailAddress", "EUROPE_CITY",  "FirstName", "GB_CITY",     "GB_FIRST_NAME", "LastName",
    "NUMBER",       "Percentage",   "Person",    "PhoneNumber", "SearchQuery",   "SpeedUnit",
    "State",        "StreetName",   "TIME",      "US_CITY",     "US_FIRST_NAME", "US_LAST_NAME",
    "US_STATE",     "WeightUnit",   NULL,
};

static const char *const locales[] = {"en-AU", "en-GB", "en-IN", "en-US", NULL};

static bool listed(const char *const *list, q_str name)
{
    for (; *list; list++)
        if (q_str_is_nocase(name, *list))
            return true;
    return false;
}

static q_str bare(q_str name)
{
    return q_str_starts(name, Q_STR(PREFIX)) ? q_str_sub(name, PREFIX_BYTES, name.n) : name;
}

bool lex__builtin_intent(q_str name)
{
    return listed(intents, bare(name)) || listed(other_intents, bare(name));
}

bool lex__builtin_slot_type(q_str name)
{
    return listed(slot_types, bare(name));
}

static void locales_write(q_value *map)
{
    q_value *list = q_map_list(map, Q_STR("supportedLocales"));

    for (const char *const *l = locales; *l; l++)
        q_list_str(list, q_str_of(*l));
}

static bool slot_type_there(const char *name)
{
    q_slot_kind kind;

    return q_slot_kind_of(q_str_of(name), &kind);
}

/* Those that the request asks for, a page of them. */
static q_code list(q_call *call, const char *member, const char *const *names,
                   bool (*there)(const char *name))
{
    q_str part = lex__in(call, "signatureContains"), locale = lex__in(call, "locale");
    q_value *out = q_map_list(call->out, q_str_of(member));
    size_t n = 0;
    q_str last = Q_STR("");
    lex_page page;
    q_code rc = lex__page(call, &page);

    if (rc)
        return rc;
    if (locale.n && !listed(locales, locale))
        return q_value_ok(call->out, &call->err);
    for (; *names; names++) {
        q_str signature = q_str_printf(call->arena, PREFIX "%s", *names);
        q_value *map;

        if ((there && !there(*names)) || (part.n && q_str_find(signature, part) == SIZE_MAX))
            continue;
        if (page.after.n) { /* up to the one that was last */
            if (q_str_eq(signature, page.after))
                page.after.n = 0;
            continue;
        }
        if (n++ == page.limit)
            return lex__page_end(call, last);
        map = q_list_map(out);
        q_map_str(map, Q_STR("signature"), signature);
        locales_write(map);
        last = signature;
    }
    return q_value_ok(call->out, &call->err);
}

q_code lex__get_builtin_intents(q_call *call)
{
    return list(call, "intents", intents, NULL);
}

q_code lex__get_builtin_slot_types(q_call *call)
{
    return list(call, "slotTypes", slot_types, slot_type_there);
}

q_code lex__get_builtin_intent(q_call *call)
{
    q_str signature = lex__in(call, "signature");
    bool found = q_str_starts(signature, Q_STR(PREFIX));

    if (found) {
        found = false;
        for (const char *const *i = intents; *i && !found; i++)
            found = q_str_is(bare(signature), *i);
    }
    if (!found)
        return q_call_fail(call, "NotFoundException",
                           "%.*s is not built in; GetBuiltinIntents lists what is",
                           Q_ARG(q_str_sub(signature, 0, 120)));
    q_map_str(call->out, Q_STR("signature"), signature);
    locales_write(call->out);
    q_map_list(call->out, Q_STR("slots"));
    return q_value_ok(call->out, &call->err);
}
