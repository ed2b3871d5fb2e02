/* GetBuiltinIntent, GetBuiltinIntents, GetBuiltinSlotTypes: what this server has built in, of what
 * the API documents.
 */
#include "service/lex_models.h"

#include "dialog/bot.h"

#include <stdlib.h>
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

/* The types that the API documents: nobody else's may have their names. */
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

/* Those that the request asks for, a page of them. The names stand in their order. */
static q_code list(q_call *call, const char *member, const char *const *names)
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

        if ((part.n && q_str_find(signature, part) == SIZE_MAX) ||
            q_str_cmp(signature, page.after) <= 0)
            continue;
        if (n++ == page.limit)
            return lex__page_end(call, last);
        map = q_list_map(out);
        q_map_str(map, Q_STR("signature"), signature);
        locales_write(map);
        last = signature;
    }
    return q_value_ok(call->out, &call->err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All that a slot may have, each by one name. */
static q_code slot_type_names(q_call *call, const char *const **out)
{
    static const char *const twins[] = {"ALPHANUMERIC", "EMAIL_ADDRESS", "PERCENTAGE",
                                        "PHONE_NUMBER", NULL};
    size_t count = 0, n = 0;
    const char **names;

    while (q_slot_kind_name(count))
        count++;
    names = q_arena_array(call->arena, count + 1, sizeof *names);
    if (!names)
        return q_err_nomem(&call->err);
    for (size_t i = 0; i < count; i++) {
        const char *const *t = twins;

        while (*t && strcmp(*t, q_slot_kind_name(i)) != 0)
            t++;
        if (!*t)
            names[n++] = q_slot_kind_name(i);
    }
    names[n] = NULL;
    qsort(names, n, sizeof *names, by_name);
    *out = names;
    return Q_OK;
}

q_code lex__get_builtin_intents(q_call *call)
{
    return list(call, "intents", intents);
}

q_code lex__get_builtin_slot_types(q_call *call)
{
    const char *const *names = NULL;
    q_code rc = slot_type_names(call, &names);

    return rc ? rc : list(call, "slotTypes", names);
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
