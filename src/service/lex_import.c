#include "service/lex_import.h"

#include "base/json.h"
#include "service/lex_parts.h"

#include <string.h>

enum { IDLE_DEFAULT = 300, INTENTS_MAX = 1000, UTTERANCES_MAX = 20000, BUILTIN_PREFIX = 7 };

static const double CONFIDENCE_DEFAULT = 0.4;

static void slot_type_read(lex_reader *r, const q_value *v, const char *at, q_slot_type *out)
{
    q_str strategy = lex__str(r, v, at, "valueSelectionStrategy", false);
    const q_value *values = lex__list(r, v, at, "enumerationValues", false);
    size_t i = 0;

    out->name = lex__name(r, v, at, "name");
    if (strategy.n && !q_str_is(strategy, "ORIGINAL_VALUE") &&
        !q_str_is(strategy, "TOP_RESOLUTION"))
        lex__problem(r, false,
                     "%s.valueSelectionStrategy: %.*s; ORIGINAL_VALUE or TOP_RESOLUTION is wanted",
                     at, Q_ARG(strategy));
    out->top_resolution = q_str_is(strategy, "TOP_RESOLUTION");
    if (q_value_str(v, Q_STR("parentSlotTypeSignature"), Q_STR("")).n)
        lex__problem(r, true,
                     "%s.parentSlotTypeSignature: types that extend another are not there yet", at);
    lex__none(r, v, at, "slotTypeConfigurations");
    out->values = lex__array(r, q_value_count(values), sizeof *out->values);
    for (const q_value *e = q_value_first(values); e && out->values; e = e->next, i++) {
        const char *here = lex__path(r, "%s.enumerationValues[%zu]", at, i);

        out->values[i].value = lex__str(r, e, here, "value", true);
        lex__strings(r, e, here, "synonyms", &out->values[i].synonyms,
                     &out->values[i].synonym_count);
    }
    out->value_count = out->values ? i : 0;
}

static const q_slot_type *slot_type_find(const q_bot *b, q_str name)
{
    for (size_t i = 0; i < b->slot_type_count; i++)
        if (q_str_eq(b->slot_types[i].name, name))
            return &b->slot_types[i];
    return NULL;
}

static void slot_kind_read(lex_reader *r, const q_value *v, const char *at, const q_bot *b,
                           q_slot *out)
{
    q_str type = lex__str(r, v, at, "slotType", true);

    if (!type.n)
        return;
    if (q_str_starts(type, Q_STR("AMAZON."))) {
        if (!q_slot_kind_of(q_str_sub(type, BUILTIN_PREFIX, type.n), &out->kind))
            lex__problem(r, true, "%s.slotType: the built-in type %.*s is not there yet", at,
                         Q_ARG(type));
        return;
    }
    out->kind = Q_SLOT_CUSTOM;
    out->type = slot_type_find(b, type);
    if (!out->type)
        lex__problem(r, false, "%s.slotType: unknown type %.*s", at, Q_ARG(type));
}

static void slot_read(lex_reader *r, const q_value *v, const char *at, const q_bot *b, q_slot *out)
{
    q_str constraint = lex__str(r, v, at, "slotConstraint", true);
    const q_value *prompt = q_value_get(v, Q_STR("valueElicitationPrompt"));

    out->name = lex__name(r, v, at, "name");
    out->required = q_str_is(constraint, "Required");
    if (constraint.n && !out->required && !q_str_is(constraint, "Optional"))
        lex__problem(r, false, "%s.slotConstraint: %.*s; Required or Optional is wanted", at,
                     Q_ARG(constraint));
    out->priority = (int)lex__int(r, v, at, "priority", 0, 100, 100);
    slot_kind_read(r, v, at, b, out);
    lex__none(r, v, at, "defaultValueSpec");
    if (prompt && prompt->kind != Q_VALUE_NULL)
        lex__prompt(r, prompt, lex__path(r, "%s.valueElicitationPrompt", at), &out->prompt);
    else if (out->required)
        lex__problem(r, false, "%s.valueElicitationPrompt: missing; a required slot needs one", at);
}

/* By priority; equal ones keep their order. */
static void slots_sort(q_slot *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        q_slot slot = v[i];
        size_t k = i;

        for (; k > 0 && v[k - 1].priority > slot.priority; k--)
            v[k] = v[k - 1];
        v[k] = slot;
    }
}

static void slots_read(lex_reader *r, const q_value *v, const char *at, const q_bot *b,
                       q_intent *out)
{
    const q_value *slots = lex__list(r, v, at, "slots", false);
    size_t i = 0;

    out->slots = lex__array(r, q_value_count(slots), sizeof *out->slots);
    for (const q_value *s = q_value_first(slots); s && out->slots; s = s->next, i++) {
        const char *here = lex__path(r, "%s.slots[%zu]", at, i);

        slot_read(r, s, here, b, &out->slots[i]);
        for (size_t k = 0; k < i; k++)
            if (q_str_eq(out->slots[k].name, out->slots[i].name))
                lex__problem(r, false, "%s.name: %.*s is there twice", here,
                             Q_ARG(out->slots[i].name));
    }
    out->slot_count = out->slots ? i : 0;
    slots_sort(out->slots, out->slot_count);
}

static void places_check(lex_reader *r, const q_intent *intent, const char *at, size_t u)
{
    q_str rest = intent->utterances[u], head, name;

    while (q_str_cut(rest, '{', &head, &rest)) {
        if (!q_str_cut(rest, '}', &name, &rest)) {
            lex__problem(r, false, "%s.sampleUtterances[%zu]: a { without its }", at, u);
            return;
        }
        if (!q_intent_slot(intent, name))
            lex__problem(r, false, "%s.sampleUtterances[%zu]: {%.*s} is no slot of the intent", at,
                         u, Q_ARG(name));
    }
}

static void kind_read(lex_reader *r, const q_value *v, const char *at, q_intent *out)
{
    static const char *const HELP[] = {"help", "help me", "what can I say", "what can you do"};
    static const char *const CANCEL[] = {"cancel", "never mind", "forget it", "cancel that"};
    static const char *const STOP[] = {"stop", "quit", "exit", "end the conversation"};
    q_str sign = q_value_str(v, Q_STR("parentIntentSignature"), Q_STR(""));

    if (!sign.n)
        return;
    if (q_str_is(sign, "AMAZON.FallbackIntent"))
        out->kind = Q_INTENT_FALLBACK;
    else if (q_str_is(sign, "AMAZON.HelpIntent"))
        lex__add_utterances(r, out, HELP, sizeof HELP / sizeof *HELP);
    else if (q_str_is(sign, "AMAZON.CancelIntent"))
        lex__add_utterances(r, out, CANCEL, sizeof CANCEL / sizeof *CANCEL);
    else if (q_str_is(sign, "AMAZON.StopIntent"))
        lex__add_utterances(r, out, STOP, sizeof STOP / sizeof *STOP);
    else
        lex__problem(r, true, "%s.parentIntentSignature: the built-in intent %.*s is not there yet",
                     at, Q_ARG(sign));
}

static void fulfillment_read(lex_reader *r, const q_value *v, const char *at, q_intent *out)
{
    const q_value *activity = lex__map(r, v, at, "fulfillmentActivity");
    const char *here = lex__path(r, "%s.fulfillmentActivity", at);
    q_str type;

    if (activity) {
        type = lex__str(r, activity, here, "type", true);
        out->fulfillment_hook = q_str_is(type, "CodeHook");
        if (type.n && !out->fulfillment_hook && !q_str_is(type, "ReturnIntent"))
            lex__problem(r, false, "%s.type: %.*s; CodeHook or ReturnIntent is wanted", here,
                         Q_ARG(type));
        if (out->fulfillment_hook)
            out->fulfillment_uri = lex__hook(r, activity, here, "codeHook", true);
    }
    out->dialog_uri = lex__hook(r, v, at, "dialogCodeHook", false);
    out->dialog_hook = out->dialog_uri.n > 0;
}

static void statements_read(lex_reader *r, const q_value *v, const char *at, q_intent *out)
{
    const q_value *confirm = lex__map(r, v, at, "confirmationPrompt");
    const q_value *follow = lex__map(r, v, at, "followUpPrompt");
    const char *here = lex__path(r, "%s.followUpPrompt", at);

    if (confirm) {
        out->confirms = true;
        lex__prompt(r, confirm, lex__path(r, "%s.confirmationPrompt", at), &out->confirmation);
    }
    lex__statement(r, v, at, "rejectionStatement", &out->rejection);
    lex__statement(r, v, at, "conclusionStatement", &out->conclusion);
    if (!follow)
        return;
    out->follows_up = true;
    if (lex__map(r, follow, here, "prompt"))
        lex__prompt(r, q_value_get(follow, Q_STR("prompt")), lex__path(r, "%s.prompt", here),
                    &out->follow_up);
    else
        lex__problem(r, false, "%s.prompt: missing", here);
    lex__statement(r, follow, here, "rejectionStatement", &out->follow_up_rejection);
}

static void intent_read(lex_reader *r, const q_value *v, const char *at, const q_bot *b,
                        q_intent *out)
{
    out->name = lex__name(r, v, at, "name");
    lex__strings(r, v, at, "sampleUtterances", &out->utterances, &out->utterance_count);
    slots_read(r, v, at, b, out);
    for (size_t u = 0; u < out->utterance_count; u++)
        places_check(r, out, at, u);
    kind_read(r, v, at, out);
    fulfillment_read(r, v, at, out);
    statements_read(r, v, at, out);
    lex__none(r, v, at, "inputContexts");
    lex__none(r, v, at, "outputContexts");
    lex__none(r, v, at, "kendraConfiguration");
}

static void intents_read(lex_reader *r, const q_value *v, q_bot *b)
{
    const q_value *intents = lex__list(r, v, "resource", "intents", true);
    size_t i = 0, utterances = 0;

    if (q_value_count(intents) > INTENTS_MAX) {
        lex__problem(r, false, "resource.intents: %zu intents; at most %d", q_value_count(intents),
                     (int)INTENTS_MAX);
        return;
    }
    b->intents = lex__array(r, q_value_count(intents), sizeof *b->intents);
    for (const q_value *e = q_value_first(intents); e && b->intents; e = e->next, i++) {
        const char *here = lex__path(r, "resource.intents[%zu]", i);

        intent_read(r, e, here, b, &b->intents[i]);
        utterances += b->intents[i].utterance_count;
        for (size_t k = 0; k < i; k++)
            if (q_str_eq(b->intents[k].name, b->intents[i].name))
                lex__problem(r, false, "%s.name: %.*s is there twice", here,
                             Q_ARG(b->intents[i].name));
    }
    b->intent_count = b->intents ? i : 0;
    if (utterances > UTTERANCES_MAX)
        lex__problem(r, false, "resource.intents: %zu utterances in all; at most %d", utterances,
                     (int)UTTERANCES_MAX);
}

static void slot_types_read(lex_reader *r, const q_value *v, q_bot *b)
{
    const q_value *types = lex__list(r, v, "resource", "slotTypes", false);
    size_t i = 0;

    b->slot_types = lex__array(r, q_value_count(types), sizeof *b->slot_types);
    for (const q_value *e = q_value_first(types); e && b->slot_types; e = e->next, i++)
        slot_type_read(r, e, lex__path(r, "resource.slotTypes[%zu]", i), &b->slot_types[i]);
    b->slot_type_count = b->slot_types ? i : 0;
}

static void bot_read(lex_reader *r, const q_value *v, q_bot *b)
{
    const q_value *clarify = lex__map(r, v, "resource", "clarificationPrompt");

    b->name = lex__name(r, v, "resource", "name");
    b->version = q_value_str(v, Q_STR("version"), Q_STR("$LATEST"));
    b->locale = q_value_str(v, Q_STR("locale"), Q_STR("en-US"));
    if (!q_str_starts(b->locale, Q_STR("en-")))
        lex__problem(r, true,
                     "resource.locale: %.*s is not there yet; en-US, en-GB, en-AU and en-IN are",
                     Q_ARG(b->locale));
    if (q_value_bool(v, Q_STR("detectSentiment"), false))
        lex__problem(r, true,
                     "resource.detectSentiment: sentiment is not there yet; set it to false");
    b->idle_ttl_seconds =
        (int)lex__int(r, v, "resource", "idleSessionTTLInSeconds", 60, 86400, IDLE_DEFAULT);
    b->confidence = q_value_double(v, Q_STR("nluIntentConfidenceThreshold"), CONFIDENCE_DEFAULT);
    if (!(b->confidence >= 0 && b->confidence <= 1))
        lex__problem(r, false, "resource.nluIntentConfidenceThreshold: %g; 0 to 1 is wanted",
                     b->confidence);
    if (clarify)
        lex__prompt(r, clarify, "resource.clarificationPrompt", &b->clarification);
    lex__statement(r, v, "resource", "abortStatement", &b->abort);
    slot_types_read(r, v, b);
    intents_read(r, v, b);
}

q_code q_lex_import(q_str json, q_arena *a, q_bot **out, q_err *err)
{
    lex_reader r = {.arena = a};
    const q_value *resource;
    q_bot *b = q_arena_alloc(a, sizeof *b);
    q_value *v;
    q_code rc;

    if (!b)
        return q_err_nomem(err);
    rc = q_json_parse(a, json, &v, err);
    if (rc)
        return rc;
    if (v->kind != Q_VALUE_MAP)
        return q_err_set(err, Q_INVALID, "a bot's file is a JSON object with a resource");
    resource = q_value_get(v, Q_STR("resource"));
    if (!resource || resource->kind != Q_VALUE_MAP)
        return q_err_set(err, Q_INVALID, "resource: %s",
                         resource ? "an object is wanted" : "missing");
    bot_read(&r, resource, b);
    rc = lex__result(&r, err);
    if (!rc)
        *out = b;
    return rc;
}
