/* Intents and slots of a V2 export (lex_v2_parts.h). */
#include "service/lex_import_v2_parts.h"

static q_str text(const q_value *v, const char *name)
{
    return q_value_str(v, q_str_of(name), Q_STR(""));
}

/* ---- slots --------------------------------------------------------------- */

/* V2 names some types otherwise. */
static q_str type_name(v2_reader *r, q_str type, const char *at)
{
    static const char *const names[][2] = {
        {"AMAZON.Number", "AMAZON.NUMBER"},  {"AMAZON.Date", "AMAZON.DATE"},
        {"AMAZON.Time", "AMAZON.TIME"},      {"AMAZON.Duration", "AMAZON.DURATION"},
        {"AMAZON.State", "AMAZON.US_STATE"}, {"AMAZON.FreeFormInput", "AMAZON.SearchQuery"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (q_str_is(type, names[i][0])) {
            if (q_str_is(type, "AMAZON.FreeFormInput"))
                v2__warn(r, "%s: %s becomes %s", at, names[i][0], names[i][1]);
            return q_str_of(names[i][1]);
        }
    return type;
}

static void utterances_write(const q_value *list, q_value *to)
{
    q_value *out = q_map_list(to, Q_STR("sampleUtterances"));

    for (const q_value *u = q_value_first(list); u; u = u->next)
        q_list_str(out, text(u, "utterance"));
}

static bool active(const q_value *v)
{
    return v && v->kind == Q_VALUE_MAP &&
           q_value_bool(v, Q_STR("isActive"), q_value_bool(v, Q_STR("active"), true));
}

static void slot_type_write(v2_reader *r, const q_value *file, const char *at, q_value *to)
{
    q_str type = type_name(r, text(file, "slotTypeName"), at);

    q_map_str(to, Q_STR("slotType"), type);
    if (type.n && !q_str_starts(type, Q_STR("AMAZON.")))
        q_map_str(to, Q_STR("slotTypeVersion"), Q_STR("$LATEST"));
}

static void defaults_write(const q_value *spec, q_value *to)
{
    const q_value *list = q_value_get(spec, Q_STR("defaultValueList"));

    if (q_value_count(list))
        q_map_copy(q_map_map(to, Q_STR("defaultValueSpec")), Q_STR("defaultValueList"), list);
}

void v2__slot(v2_reader *r, const q_value *file, const char *at, int64_t priority, q_value *to)
{
    const q_value *setting =
        v2__either(file, "slotValueElicitationSetting", "valueElicitationSetting");
    const q_value *constraint = v2__either(file, "slotConstraint", "slotConstraint");
    q_str hiding = text(v2__either(file, "obfuscationSetting", "obfuscationSetting"),
                        "obfuscationSettingType");

    if (v2__either(file, "subSlotSetting", "subSlotSetting"))
        lex__problem(&r->problems, true, "%s: composite slots are not there", at);
    if (q_value_bool(q_value_get(file, Q_STR("multipleValuesSetting")),
                     Q_STR("allowMultipleValues"), false))
        v2__warn(r, "%s: several values; the first one is taken", at);
    if (active(q_value_get(setting, Q_STR("waitAndContinueSpecification"))))
        v2__warn(r, "%s: waiting for the user to go on is left out", at);
    q_map_copy(to, Q_STR("name"), v2__either(file, "name", "slotName"));
    q_map_copy(to, Q_STR("description"), q_value_get(file, Q_STR("description")));
    if (!constraint)
        constraint = q_value_get(setting, Q_STR("slotConstraint"));
    q_map_str(to, Q_STR("slotConstraint"),
              constraint && constraint->kind == Q_VALUE_STRING ? constraint->s : Q_STR("Optional"));
    slot_type_write(r, file, at, to);
    q_map_int(to, Q_STR("priority"), priority);
    v2__prompt(r, q_value_get(setting, Q_STR("promptSpecification")), at, to,
               "valueElicitationPrompt");
    utterances_write(v2__either(setting, "sampleUtterances", "sampleValueElicitingUtterances"), to);
    defaults_write(v2__either(file, "defaultValueSpec", "defaultValueSpecification"), to);
    if (!v2__either(file, "defaultValueSpec", "defaultValueSpecification"))
        defaults_write(q_value_get(setting, Q_STR("defaultValueSpecification")), to);
    q_map_str(to, Q_STR("obfuscationSetting"),
              q_str_is_nocase(hiding, "DefaultObfuscation") ||
                      q_str_is(hiding, "DEFAULT_OBFUSCATION")
                  ? Q_STR("DEFAULT_OBFUSCATION")
                  : Q_STR("NONE"));
}

/* ---- intents ------------------------------------------------------------- */

static bool hooked(const q_value *hook)
{
    return hook && hook->kind == Q_VALUE_MAP && q_value_bool(hook, Q_STR("enabled"), false) &&
           active(hook);
}

static void hook_write(v2_reader *r, q_value *to, const char *name)
{
    q_value *hook = q_map_map(to, q_str_of(name));

    q_map_str(hook, Q_STR("uri"), r->function);
    q_map_str(hook, Q_STR("messageVersion"), Q_STR("2.0"));
}

static void hooks_write(v2_reader *r, const q_value *file, const char *at, q_value *to)
{
    bool fulfills = hooked(q_value_get(file, Q_STR("fulfillmentCodeHook")));
    bool asks = hooked(q_value_get(file, Q_STR("dialogCodeHook")));
    q_value *activity = q_map_map(to, Q_STR("fulfillmentActivity"));

    q_map_str(activity, Q_STR("type"), fulfills ? Q_STR("CodeHook") : Q_STR("ReturnIntent"));
    if (fulfills)
        hook_write(r, activity, "codeHook");
    if (asks)
        hook_write(r, to, "dialogCodeHook");
    if (fulfills || asks)
        v2__warn(r,
                 "%s: calls the function %.*s, with events of Lex V2; an export of V2 names none",
                 at, Q_ARG(r->function));
}

static void confirmation_write(v2_reader *r, const q_value *file, const char *at, q_value *to)
{
    const q_value *setting = q_value_get(file, Q_STR("intentConfirmationSetting"));
    const q_value *no = q_value_get(setting, Q_STR("declinationResponse"));

    if (!active(setting) ||
        !v2__prompt(r, v2__either(setting, "promptSpecification", "confirmationPrompt"), at, to,
                    "confirmationPrompt"))
        return;
    if (q_value_count(v2__either(no, "messageGroupsList", "messageGroupList")))
        v2__statement(r, no, at, q_map_map(to, Q_STR("rejectionStatement")));
}

static void left_out(v2_reader *r, const q_value *file, const char *at)
{
    static const char *const conditions[] = {"confirmationConditional", "declinationConditional",
                                             "failureConditional", "conditional"};
    const q_value *confirm = q_value_get(file, Q_STR("intentConfirmationSetting"));
    const q_value *first = q_value_get(file, Q_STR("initialResponseSetting"));

    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        if (active(q_value_get(confirm, q_str_of(conditions[i]))) ||
            active(q_value_get(first, q_str_of(conditions[i]))))
            v2__warn(r, "%s: %s is left out; a function may branch", at, conditions[i]);
    if (q_value_count(v2__either(q_value_get(first, Q_STR("initialResponse")), "messageGroupsList",
                                 "messageGroupList")))
        v2__warn(r, "%s: initialResponse is left out", at);
    if (v2__either(file, "kendraConfiguration", "qnAIntentConfiguration") ||
        v2__either(file, "qInConnectIntentConfiguration", "bedrockAgentIntentConfiguration"))
        lex__problem(&r->problems, true,
                     "%s: intents that are answered by another service are not there", at);
}

void v2__intent(v2_reader *r, const q_value *file, const char *at, q_value *to)
{
    static const char *const same[] = {"description", "parentIntentSignature", "inputContexts",
                                       "outputContexts"};
    const q_value *closing = q_value_get(file, Q_STR("intentClosingSetting"));
    const q_value *said = q_value_get(closing, Q_STR("closingResponse"));

    q_map_copy(to, Q_STR("name"), v2__either(file, "name", "intentName"));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        q_map_copy(to, q_str_of(same[i]), q_value_get(file, q_str_of(same[i])));
    utterances_write(q_value_get(file, Q_STR("sampleUtterances")), to);
    hooks_write(r, file, at, to);
    confirmation_write(r, file, at, to);
    if (active(closing) && q_value_count(v2__either(said, "messageGroupsList", "messageGroupList")))
        v2__statement(r, said, at, q_map_map(to, Q_STR("conclusionStatement")));
    left_out(r, file, at);
}
