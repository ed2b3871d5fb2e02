#include "service/lex_import.h"

#include "base/json.h"
#include "service/lex_check.h"
#include "service/lex_import_slot.h"
#include "service/lex_parts.h"

#include <string.h>

enum { TURNS_MAX = 20, TURNS_USUAL = 5, SECONDS_USUAL = 90 }; /* of contexts */
enum { IDLE_DEFAULT = 300, INTENTS_MAX = 1000, UTTERANCES_MAX = 20000 };

static const double CONFIDENCE_DEFAULT = 0.4;

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

/* A built-in intent is understood by utterances of its own, or by those here. */
static void kind_read(lex_reader *r, const q_value *v, const char *at, q_intent *out)
{
    static const char *const PAUSE[] = {"pause", "pause that", "wait a moment", "hold on"};
    static const char *const RESUME[] = {"resume", "continue", "keep going", "go on"};
    static const char *const START_OVER[] = {"start over", "restart", "begin again",
                                             "start from the beginning"};
    static const struct {
        const char *name;
        q_intent_kind kind;
        const char *const *utterances;
        size_t count;
    } KINDS[] = {
        {"AMAZON.FallbackIntent", Q_INTENT_FALLBACK, NULL, 0},
        {"AMAZON.HelpIntent", Q_INTENT_HELP, NULL, 0},
        {"AMAZON.CancelIntent", Q_INTENT_CANCEL, NULL, 0},
        {"AMAZON.StopIntent", Q_INTENT_STOP, NULL, 0},
        {"AMAZON.YesIntent", Q_INTENT_YES, NULL, 0},
        {"AMAZON.NoIntent", Q_INTENT_NO, NULL, 0},
        {"AMAZON.RepeatIntent", Q_INTENT_REPEAT, NULL, 0},
        {"AMAZON.PauseIntent", Q_INTENT_OWN, PAUSE, 4},
        {"AMAZON.ResumeIntent", Q_INTENT_OWN, RESUME, 4},
        {"AMAZON.StartOverIntent", Q_INTENT_OWN, START_OVER, 4},
    };
    q_str sign = q_value_str(v, Q_STR("parentIntentSignature"), Q_STR(""));
    size_t i = 0;

    if (!sign.n)
        return;
    while (i < sizeof KINDS / sizeof *KINDS && !q_str_is(sign, KINDS[i].name))
        i++;
    if (i == sizeof KINDS / sizeof *KINDS) {
        lex__problem(r, true, "%s.parentIntentSignature: the built-in intent %.*s is not there yet",
                     at, Q_ARG(sign));
        return;
    }
    out->kind = KINDS[i].kind;
    if (KINDS[i].count)
        lex__add_utterances(r, out, KINDS[i].utterances, KINDS[i].count);
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
            out->fulfillment_uri = lex__hook(r, activity, here, "codeHook", true, &out->speaks_v2);
    }
    out->dialog_uri = lex__hook(r, v, at, "dialogCodeHook", false, &out->speaks_v2);
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

static void inputs_read(lex_reader *r, const q_value *v, const char *at, q_intent *out)
{
    const q_value *list = lex__list(r, v, at, "inputContexts", false);
    size_t i = 0;

    out->input_contexts = lex__array(r, q_value_count(list), sizeof *out->input_contexts);
    for (const q_value *e = q_value_first(list); e && out->input_contexts; e = e->next)
        out->input_contexts[i] =
            lex__name(r, e, lex__path(r, "%s.inputContexts[%zu]", at, i), "name"),
        i++;
    out->input_context_count = out->input_contexts ? i : 0;
}

static void outputs_read(lex_reader *r, const q_value *v, const char *at, q_intent *out)
{
    const q_value *list = lex__list(r, v, at, "outputContexts", false);
    size_t i = 0;

    out->output_contexts = lex__array(r, q_value_count(list), sizeof *out->output_contexts);
    for (const q_value *e = q_value_first(list); e && out->output_contexts; e = e->next, i++) {
        const char *here = lex__path(r, "%s.outputContexts[%zu]", at, i);

        out->output_contexts[i] = (q_output_context){
            .name = lex__name(r, e, here, "name"),
            .turns = (int)lex__int(r, e, here, "turnsToLive", 1, TURNS_MAX, TURNS_USUAL),
            .seconds = (int)lex__int(r, e, here, "timeToLiveInSeconds", 5, 86400, SECONDS_USUAL)};
    }
    out->output_context_count = out->output_contexts ? i : 0;
}

static void intent_read(lex_reader *r, const q_value *v, const char *at, const q_bot *b,
                        q_intent *out)
{
    out->name = lex__name(r, v, at, "name");
    lex__strings(r, v, at, "sampleUtterances", &out->utterances, &out->utterance_count);
    lex__slots_read(r, v, at, b, out);
    for (size_t u = 0; u < out->utterance_count; u++)
        places_check(r, out, at, u);
    kind_read(r, v, at, out);
    fulfillment_read(r, v, at, out);
    statements_read(r, v, at, out);
    inputs_read(r, v, at, out);
    outputs_read(r, v, at, out);
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
    b->detect_sentiment = q_value_bool(v, Q_STR("detectSentiment"), false);
    b->child_directed = q_value_bool(v, Q_STR("childDirected"), false);
    b->idle_ttl_seconds =
        (int)lex__int(r, v, "resource", "idleSessionTTLInSeconds", 60, 86400, IDLE_DEFAULT);
    b->confidence = q_value_double(v, Q_STR("nluIntentConfidenceThreshold"), CONFIDENCE_DEFAULT);
    if (!(b->confidence >= 0 && b->confidence <= 1))
        lex__problem(r, false, "resource.nluIntentConfidenceThreshold: %g; 0 to 1 is wanted",
                     b->confidence);
    if (clarify)
        lex__prompt(r, clarify, "resource.clarificationPrompt", &b->clarification);
    lex__statement(r, v, "resource", "abortStatement", &b->abort);
    lex__slot_types_read(r, v, b);
    intents_read(r, v, b);
    lex__clashes_check(r, b);
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
