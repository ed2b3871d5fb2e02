/* Amazon Lex V2's runtime, over the bots and sessions of Lex V1's: text only. */
#include "service/lex_v2_runtime.h"

#include "service/lex_form.h"
#include "service/lex_ids.h"
#include "service/services.h"
#include "service/visitors.h"

q_code lex__v2_refuse(q_call *call, q_code rc, q_chat_failure failure, const q_err *why)
{
    if (failure == Q_CHAT_REQUEST)
        return q_call_fail(call, "ValidationException", "%s", why->msg);
    if (failure == Q_CHAT_FUNCTION)
        return q_call_fail(call, "DependencyFailedException", "%s", why->msg);
    if (failure == Q_CHAT_UNREACHABLE)
        return q_call_fail(call, "BadGatewayException", "%s", why->msg);
    if (failure == Q_CHAT_CONFLICT)
        return q_call_fail(call, "ConflictException",
                           "another request of this session is being answered");
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "ResourceNotFoundException", "%s", why->msg);
    call->err = *why;
    return rc;
}

static q_code bot_named(q_call *call, q_str *bot, q_str *alias)
{
    q_app *app = call->app;
    q_err why = {.code = Q_OK};
    q_code rc = q_bot_of_id(app->catalog, q_value_str(call->in, Q_STR("botId"), Q_STR("")),
                            call->now_ms, call->arena, bot, &why);

    *alias = q_value_str(call->in, Q_STR("botAliasId"), Q_STR(""));
    if (q_str_is(*alias, Q_TEST_ALIAS))
        *alias = Q_STR("$LATEST");
    return rc ? lex__v2_refuse(call, rc, Q_CHAT_OURS, &why) : Q_OK;
}

static q_code visitor_may_talk(q_call *call)
{
    q_str bot, alias;
    q_code rc = bot_named(call, &bot, &alias);

    return rc ? rc : q_visitor_may_talk_with(call, bot, alias);
}

q_code lex__v2_request(q_call *call, q_chat_request *out)
{
    q_code rc;

    *out = (q_chat_request){.locale = q_value_str(call->in, Q_STR("localeId"), Q_STR(""))};
    rc = bot_named(call, &out->bot, &out->alias);
    return rc ? rc
              : q_visitor_user(call, q_value_str(call->in, Q_STR("sessionId"), Q_STR("")),
                               "ValidationException", &out->user);
}

q_code lex__v2_converse(q_call *call, const lex_v2_said *said, q_chat_reply *reply)
{
    q_chat_failure failure = Q_CHAT_REQUEST;
    q_attributes attributes;
    q_chat_request request;
    lex_v2_state state;
    q_err why = {.code = Q_OK};
    q_code rc = lex__v2_request(call, &request);

    if (rc)
        return rc;
    rc = lex__v2_state_read(said->state, call->now_ms, call->arena, &state, &why);
    if (!rc)
        rc = lex__attributes_read(said->request_attributes, "requestAttributes", false, call->arena,
                                  &attributes, &why);
    request.text = said->text;
    if (state.has_attributes)
        request.session_attributes = &state.attributes;
    if (said->request_attributes)
        request.request_attributes = &attributes;
    if (state.has_contexts)
        request.contexts = &state.contexts;
    if (state.has_directive)
        request.directive = &state.directive;
    if (!rc)
        rc = q_bot_chat(call->app, &request, call->now_ms, call->arena, reply, &failure, &why);
    return rc ? lex__v2_refuse(call, rc, failure, &why) : Q_OK;
}

static void attributes_echo(q_call *call)
{
    const q_value *given = q_value_get(call->in, Q_STR("requestAttributes"));
    q_value *map = given ? q_map_map(call->out, Q_STR("requestAttributes")) : NULL;

    for (const q_value *v = q_value_first(given); v; v = v->next)
        q_map_str(map, v->key, v->s);
}

static q_code recognize_text(q_call *call)
{
    lex_v2_said said = {
        .text = q_value_str(call->in, Q_STR("text"), Q_STR("")),
        .state = q_value_get(call->in, Q_STR("sessionState")),
        .request_attributes = q_value_get(call->in, Q_STR("requestAttributes")),
    };
    q_chat_reply reply;
    q_code rc = lex__v2_converse(call, &said, &reply);

    if (rc)
        return rc;
    lex__v2_messages_write(q_map_list(call->out, Q_STR("messages")), reply.messages,
                           reply.message_count, &reply.card);
    rc = lex__v2_state_write(q_map_map(call->out, Q_STR("sessionState")), &reply, call->request_id,
                             call->now_ms, call->arena, &call->err);
    if (!rc)
        rc = lex__v2_interpretations_write(q_map_list(call->out, Q_STR("interpretations")), &reply,
                                           call->arena, &call->err);
    attributes_echo(call);
    q_map_str(call->out, Q_STR("sessionId"), q_value_str(call->in, Q_STR("sessionId"), Q_STR("")));
    return rc ? rc : q_value_ok(call->out, &call->err);
}

static q_code get_session(q_call *call)
{
    q_chat_request request;
    q_chat_reply reply;
    q_err why = {.code = Q_OK};
    q_code rc = lex__v2_request(call, &request);

    if (rc)
        return rc;
    rc = q_chat_get(call->app, &request, call->now_ms, call->arena, &reply, &why);
    if (rc)
        return lex__v2_refuse(call, rc, Q_CHAT_OURS, &why);
    q_map_str(call->out, Q_STR("sessionId"), q_value_str(call->in, Q_STR("sessionId"), Q_STR("")));
    lex__v2_messages_write(q_map_list(call->out, Q_STR("messages")), reply.session.said,
                           reply.session.said_count, &(q_card){0});
    rc = lex__v2_interpretations_write(q_map_list(call->out, Q_STR("interpretations")), &reply,
                                       call->arena, &call->err);
    if (!rc)
        rc = lex__v2_state_write(q_map_map(call->out, Q_STR("sessionState")), &reply,
                                 call->request_id, call->now_ms, call->arena, &call->err);
    return rc ? rc : q_value_ok(call->out, &call->err);
}

static q_code delete_session(q_call *call)
{
    static const char *const ECHOED[] = {"botId", "botAliasId", "localeId", "sessionId"};
    q_chat_request request;
    q_err why = {.code = Q_OK};
    q_str id;
    q_code rc = lex__v2_request(call, &request);

    if (rc)
        return rc;
    rc = q_chat_delete(call->app, &request, call->now_ms, call->arena, &id, &why);
    if (rc)
        return lex__v2_refuse(call, rc, rc == Q_BUSY ? Q_CHAT_CONFLICT : Q_CHAT_OURS, &why);
    for (size_t i = 0; i < sizeof ECHOED / sizeof *ECHOED; i++) {
        q_str name = q_str_of(ECHOED[i]);

        q_map_str(call->out, name, q_value_str(call->in, name, Q_STR("")));
    }
    return q_value_ok(call->out, &call->err);
}

static const q_handler handlers[] = {
    {.operation = "RecognizeText",
     .run = recognize_text,
     .waits = Q_WAITS_FUNCTION,
     .visitor = visitor_may_talk},
    {.operation = "RecognizeUtterance",
     .open = lex__v2_utterance_open,
     .write = lex__v2_utterance_write,
     .run = lex__v2_utterance,
     .waits = Q_WAITS_FUNCTION,
     .visitor = visitor_may_talk},
    {.operation = "GetSession", .run = get_session, .visitor = visitor_may_talk},
    {.operation = "PutSession",
     .run = lex__v2_put_session,
     .waits = Q_WAITS_FUNCTION,
     .visitor = visitor_may_talk},
    {.operation = "DeleteSession", .run = delete_session, .visitor = visitor_may_talk},
};

const q_service q_service_lexv2_runtime = {"lexv2-runtime", handlers,
                                           sizeof handlers / sizeof *handlers};
