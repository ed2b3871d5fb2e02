/* Amazon Lex V1's runtime: its operations, and PostText. */
#include "service/lex_runtime.h"

#include "service/lex_form.h"
#include "service/services.h"
#include "service/visitors.h"

q_code lex__request(q_call *call, q_chat_request *out)
{
    *out = (q_chat_request){.bot = q_value_str(call->in, Q_STR("botName"), Q_STR("")),
                            .alias = q_value_str(call->in, Q_STR("botAlias"), Q_STR(""))};
    return q_visitor_user(call, q_value_str(call->in, Q_STR("userId"), Q_STR("")),
                          "BadRequestException", &out->user);
}

q_code lex__refuse(q_call *call, q_code rc, q_chat_failure failure, const q_err *why)
{
    if (failure == Q_CHAT_REQUEST || (failure == Q_CHAT_OURS && rc == Q_INVALID))
        return q_call_fail(call, "BadRequestException", "%s", why->msg);
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

void lex__score_write(q_value *map, q_str key, double score)
{
    if (score >= 0)
        q_map_double(q_map_map(map, key), Q_STR("score"), score);
}

static void guess_write(q_value *map, const q_guess *g)
{
    q_value *slots;

    q_map_str(map, Q_STR("intentName"), g->intent->name);
    lex__score_write(map, Q_STR("nluIntentConfidence"), g->score);
    slots = q_map_map(map, Q_STR("slots"));
    for (size_t i = 0; i < g->intent->slot_count; i++) {
        if (g->slots[i].p)
            q_map_str(slots, g->intent->slots[i].name, g->slots[i]);
        else
            q_map_null(slots, g->intent->slots[i].name);
    }
}

void lex__alternatives_write(q_value *map, const q_chat_reply *r)
{
    q_value *list = NULL;

    for (size_t i = 0; i < r->understood.count; i++) {
        const q_guess *g = &r->understood.guesses[i];

        if (g->intent == r->intent)
            continue;
        if (!list)
            list = q_map_list(map, Q_STR("alternativeIntents"));
        if (q_value_count(list) == Q_UNDERSTOOD_MAX - 1)
            break;
        guess_write(q_list_map(list), g);
    }
}

void lex__state_write(q_value *map, const q_chat_reply *r, int64_t now_ms)
{
    const q_session *s = &r->session;

    if (r->intent) {
        q_map_str(map, Q_STR("intentName"), r->intent->name);
        lex__slots_write(q_map_map(map, Q_STR("slots")), r->intent, s->slots);
    }
    lex__attributes_write(q_map_map(map, Q_STR("sessionAttributes")), &s->attributes);
    if (r->message.n)
        q_map_str(map, Q_STR("messageFormat"), q_str_of(r->format));
    q_map_str(map, Q_STR("dialogState"), q_str_of(q_dialog_state_name(s->state)));
    if (s->slot_to_elicit.n)
        q_map_str(map, Q_STR("slotToElicit"), s->slot_to_elicit);
    q_map_str(map, Q_STR("sessionId"), s->id);
    lex__contexts_write(q_map_list(map, Q_STR("activeContexts")), &s->contexts, now_ms);
}

/* What a PostText's JSON says of session, request and contexts. It was checked
 * against the API's facts.
 */
static q_code request_read(q_call *call, q_attributes *session, q_attributes *request,
                           q_contexts *contexts, q_err *err)
{
    q_code rc = lex__attributes_read(q_value_get(call->in, Q_STR("sessionAttributes")),
                                     "sessionAttributes", false, call->arena, session, err);

    if (!rc)
        rc = lex__attributes_read(q_value_get(call->in, Q_STR("requestAttributes")),
                                  "requestAttributes", false, call->arena, request, err);
    return rc ? rc
              : lex__contexts_read(q_value_get(call->in, Q_STR("activeContexts")), call->now_ms,
                                   call->arena, contexts, err);
}

static q_code post_text(q_call *call)
{
    q_chat_failure failure = Q_CHAT_REQUEST;
    q_attributes session, attributes;
    q_contexts contexts;
    q_chat_request request;
    q_chat_reply reply;
    q_err why = {.code = Q_OK};
    q_code rc = lex__request(call, &request);

    if (rc)
        return rc;
    rc = request_read(call, &session, &attributes, &contexts, &why);
    if (rc)
        return lex__refuse(call, rc, failure, &why);
    request.text = q_value_str(call->in, Q_STR("inputText"), Q_STR(""));
    if (q_value_get(call->in, Q_STR("sessionAttributes")))
        request.session_attributes = &session;
    if (q_value_get(call->in, Q_STR("requestAttributes")))
        request.request_attributes = &attributes;
    if (q_value_get(call->in, Q_STR("activeContexts")))
        request.contexts = &contexts;
    rc = q_bot_chat(call->app, &request, call->now_ms, call->arena, &reply, &failure, &why);
    if (rc)
        return lex__refuse(call, rc, failure, &why);
    if (reply.intent)
        lex__score_write(call->out, Q_STR("nluIntentConfidence"), reply.score);
    lex__alternatives_write(call->out, &reply);
    lex__state_write(call->out, &reply, call->now_ms);
    if (reply.message.n)
        q_map_str(call->out, Q_STR("message"), reply.message);
    if (reply.has_sentiment)
        lex__sentiment_write(q_map_map(call->out, Q_STR("sentimentResponse")), &reply.sentiment);
    if (reply.card.n)
        lex__card_write(q_map_map(call->out, Q_STR("responseCard")), &reply.card);
    q_map_str(call->out, Q_STR("botVersion"), reply.bot_version);
    return q_value_ok(call->out, &call->err);
}

static const q_handler handlers[] = {
    {.operation = "PostText",
     .run = post_text,
     .visitor = q_visitor_may_talk,
     .waits = Q_WAITS_FUNCTION},
    {.operation = "PostContent",
     .open = lex__post_content_open,
     .write = lex__post_content_write,
     .run = lex__post_content,
     .visitor = q_visitor_may_talk,
     .waits = Q_WAITS_FUNCTION},
    {.operation = "GetSession", .run = lex__get_session, .visitor = q_visitor_may_talk},
    {.operation = "PutSession",
     .run = lex__put_session,
     .visitor = q_visitor_may_talk,
     .waits = Q_WAITS_FUNCTION},
    {.operation = "DeleteSession", .run = lex__delete_session, .visitor = q_visitor_may_talk},
};

const q_service q_service_lex_runtime = {"lex-runtime", handlers,
                                         sizeof handlers / sizeof *handlers};
