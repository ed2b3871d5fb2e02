/* Amazon Lex V1's runtime: PostText. */
#include "service/lex_chat.h"
#include "service/services.h"
#include "service/visitors.h"

static q_code fail(q_call *call, q_code rc, q_chat_failure failure, const q_err *why)
{
    if (failure == Q_CHAT_FUNCTION)
        return q_call_fail(call, "DependencyFailedException", "%s", why->msg);
    if (failure == Q_CHAT_UNREACHABLE)
        return q_call_fail(call, "BadGatewayException", "%s", why->msg);
    if (failure == Q_CHAT_CONFLICT)
        return q_call_fail(call, "ConflictException",
                           "another request of this user is being answered");
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "NotFoundException", "%s", why->msg);
    call->err = *why;
    return rc;
}

static void slots_write(q_value *map, const q_intent *intent, const q_str *slots)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        if (slots[i].p)
            q_map_str(map, intent->slots[i].name, slots[i]);
        else
            q_map_null(map, intent->slots[i].name);
    }
}

static void score_write(q_value *map, double score)
{
    q_map_double(q_map_map(map, Q_STR("nluIntentConfidence")), Q_STR("score"), score);
}

/* What else the utterance could have meant. */
static void alternatives_write(q_call *call, const q_chat_reply *r)
{
    q_value *list = NULL;

    for (size_t i = 0; i < r->understood.count; i++) {
        const q_guess *g = &r->understood.guesses[i];
        q_value *map;

        if (g->intent == r->intent)
            continue;
        if (!list)
            list = q_map_list(call->out, Q_STR("alternativeIntents"));
        if (q_value_count(list) == Q_UNDERSTOOD_MAX - 1)
            break;
        map = q_list_map(list);
        q_map_str(map, Q_STR("intentName"), g->intent->name);
        score_write(map, g->score);
        slots_write(q_map_map(map, Q_STR("slots")), g->intent, g->slots);
    }
}

static void reply_write(q_call *call, const q_chat_reply *r)
{
    q_value *attributes;

    if (r->intent) {
        q_map_str(call->out, Q_STR("intentName"), r->intent->name);
        if (r->score >= 0)
            score_write(call->out, r->score);
        slots_write(q_map_map(call->out, Q_STR("slots")), r->intent, r->session.slots);
    }
    alternatives_write(call, r);
    attributes = q_map_map(call->out, Q_STR("sessionAttributes"));
    for (size_t i = 0; i < r->session.attributes.n; i++)
        q_map_str(attributes, r->session.attributes.v[i].name, r->session.attributes.v[i].value);
    if (r->message.n) {
        q_map_str(call->out, Q_STR("message"), r->message);
        q_map_str(call->out, Q_STR("messageFormat"), q_str_of(r->format));
    }
    q_map_str(call->out, Q_STR("dialogState"), q_str_of(q_dialog_state_name(r->session.state)));
    if (r->session.slot_to_elicit.n)
        q_map_str(call->out, Q_STR("slotToElicit"), r->session.slot_to_elicit);
    q_map_str(call->out, Q_STR("sessionId"), r->session.id);
    q_map_str(call->out, Q_STR("botVersion"), r->bot_version);
}

static q_code post_text(q_call *call)
{
    q_chat_request request = {
        .bot = q_value_str(call->in, Q_STR("botName"), Q_STR("")),
        .alias = q_value_str(call->in, Q_STR("botAlias"), Q_STR("")),
        .user = q_value_str(call->in, Q_STR("userId"), Q_STR("")),
        .text = q_value_str(call->in, Q_STR("inputText"), Q_STR("")),
        .session_attributes = q_value_get(call->in, Q_STR("sessionAttributes")),
        .request_attributes = q_value_get(call->in, Q_STR("requestAttributes")),
    };
    q_chat_failure failure;
    q_chat_reply reply;
    q_err why = {.code = Q_OK};
    q_code rc = q_visitor_user(call, request.user, &request.user);

    if (rc)
        return rc;
    if (q_value_count(q_value_get(call->in, Q_STR("activeContexts"))))
        return q_call_fail(call, "BadRequestException",
                           "activeContexts are not there yet; leave them out");
    rc = q_bot_chat(call->app, &request, call->now_ms, call->arena, &reply, &failure, &why);
    if (rc)
        return fail(call, rc, failure, &why);
    reply_write(call, &reply);
    return q_value_ok(call->out, &call->err);
}

static const q_handler handlers[] = {
    {.operation = "PostText",
     .run = post_text,
     .visitor = q_visitor_may_talk,
     .waits = Q_WAITS_FUNCTION},
};

const q_service q_service_lex_runtime = {"lex-runtime", handlers,
                                         sizeof handlers / sizeof *handlers};
