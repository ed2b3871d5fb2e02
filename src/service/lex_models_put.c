/* PutSlotType, PutIntent: what they may hold beyond what their shapes say, and writing them. */
#include "service/lex_models.h"

#include "base/json.h"
#include "dialog/bot.h"

#include <string.h>

static q_code bad(q_call *call, const char *what, const char *why)
{
    return q_call_fail(call, "BadRequestException", "%s %s", what, why);
}

/* ---- writing ------------------------------------------------------------ */

static q_code write(q_catalog *c, void *arg, q_err *err)
{
    lex_writing *w = arg;
    q_call *call = w->call;
    lex_put put = {.kind = w->kind,
                   .name = w->name,
                   .members = w->members,
                   .now_ms = call->now_ms,
                   .status = w->status,
                   .reason = w->reason};
    const q_value *checksum = q_value_get(call->in, Q_STR("checksum"));
    lex_part version = {.body = NULL};
    q_code rc = Q_OK;

    if (checksum)
        put.checksum = checksum->s;
    if (w->before)
        rc = w->before(c, w, err);
    if (!rc)
        rc = lex__put(c, &put, call->arena, &w->written, err);
    if (!rc && w->after)
        rc = w->after(c, w, err);
    if (!rc && q_value_bool(call->in, Q_STR("createVersion"), false))
        rc = lex__version_make(c, call, &w->written, &version, err);
    return rc;
}

q_code lex__write_quietly(lex_writing *w)
{
    q_call *call = w->call;
    q_app *app = call->app;
    q_code rc;

    if (!w->members)
        w->members = call->in;
    if (!w->name.n)
        w->name = lex__in(call, "name");
    rc = q_catalog_transact(app->catalog, write, w, &call->err);
    return rc ? lex__fail(call, rc) : Q_OK;
}

q_code lex__write(lex_writing *w)
{
    q_call *call = w->call;
    q_code rc = lex__write_quietly(w);

    if (rc)
        return rc;
    lex__describe(call, call->out, &w->written);
    q_map_bool(call->out, Q_STR("createVersion"),
               q_value_bool(call->in, Q_STR("createVersion"), false));
    return q_value_ok(call->out, &call->err);
}

q_code lex__used_check(q_catalog *c, lex_writing *w, q_err *err)
{
    q_arena *a = w->call->arena;
    q_definition_ref *used = NULL;
    size_t count = 0;
    q_code rc = lex__uses(w->kind, w->members, a, &used, &count, err);

    for (size_t i = 0; i < count && !rc; i++) {
        q_definition d;

        rc = q_definition_get(c, used[i], a, &d, err);
        if (rc == Q_NOTFOUND)
            rc = q_err_set(err, Q_INVALID, "there is no %s %.*s of version %.*s; put it first",
                           lex__kind(used[i].kind)->noun, Q_ARG(used[i].name),
                           Q_ARG(lex__version_name(a, used[i].version)));
    }
    return rc;
}

/* ---- slot types --------------------------------------------------------- */

static q_code slot_type_check(q_call *call)
{
    q_str name = lex__in(call, "name"), parent = lex__in(call, "parentSlotTypeSignature");
    const q_value *values = q_value_get(call->in, Q_STR("enumerationValues"));
    const q_value *configurations = q_value_get(call->in, Q_STR("slotTypeConfigurations"));

    if (lex__builtin_slot_type(name))
        return q_call_fail(call, "BadRequestException",
                           "name is %.*s, which AMAZON.%.*s has taken; choose another", Q_ARG(name),
                           Q_ARG(name));
    if (parent.n && !q_str_is(parent, "AMAZON.AlphaNumeric"))
        return q_call_fail(call, "BadRequestException",
                           "parentSlotTypeSignature is %.*s; only AMAZON.AlphaNumeric can be "
                           "extended",
                           Q_ARG(parent));
    if (!parent.n && q_value_count(configurations))
        return bad(call, "slotTypeConfigurations",
                   "is for a type with parentSlotTypeSignature AMAZON.AlphaNumeric");
    if (parent.n && q_value_count(values))
        return bad(call, "enumerationValues", "is not for a type that extends another");
    if (!parent.n && !q_value_count(values))
        return bad(call, "enumerationValues",
                   "is empty; a slot type without a regular expression needs values");
    return Q_OK;
}

q_code lex__put_slot_type(q_call *call)
{
    lex_writing w = {.call = call, .kind = LEX_SLOT_TYPE};
    q_value *members = q_value_map(call->arena);
    q_code rc = slot_type_check(call);

    if (rc)
        return rc;
    for (const q_value *v = q_value_first(call->in); v; v = v->next)
        q_map_copy(members, v->key, v);
    if (!lex__in(call, "valueSelectionStrategy").n)
        q_map_str(members, Q_STR("valueSelectionStrategy"), Q_STR("ORIGINAL_VALUE"));
    w.members = members;
    rc = q_value_ok(members, &call->err);
    return rc ? rc : lex__write(&w);
}

/* ---- intents ------------------------------------------------------------ */

static q_code slots_check(q_call *call)
{
    const q_value *slots = q_value_get(call->in, Q_STR("slots"));

    for (const q_value *v = q_value_first(slots); v; v = v->next) {
        q_str name = q_value_str(v, Q_STR("name"), Q_STR(""));
        q_str type = q_value_str(v, Q_STR("slotType"), Q_STR(""));

        for (const q_value *w = q_value_first(slots); w != v; w = w->next)
            if (q_str_eq(q_value_str(w, Q_STR("name"), Q_STR("")), name))
                return q_call_fail(call, "BadRequestException", "slots has %.*s twice",
                                   Q_ARG(name));
        if (!type.n)
            return q_call_fail(call, "BadRequestException", "slotType of slot %.*s is missing",
                               Q_ARG(name));
        if (q_str_is(q_value_str(v, Q_STR("slotConstraint"), Q_STR("")), "Required") &&
            !q_value_get(v, Q_STR("valueElicitationPrompt")))
            return q_call_fail(call, "BadRequestException",
                               "valueElicitationPrompt of slot %.*s is missing; a required slot "
                               "needs one",
                               Q_ARG(name));
    }
    return Q_OK;
}

static q_code parent_check(q_call *call)
{
    q_str parent = lex__in(call, "parentIntentSignature");

    if (q_str_is(parent, "AMAZON.KendraSearchIntent") ||
        q_value_get(call->in, Q_STR("kendraConfiguration")))
        return q_call_fail(call, "BadRequestException",
                           "AMAZON.KendraSearchIntent needs an Amazon Kendra index, which this "
                           "server has not; use AMAZON.FallbackIntent with a code hook");
    if (!parent.n)
        return Q_OK;
    if (!q_str_starts(parent, Q_STR("AMAZON.")) || !lex__builtin_intent(parent))
        return q_call_fail(call, "BadRequestException",
                           "parentIntentSignature is %.*s; GetBuiltinIntents lists what there is",
                           Q_ARG(q_str_sub(parent, 0, 120)));
    if (q_value_count(q_value_get(call->in, Q_STR("sampleUtterances"))))
        return bad(call, "sampleUtterances", "is not for an intent that is built in");
    if (q_value_count(q_value_get(call->in, Q_STR("slots"))))
        return bad(call, "slots", "is not for an intent that is built in");
    return Q_OK;
}

static q_code fulfillment_check(q_call *call)
{
    const q_value *activity = q_value_get(call->in, Q_STR("fulfillmentActivity"));
    bool hook = q_str_is(q_value_str(activity, Q_STR("type"), Q_STR("")), "CodeHook");

    if (!activity)
        return bad(call, "fulfillmentActivity",
                   "is missing; give {\"type\": \"ReturnIntent\"} or a code hook");
    if (hook && !q_value_get(activity, Q_STR("codeHook")))
        return bad(call, "fulfillmentActivity.codeHook", "is missing; type is CodeHook");
    if (!hook && q_value_get(activity, Q_STR("codeHook")))
        return bad(call, "fulfillmentActivity.codeHook", "is there, but type is ReturnIntent");
    if (!hook && q_value_get(call->in, Q_STR("conclusionStatement")))
        return bad(call, "conclusionStatement",
                   "is for an intent that a code hook fulfills; fulfillmentActivity.type is "
                   "ReturnIntent");
    return Q_OK;
}

static q_code intent_check(q_call *call)
{
    q_str name = lex__in(call, "name");
    bool confirms = q_value_get(call->in, Q_STR("confirmationPrompt")) != NULL;
    q_code rc;

    if (lex__builtin_intent(name))
        return q_call_fail(call, "BadRequestException",
                           "name is %.*s, which AMAZON.%.*s has taken; choose another", Q_ARG(name),
                           Q_ARG(name));
    if (confirms != (q_value_get(call->in, Q_STR("rejectionStatement")) != NULL))
        return bad(call, confirms ? "rejectionStatement" : "confirmationPrompt",
                   "is missing; both are wanted, or neither");
    if (q_value_get(call->in, Q_STR("followUpPrompt")) &&
        q_value_get(call->in, Q_STR("conclusionStatement")))
        return bad(call, "followUpPrompt", "and conclusionStatement are both there; give one");
    rc = parent_check(call);
    if (!rc)
        rc = slots_check(call);
    return rc ? rc : fulfillment_check(call);
}

q_code lex__put_intent(q_call *call)
{
    lex_writing w = {.call = call, .kind = LEX_INTENT, .before = lex__used_check};
    q_code rc = intent_check(call);

    return rc ? rc : lex__write(&w);
}
