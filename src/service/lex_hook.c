#include "service/lex_hook.h"

#include "base/json.h"
#include "service/lex_form.h"
#include "service/lex_v2_event.h"

/* Source: the API's DependencyFailedException. */
enum { HOOK_MS = 30000 };

static q_code message_read(const q_value *m, q_arena *a, q_directive *out, q_err *err)
{
    q_message *message;

    if (!m || m->kind == Q_VALUE_NULL)
        return Q_OK;
    message = q_arena_alloc(a, sizeof *message);
    if (!message)
        return q_err_nomem(err);
    message->text = q_value_str(m, Q_STR("content"), Q_STR(""));
    if (!message->text.n)
        return q_err_set(err, Q_INVALID, "dialogAction.message has no content");
    if (!lex__message_kind_of(q_value_str(m, Q_STR("contentType"), Q_STR("")), &message->kind))
        return q_err_set(
            err, Q_INVALID,
            "dialogAction.message.contentType is not PlainText, CustomPayload or SSML");
    out->messages = message;
    out->message_count = 1;
    return Q_OK;
}

static q_code action_read(const q_value *action, q_directive *out, q_err *err)
{
    q_str state = q_value_str(action, Q_STR("fulfillmentState"), Q_STR(""));

    out->has_action = true;
    if (!q_action_of(q_value_str(action, Q_STR("type"), Q_STR("")), &out->action))
        return q_err_set(
            err, Q_INVALID,
            "dialogAction.type is not Close, ElicitIntent, ElicitSlot, ConfirmIntent or Delegate");
    if (out->action == Q_ACTION_CLOSE &&
        (!q_fulfillment_of(state, &out->fulfillment) ||
         (out->fulfillment != Q_FULFILL_FULFILLED && out->fulfillment != Q_FULFILL_FAILED)))
        return q_err_set(err, Q_INVALID,
                         "dialogAction.fulfillmentState is not Fulfilled or Failed");
    out->intent = q_value_str(action, Q_STR("intentName"), Q_STR(""));
    out->slot_to_elicit = q_value_str(action, Q_STR("slotToElicit"), Q_STR(""));
    if (out->action == Q_ACTION_ELICIT_SLOT && !out->slot_to_elicit.n)
        return q_err_set(err, Q_INVALID, "dialogAction has no slotToElicit");
    return Q_OK;
}

static bool is_there(const q_value *v)
{
    return v && v->kind != Q_VALUE_NULL;
}

static q_code session_read(const q_value *v, int64_t now_ms, q_arena *a, q_directive *out,
                           q_err *err)
{
    const q_value *attributes = q_value_get(v, Q_STR("sessionAttributes"));
    const q_value *contexts = q_value_get(v, Q_STR("activeContexts"));
    const q_value *recent = q_value_get(v, Q_STR("recentIntentSummaryView"));
    q_code rc =
        lex__attributes_read(attributes, "sessionAttributes", false, a, &out->attributes, err);

    if (!rc)
        rc = lex__contexts_read(contexts, now_ms, a, &out->contexts, err);
    if (!rc)
        rc = lex__summaries_read(recent, a, out->recent, &out->recent_count, err);
    out->has_attributes = is_there(attributes);
    out->has_contexts = is_there(contexts);
    out->has_recent = is_there(recent);
    return rc;
}

static q_code reply_read(const q_value *v, int64_t now_ms, q_arena *a, q_directive *out, q_err *err)
{
    const q_value *action = q_value_get(v, Q_STR("dialogAction"));
    const q_value *slots = q_value_get(action, Q_STR("slots"));
    q_code rc;

    if (!action || action->kind != Q_VALUE_MAP)
        return q_err_set(err, Q_INVALID, "no dialogAction");
    rc = action_read(action, out, err);
    if (!rc)
        rc = message_read(q_value_get(action, Q_STR("message")), a, out, err);
    if (!rc)
        rc = lex__card_read(q_value_get(action, Q_STR("responseCard")), a, &out->card, err);
    if (!rc)
        rc = lex__attributes_read(slots, "dialogAction.slots", true, a, &out->slots, err);
    out->has_slots = is_there(slots);
    return rc ? rc : session_read(v, now_ms, a, out, err);
}

q_code lex__hook_reply(q_str json, int64_t now_ms, q_arena *a, q_directive *out, q_err *err)
{
    q_value *v;
    q_code rc = q_json_parse(a, json, &v, err);

    *out = (q_directive){0};
    if (!rc)
        rc = q_value_get(v, Q_STR("sessionState")) ? lex__v2_reply(v, now_ms, a, out, err)
                                                   : reply_read(v, now_ms, a, out, err);
    return rc == Q_INVALID || rc == Q_LIMIT ? q_err_add(err, rc, "the function's reply") : rc;
}

q_code lex__hook_run(void *ctx, const q_hook_call *call, q_arena *a, q_directive *reply, q_err *err)
{
    lex_hook *h = ctx;
    q_str event, result;
    q_code rc = lex__hook_event(h, call, a, &event, err);

    if (rc)
        return rc;
    h->failed = true;
    if (!h->functions)
        return q_err_set(err, Q_UNSUPPORTED, "function %.*s cannot be called from here",
                         Q_ARG(call->uri));
    rc = q_function_invoke_within(h->functions, call->uri, event, HOOK_MS, a, &result, err);
    if (!rc)
        rc = lex__hook_reply(result, h->now_ms, a, reply, err);
    h->failed = rc != Q_OK;
    return rc ? q_err_add(err, rc, "function %.*s", Q_ARG(call->uri)) : Q_OK;
}
