/* Amazon Lex V1's runtime: PostContent, whose request and reply travel in headers. */
#include "service/lex_runtime.h"

#include "base/encode.h"
#include "base/json.h"
#include "base/utf8.h"
#include "service/lex_form.h"

enum { TEXT_MAX = 1024, UTF8_MAX = 4, HEADER_MAX = 1 << 20 };

/* The media type without its parameters. */
static q_str media_type(q_str header)
{
    q_str type, rest;

    q_str_cut(header, ';', &type, &rest);
    return q_str_trim(type);
}

/* UTF-8, said or understood. */
static bool is_utf8(q_str header)
{
    q_str type, parameters, name, value;

    q_str_cut(header, ';', &type, &parameters);
    while (parameters.n) {
        q_str one;

        q_str_cut(parameters, ';', &one, &parameters);
        q_str_cut(q_str_trim(one), '=', &name, &value);
        if (q_str_is_nocase(name, "charset"))
            return q_str_is_nocase(value, "utf-8") || q_str_is_nocase(value, "\"utf-8\"");
    }
    return true;
}

q_code lex__accept_check(q_call *call)
{
    q_str accept = q_value_str(call->in, Q_STR("accept"), Q_STR("")), rest = accept, one;

    if (!q_str_trim(accept).n)
        return Q_OK;
    while (rest.n) {
        q_str type;

        q_str_cut(rest, ',', &one, &rest);
        type = media_type(one);
        if (q_str_is(type, "*/*") || q_str_is_nocase(type, "text/*") ||
            (q_str_is_nocase(type, "text/plain") && is_utf8(one)))
            return Q_OK;
    }
    return q_call_fail(call, "NotAcceptableException",
                       "Accept is %.*s; replies are text here, speech is not there yet: send "
                       "text/plain; charset=utf-8",
                       (int)(accept.n < 100 ? accept.n : 100), accept.p);
}

q_code lex__post_content_open(q_call *call)
{
    q_str type = q_value_str(call->in, Q_STR("contentType"), Q_STR(""));
    q_buf *text;

    if (!q_str_is_nocase(media_type(type), "text/plain") || !is_utf8(type))
        return q_call_fail(call, "UnsupportedMediaTypeException",
                           "Content-Type is %.*s; text is understood here, speech is not there "
                           "yet: send text/plain; charset=utf-8",
                           (int)(type.n < 100 ? type.n : 100), type.p);
    text = q_arena_alloc(call->arena, sizeof *text);
    if (!text)
        return q_err_nomem(&call->err);
    *text = q_buf_init(call->arena, TEXT_MAX * UTF8_MAX);
    call->state = text;
    return lex__accept_check(call);
}

q_code lex__post_content_write(q_call *call, q_str bytes)
{
    q_buf_put(call->state, bytes);
    return Q_OK; /* too much is told at the end */
}

static q_code text_take(q_call *call, q_str *out)
{
    q_err err = {.code = Q_OK};
    size_t count;
    q_code rc;

    *out = Q_STR("");
    rc = q_buf_finish(call->state, out, &err);
    count = rc ? TEXT_MAX + 1 : q_utf8_count(*out);

    if (rc && rc != Q_LIMIT) {
        call->err = err;
        return rc;
    }
    if (count > TEXT_MAX)
        return q_call_fail(call, "BadRequestException", "inputStream is over %d characters of text",
                           (int)TEXT_MAX);
    if (!count)
        return q_call_fail(call, "BadRequestException",
                           "inputStream is empty; 1 to %d characters of text are wanted",
                           (int)TEXT_MAX);
    if (!q_utf8_valid(*out))
        return q_call_fail(call, "BadRequestException", "inputStream is not UTF-8");
    return Q_OK;
}

/* Printable ASCII: what a header can say as it is. */
static bool is_plain(q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] > 0x7E)
            return false;
    return true;
}

/* The text as it is where a header can say it, and in base64. */
static q_code text_write(q_call *call, q_str plain, q_str encoded, q_str text)
{
    q_buf b = q_buf_init(call->arena, HEADER_MAX);
    q_str base64;
    q_code rc;

    if (!text.n)
        return Q_OK;
    if (is_plain(text))
        q_map_str(call->out, plain, text);
    q_buf_base64(&b, text);
    rc = q_buf_finish(&b, &base64, &call->err);
    if (!rc)
        q_map_str(call->out, encoded, base64);
    return rc;
}

q_code lex__headers_write(q_call *call, const q_chat_reply *r)
{
    q_map_str(call->out, Q_STR("contentType"), Q_STR("text/plain;charset=utf-8"));
    lex__state_write(call->out, r, call->now_ms);
    return text_write(call, Q_STR("message"), Q_STR("encodedMessage"), r->message);
}

static q_code request_read(q_call *call, q_attributes *session, q_attributes *request,
                           q_contexts *contexts, q_err *err)
{
    q_code rc =
        lex__attributes_read(q_value_get(call->in, Q_STR("sessionAttributes")),
                             "x-amz-lex-session-attributes", false, call->arena, session, err);

    if (!rc)
        rc = lex__attributes_read(q_value_get(call->in, Q_STR("requestAttributes")),
                                  "x-amz-lex-request-attributes", false, call->arena, request, err);
    return rc ? rc
              : lex__contexts_read(q_value_get(call->in, Q_STR("activeContexts")), call->now_ms,
                                   call->arena, contexts, err);
}

static q_code converse(q_call *call, q_str text, q_chat_reply *reply)
{
    q_chat_failure failure = Q_CHAT_REQUEST;
    q_attributes session, attributes;
    q_contexts contexts;
    q_chat_request request;
    q_err why = {.code = Q_OK};
    q_code rc = lex__request(call, &request);

    if (rc)
        return rc;
    rc = request_read(call, &session, &attributes, &contexts, &why);
    request.text = text;
    if (q_value_get(call->in, Q_STR("sessionAttributes")))
        request.session_attributes = &session;
    if (q_value_get(call->in, Q_STR("requestAttributes")))
        request.request_attributes = &attributes;
    if (q_value_get(call->in, Q_STR("activeContexts")))
        request.contexts = &contexts;
    if (!rc)
        rc = q_bot_chat(call->app, &request, call->now_ms, call->arena, reply, &failure, &why);
    return rc ? lex__refuse(call, rc, failure, &why) : Q_OK;
}

/* How the user speaks, as JSON. */
static q_code sentiment_write(q_call *call, const q_chat_reply *r)
{
    q_buf b = q_buf_init(call->arena, HEADER_MAX);
    q_value *map;
    q_str json;
    q_code rc;

    if (!r->has_sentiment)
        return Q_OK;
    map = q_value_map(call->arena);
    lex__sentiment_write(map, &r->sentiment);
    rc = q_value_ok(map, &call->err);
    if (rc)
        return rc;
    q_json_write(&b, map);
    rc = q_buf_finish(&b, &json, &call->err);
    if (!rc)
        q_map_str(call->out, Q_STR("sentimentResponse"), json);
    return rc;
}

q_code lex__post_content(q_call *call)
{
    q_chat_reply reply = {0};
    q_str text;
    q_code rc = text_take(call, &text);

    if (!rc)
        rc = converse(call, text, &reply);
    if (!rc)
        rc = lex__headers_write(call, &reply);
    if (!rc)
        rc = text_write(call, Q_STR("inputTranscript"), Q_STR("encodedInputTranscript"), text);
    if (!rc)
        rc = sentiment_write(call, &reply);
    if (rc)
        return rc;
    if (reply.intent)
        lex__score_write(call->out, Q_STR("nluIntentConfidence"), reply.score);
    lex__alternatives_write(call->out, &reply);
    q_map_str(call->out, Q_STR("botVersion"), reply.bot_version);
    return q_value_ok(call->out, &call->err);
}
