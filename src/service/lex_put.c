/* Amazon Lex V1's runtime: sessions read, put and deleted. */
#include "service/lex_runtime.h"

#include "service/lex_form.h"

/* ---- GetSession -------------------------------------------------------- */

static void action_write(q_value *map, const q_chat_reply *r)
{
    const q_session *s = &r->session;
    q_fulfillment fulfillment = q_dialog_state_fulfillment(s->state);

    q_map_str(map, Q_STR("type"), q_str_of(q_action_name(q_dialog_state_action(s->state))));
    if (r->intent) {
        q_map_str(map, Q_STR("intentName"), r->intent->name);
        lex__slots_write(q_map_map(map, Q_STR("slots")), r->intent, s->slots);
    }
    if (s->slot_to_elicit.n)
        q_map_str(map, Q_STR("slotToElicit"), s->slot_to_elicit);
    if (fulfillment)
        q_map_str(map, Q_STR("fulfillmentState"), q_str_of(q_fulfillment_name(fulfillment)));
}

q_code lex__get_session(q_call *call)
{
    q_chat_request request;
    q_str label = q_value_str(call->in, Q_STR("checkpointLabelFilter"), Q_STR(""));
    q_chat_reply reply;
    q_value *list;
    q_err why = {.code = Q_OK};
    q_code rc = lex__request(call, &request);

    if (rc)
        return rc;
    rc = q_chat_get(call->app, &request, call->now_ms, call->arena, &reply, &why);
    if (rc)
        return lex__refuse(call, rc, Q_CHAT_OURS, &why);
    list = q_map_list(call->out, Q_STR("recentIntentSummaryView"));
    for (size_t i = 0; i < reply.session.recent_count; i++)
        if (!label.n || q_str_eq(reply.session.recent[i].label, label))
            lex__summary_write(q_list_map(list), &reply.session.recent[i]);
    lex__attributes_write(q_map_map(call->out, Q_STR("sessionAttributes")),
                          &reply.session.attributes);
    q_map_str(call->out, Q_STR("sessionId"), reply.session.id);
    action_write(q_map_map(call->out, Q_STR("dialogAction")), &reply);
    lex__contexts_write(q_map_list(call->out, Q_STR("activeContexts")), &reply.session.contexts,
                        call->now_ms);
    return q_value_ok(call->out, &call->err);
}

/* ---- PutSession -------------------------------------------------------- */

static q_code message_read(const q_value *action, q_arena *a, q_directive *d, q_err *err)
{
    q_str format = q_value_str(action, Q_STR("messageFormat"), Q_STR("PlainText"));
    q_message *m;

    if (!q_value_get(action, Q_STR("message")))
        return Q_OK;
    m = q_arena_alloc(a, sizeof *m);
    if (!m)
        return q_err_nomem(err);
    m->text = q_value_str(action, Q_STR("message"), Q_STR(""));
    if (!lex__message_kind_of(format, &m->kind))
        return q_err_set(err, Q_INVALID,
                         "dialogAction.messageFormat is %.*s; one message is PlainText, "
                         "CustomPayload or SSML",
                         Q_ARG(format));
    d->messages = m;
    d->message_count = 1;
    return Q_OK;
}

static q_code action_read(const q_value *action, q_arena *a, q_directive *d, q_err *err)
{
    const q_value *slots = q_value_get(action, Q_STR("slots"));

    if (!action)
        return Q_OK;
    d->has_action = q_action_of(q_value_str(action, Q_STR("type"), Q_STR("")), &d->action);
    q_fulfillment_of(q_value_str(action, Q_STR("fulfillmentState"), Q_STR("")), &d->fulfillment);
    d->intent = q_value_str(action, Q_STR("intentName"), Q_STR(""));
    d->slot_to_elicit = q_value_str(action, Q_STR("slotToElicit"), Q_STR(""));
    if (d->action == Q_ACTION_ELICIT_SLOT && !d->slot_to_elicit.n)
        return q_err_set(err, Q_INVALID,
                         "dialogAction is ElicitSlot without slotToElicit; name a slot");
    if (d->action == Q_ACTION_CLOSE && !d->fulfillment)
        return q_err_set(err, Q_INVALID,
                         "dialogAction is Close without fulfillmentState; give Fulfilled, Failed "
                         "or ReadyForFulfillment");
    d->has_slots = slots != NULL;
    if (d->has_slots && lex__attributes_read(slots, "dialogAction.slots", true, a, &d->slots, err))
        return err->code;
    return message_read(action, a, d, err);
}

static q_code directive_read(const q_call *call, q_directive *d, q_err *err)
{
    const q_value *attributes = q_value_get(call->in, Q_STR("sessionAttributes"));
    const q_value *contexts = q_value_get(call->in, Q_STR("activeContexts"));
    const q_value *recent = q_value_get(call->in, Q_STR("recentIntentSummaryView"));
    q_code rc = action_read(q_value_get(call->in, Q_STR("dialogAction")), call->arena, d, err);

    if (!rc)
        rc = lex__attributes_read(attributes, "sessionAttributes", false, call->arena,
                                  &d->attributes, err);
    if (!rc)
        rc = lex__contexts_read(contexts, call->now_ms, call->arena, &d->contexts, err);
    if (!rc)
        rc = lex__summaries_read(recent, call->arena, d->recent, &d->recent_count, err);
    d->has_attributes = attributes != NULL;
    d->has_contexts = contexts != NULL;
    d->has_recent = recent != NULL;
    return rc;
}

q_code lex__put_session(q_call *call)
{
    q_directive directive = {0};
    q_chat_failure failure = Q_CHAT_REQUEST;
    q_chat_request request;
    q_chat_reply reply;
    q_err why = {.code = Q_OK};
    q_code rc = lex__accept_check(call);

    if (!rc)
        rc = lex__request(call, &request);
    if (rc)
        return rc;
    rc = directive_read(call, &directive, &why);
    request.directive = &directive;
    if (!rc)
        rc = q_chat_put(call->app, &request, call->now_ms, call->arena, &reply, &failure, &why);
    if (rc)
        return lex__refuse(call, rc, failure, &why);
    rc = lex__headers_write(call, &reply);
    return rc ? rc : q_value_ok(call->out, &call->err);
}

/* ---- DeleteSession ----------------------------------------------------- */

q_code lex__delete_session(q_call *call)
{
    q_chat_request request;
    q_err why = {.code = Q_OK};
    q_str id;
    q_code rc = lex__request(call, &request);

    if (rc)
        return rc;
    rc = q_chat_delete(call->app, &request, call->now_ms, call->arena, &id, &why);
    if (rc)
        return lex__refuse(call, rc, rc == Q_BUSY ? Q_CHAT_CONFLICT : Q_CHAT_OURS, &why);
    q_map_str(call->out, Q_STR("botName"), request.bot);
    q_map_str(call->out, Q_STR("botAlias"), request.alias);
    q_map_str(call->out, Q_STR("userId"), q_value_str(call->in, Q_STR("userId"), Q_STR("")));
    q_map_str(call->out, Q_STR("sessionId"), id);
    return q_value_ok(call->out, &call->err);
}
