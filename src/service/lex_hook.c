#include "service/lex_hook.h"

#include "base/json.h"

enum { EVENT_BYTES = 6 << 20 };

static void copy_map(q_value *to, const q_value *from)
{
    for (const q_value *v = q_value_first(from); v; v = v->next)
        if (v->kind == Q_VALUE_STRING)
            q_map_str(to, v->key, v->s);
}

static void intent_write(q_value *event, const q_hook_call *call)
{
    static const char *const CONFIRMATION[] = {"None", "Confirmed", "Denied"};
    q_value *intent = q_map_map(event, Q_STR("currentIntent"));
    q_value *slots, *details;

    q_map_str(intent, Q_STR("name"), call->intent->name);
    if (call->score >= 0)
        q_map_double(intent, Q_STR("nluIntentConfidenceScore"), call->score);
    else
        q_map_null(intent, Q_STR("nluIntentConfidenceScore"));
    slots = q_map_map(intent, Q_STR("slots"));
    details = q_map_map(intent, Q_STR("slotDetails"));
    for (size_t i = 0; i < call->intent->slot_count; i++) {
        q_str name = call->intent->slots[i].name;
        q_value *resolutions;

        if (!call->slots[i].p) {
            q_map_null(slots, name);
            q_map_null(details, name);
            continue;
        }
        q_map_str(slots, name, call->slots[i]);
        resolutions = q_map_list(q_map_map(details, name), Q_STR("resolutions"));
        q_map_str(q_list_map(resolutions), Q_STR("value"), call->slots[i]);
    }
    q_map_str(intent, Q_STR("confirmationStatus"), q_str_of(CONFIRMATION[call->confirmation]));
}

q_code lex__hook_event(const lex_hook *h, const q_hook_call *call, q_arena *a, q_str *out,
                       q_err *err)
{
    q_buf b = q_buf_init(a, EVENT_BYTES);
    q_value *event = q_value_map(a), *map;
    q_code rc;

    q_map_str(event, Q_STR("messageVersion"), Q_STR("1.0"));
    q_map_str(event, Q_STR("invocationSource"),
              call->fulfillment ? Q_STR("FulfillmentCodeHook") : Q_STR("DialogCodeHook"));
    q_map_str(event, Q_STR("userId"), h->user);
    map = q_map_map(event, Q_STR("sessionAttributes"));
    for (size_t i = 0; i < call->attributes->n; i++)
        q_map_str(map, call->attributes->v[i].name, call->attributes->v[i].value);
    if (h->request_attributes)
        copy_map(q_map_map(event, Q_STR("requestAttributes")), h->request_attributes);
    else
        q_map_null(event, Q_STR("requestAttributes"));
    map = q_map_map(event, Q_STR("bot"));
    q_map_str(map, Q_STR("name"), h->bot->name);
    q_map_str(map, Q_STR("alias"), h->alias);
    q_map_str(map, Q_STR("version"), h->version);
    q_map_str(event, Q_STR("outputDialogMode"), Q_STR("Text"));
    intent_write(event, call);
    q_map_str(event, Q_STR("inputTranscript"), call->text);
    rc = q_value_ok(event, err);
    if (rc)
        return rc;
    q_json_write(&b, event);
    return q_buf_finish(&b, out, err);
}

static q_code bad(q_err *err, const char *what)
{
    return q_err_set(err, Q_INVALID, "the function's reply: %s", what);
}

static q_code message_read(const q_value *m, q_hook_reply *out, q_err *err)
{
    q_str kind = q_value_str(m, Q_STR("contentType"), Q_STR(""));

    if (!m || m->kind == Q_VALUE_NULL)
        return Q_OK;
    out->has_message = true;
    out->message.text = q_value_str(m, Q_STR("content"), Q_STR(""));
    if (!out->message.text.n)
        return bad(err, "dialogAction.message has no content");
    if (q_str_is(kind, "CustomPayload"))
        out->message.kind = Q_MESSAGE_CUSTOM;
    else if (q_str_is(kind, "SSML"))
        out->message.kind = Q_MESSAGE_SSML;
    else if (!q_str_is(kind, "PlainText"))
        return bad(err, "dialogAction.message.contentType is not PlainText, CustomPayload or SSML");
    return Q_OK;
}

/* A map of texts; null is a slot without a value. */
static q_code pairs_read(const q_value *map, bool nulls, q_arena *a, bool *has, q_attributes *out,
                         q_err *err)
{
    if (!map || map->kind == Q_VALUE_NULL)
        return Q_OK;
    if (map->kind != Q_VALUE_MAP)
        return bad(err, "sessionAttributes and slots are objects of texts");
    *has = true;
    out->v = q_arena_array(a, map->count, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(map); v; v = v->next) {
        if (v->kind != Q_VALUE_STRING && !(nulls && v->kind == Q_VALUE_NULL))
            return bad(err, "sessionAttributes and slots are objects of texts");
        out->v[out->n++] = (q_attribute){v->key, v->kind == Q_VALUE_STRING ? v->s : (q_str){0}};
    }
    return Q_OK;
}

static q_code action_read(const q_value *action, q_hook_reply *out, q_err *err)
{
    static const char *const ACTIONS[] = {"Close", "ElicitIntent", "ElicitSlot", "ConfirmIntent",
                                          "Delegate"};
    q_str type = q_value_str(action, Q_STR("type"), Q_STR(""));
    q_str state = q_value_str(action, Q_STR("fulfillmentState"), Q_STR(""));
    size_t i = 0;

    while (i < 5 && !q_str_is(type, ACTIONS[i]))
        i++;
    if (i == 5)
        return bad(
            err,
            "dialogAction.type is not Close, ElicitIntent, ElicitSlot, ConfirmIntent or Delegate");
    out->action = (q_hook_action)i;
    out->failed = q_str_is(state, "Failed");
    if (out->action == Q_HOOK_CLOSE && !out->failed && !q_str_is(state, "Fulfilled"))
        return bad(err, "dialogAction.fulfillmentState is not Fulfilled or Failed");
    out->intent = q_value_str(action, Q_STR("intentName"), Q_STR(""));
    out->slot_to_elicit = q_value_str(action, Q_STR("slotToElicit"), Q_STR(""));
    if (out->action == Q_HOOK_ELICIT_SLOT && !out->slot_to_elicit.n)
        return bad(err, "dialogAction has no slotToElicit");
    return message_read(q_value_get(action, Q_STR("message")), out, err);
}

q_code lex__hook_reply(q_str json, q_arena *a, q_hook_reply *out, q_err *err)
{
    const q_value *action;
    q_value *v;
    q_code rc = q_json_parse(a, json, &v, err);

    *out = (q_hook_reply){0};
    if (rc)
        return rc == Q_INVALID ? q_err_add(err, rc, "the function's reply") : rc;
    action = q_value_get(v, Q_STR("dialogAction"));
    if (!action || action->kind != Q_VALUE_MAP)
        return bad(err, "no dialogAction");
    rc = action_read(action, out, err);
    if (!rc)
        rc = pairs_read(q_value_get(action, Q_STR("slots")), true, a, &out->has_slots, &out->slots,
                        err);
    if (!rc)
        rc = pairs_read(q_value_get(v, Q_STR("sessionAttributes")), false, a, &out->has_attributes,
                        &out->attributes, err);
    return rc;
}

q_code lex__hook_run(void *ctx, const q_hook_call *call, q_arena *a, q_hook_reply *reply,
                     q_err *err)
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
    rc = q_function_invoke(h->functions, call->uri, event, a, &result, err);
    if (rc)
        return q_err_add(err, rc, "function %.*s", Q_ARG(call->uri));
    rc = lex__hook_reply(result, a, reply, err);
    h->failed = rc != Q_OK;
    return rc;
}
