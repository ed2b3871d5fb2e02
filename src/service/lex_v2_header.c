/* Amazon Lex V2's runtime: PutSession and RecognizeUtterance, which tell JSON in
 * headers, packed by gzip and in base64.
 */
#include "base/encode.h"
#include "base/gzip.h"
#include "base/json.h"
#include "base/utf8.h"
#include "service/lex_form.h"
#include "service/lex_v2_runtime.h"

enum { TEXT_MAX = 1024, UTF8_MAX = 4, JSON_MAX = 1 << 20 };

#define TEXT_TYPE Q_STR("text/plain;charset=utf-8")

/* ---- packing ---- */

static q_code pack(q_call *call, q_str name, q_str json)
{
    q_buf b = q_buf_init(call->arena, JSON_MAX);
    q_str packed, text;
    q_code rc = q_gzip(call->arena, json, &packed, &call->err);

    if (rc)
        return rc;
    q_buf_base64(&b, packed);
    rc = q_buf_finish(&b, &text, &call->err);
    if (!rc)
        q_map_str(call->out, name, text);
    return rc;
}

static q_code pack_value(q_call *call, q_str name, const q_value *v)
{
    q_buf b = q_buf_init(call->arena, JSON_MAX);
    q_str json;
    q_code rc = q_value_ok(v, &call->err);

    if (rc)
        return rc;
    q_json_write(&b, v);
    rc = q_buf_finish(&b, &json, &call->err);
    return rc ? rc : pack(call, name, json);
}

/* A request's header: base64 of gzip of a JSON object; *out is NULL without one. */
static q_code unpack(q_call *call, q_str name, const q_value **out)
{
    q_str text = q_value_str(call->in, name, Q_STR("")), packed, json;
    q_value *v = NULL;
    q_err why;
    q_code rc;

    *out = NULL;
    if (!text.n)
        return Q_OK;
    rc = q_base64_decode(call->arena, text, &packed, &why);
    if (!rc)
        rc = q_gunzip(call->arena, packed, JSON_MAX, &json, &why);
    if (!rc)
        rc = q_json_parse(call->arena, json, &v, &why);
    if (!rc && v->kind != Q_VALUE_MAP)
        rc = q_err_set(&why, Q_INVALID, "no object");
    *out = v;
    if (rc == Q_NOMEM)
        return q_err_nomem(&call->err);
    return rc ? q_call_fail(call, "ValidationException",
                            "%.*s is not a JSON object packed by gzip and in base64: %s",
                            Q_ARG(name), why.msg)
              : Q_OK;
}

/* ---- replies ---- */

static q_code text_wanted(q_call *call, q_str type)
{
    q_str kind, rest;

    q_str_cut(type, ';', &kind, &rest);
    kind = q_str_trim(kind);
    if (!kind.n || q_str_is_nocase(kind, "text/plain") || q_str_is(kind, "*/*"))
        return Q_OK;
    return q_call_fail(call, "ValidationException",
                       "the content type is %.*s; text is spoken and understood here, speech is "
                       "not there yet: give text/plain; charset=utf-8",
                       (int)(type.n < 100 ? type.n : 100), type.p);
}

static q_code reply_write(q_call *call, const q_chat_reply *reply)
{
    q_value *messages = q_value_list(call->arena), *state = q_value_map(call->arena);
    q_code rc;

    lex__v2_messages_write(messages, reply->messages, reply->message_count, &reply->card);
    rc = lex__v2_state_write(state, reply, call->request_id, call->now_ms, call->arena, &call->err);
    if (!rc)
        rc = pack_value(call, Q_STR("messages"), messages);
    if (!rc)
        rc = pack_value(call, Q_STR("sessionState"), state);
    q_map_str(call->out, Q_STR("contentType"), TEXT_TYPE);
    q_map_str(call->out, Q_STR("sessionId"), q_value_str(call->in, Q_STR("sessionId"), Q_STR("")));
    return rc;
}

/* ---- PutSession ---- */

static q_code put_read(const q_call *call, lex_v2_state *state, q_attributes *attributes,
                       q_err *err)
{
    q_code rc = lex__v2_state_read(q_value_get(call->in, Q_STR("sessionState")), call->now_ms,
                                   call->arena, state, err);

    if (!rc)
        rc = lex__v2_messages_read(q_value_get(call->in, Q_STR("messages")), call->arena,
                                   &state->directive, err);
    if (!rc)
        rc = lex__attributes_read(q_value_get(call->in, Q_STR("requestAttributes")),
                                  "requestAttributes", false, call->arena, attributes, err);
    state->directive.has_attributes = state->has_attributes;
    state->directive.attributes = state->attributes;
    state->directive.has_contexts = state->has_contexts;
    state->directive.contexts = state->contexts;
    return rc;
}

q_code lex__v2_put_session(q_call *call)
{
    const q_value *attributes = q_value_get(call->in, Q_STR("requestAttributes"));
    q_chat_failure failure = Q_CHAT_REQUEST;
    q_attributes given;
    q_chat_request request;
    q_chat_reply reply;
    lex_v2_state state;
    q_err why = {.code = Q_OK};
    q_code rc = text_wanted(call, q_value_str(call->in, Q_STR("responseContentType"), Q_STR("")));

    if (!rc)
        rc = lex__v2_request(call, &request);
    if (rc)
        return rc;
    rc = put_read(call, &state, &given, &why);
    request.directive = &state.directive;
    if (attributes)
        request.request_attributes = &given;
    if (!rc)
        rc = q_chat_put(call->app, &request, call->now_ms, call->arena, &reply, &failure, &why);
    if (rc)
        return lex__v2_refuse(call, rc, failure, &why);
    rc = reply_write(call, &reply);
    if (!rc && attributes)
        rc = pack_value(call, Q_STR("requestAttributes"), attributes);
    return rc ? rc : q_value_ok(call->out, &call->err);
}

/* ---- RecognizeUtterance ---- */

q_code lex__v2_utterance_open(q_call *call)
{
    q_code rc = text_wanted(call, q_value_str(call->in, Q_STR("requestContentType"), Q_STR("")));
    q_buf *text;

    if (!rc)
        rc = text_wanted(call, q_value_str(call->in, Q_STR("responseContentType"), Q_STR("")));
    if (rc)
        return rc;
    text = q_arena_alloc(call->arena, sizeof *text);
    if (!text)
        return q_err_nomem(&call->err);
    *text = q_buf_init(call->arena, TEXT_MAX * UTF8_MAX);
    call->state = text;
    return Q_OK;
}

q_code lex__v2_utterance_write(q_call *call, q_str bytes)
{
    q_buf_put(call->state, bytes);
    return Q_OK; /* too much is told at the end */
}

static q_code text_take(q_call *call, q_str *out)
{
    q_err err = {.code = Q_OK};
    q_code rc = q_buf_finish(call->state, out, &err);
    size_t count = rc ? TEXT_MAX + 1 : q_utf8_count(*out);

    if (rc && rc != Q_LIMIT) {
        call->err = err;
        return rc;
    }
    if (count < 1 || count > TEXT_MAX)
        return q_call_fail(call, "ValidationException",
                           "inputStream has %s characters; 1 to %d are wanted",
                           count ? "more" : "no", (int)TEXT_MAX);
    if (!q_utf8_valid(*out))
        return q_call_fail(call, "ValidationException", "inputStream is not UTF-8");
    return Q_OK;
}

q_code lex__v2_utterance(q_call *call)
{
    q_value *interpretations = q_value_list(call->arena);
    q_buf transcript = q_buf_init(call->arena, JSON_MAX);
    lex_v2_said said = {0};
    q_chat_reply reply;
    q_str json;
    q_code rc = text_take(call, &said.text);

    if (!rc)
        rc = unpack(call, Q_STR("sessionState"), &said.state);
    if (!rc)
        rc = unpack(call, Q_STR("requestAttributes"), &said.request_attributes);
    if (!rc)
        rc = lex__v2_converse(call, &said, &reply);
    if (!rc)
        rc = reply_write(call, &reply);
    if (!rc)
        rc = lex__v2_interpretations_write(interpretations, &reply, call->arena, &call->err);
    if (!rc)
        rc = pack_value(call, Q_STR("interpretations"), interpretations);
    if (!rc && said.request_attributes)
        rc = pack_value(call, Q_STR("requestAttributes"), said.request_attributes);
    q_buf_json(&transcript, said.text);
    if (!rc)
        rc = q_buf_finish(&transcript, &json, &call->err);
    if (!rc)
        rc = pack(call, Q_STR("inputTranscript"), json);
    q_map_str(call->out, Q_STR("inputMode"), Q_STR("Text"));
    return rc ? rc : q_value_ok(call->out, &call->err);
}
