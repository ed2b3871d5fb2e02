#include "wire/output.h"

#include "base/encode.h"
#include "base/json.h"
#include "wire/input.h"
#include "wire/read.h"
#include "wire/write.h"

enum { MAX_REPLY = 1 << 28, MAX_HEADER = 64 * 1024 };

typedef struct writer {
    const q_call *call;
    const q_api_operation *op;
    q_reply *reply;
    bool has_type; /* a content type has been set */
    q_err *err;
} writer;

static const char xml_head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

static q_code put_header(writer *w, const char *name, q_str value)
{
    return q_reply_header(w->reply, name, value) ? q_err_nomem(w->err) : Q_OK;
}

static bool is_token(q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!q_is_alnum(s.p[i]) && !q_str_has(Q_STR("!#$%&'*+-.^_`|~"), s.p[i]))
            return false;
    return s.n > 0;
}

/* What would end the header line, or forge another, becomes a blank. */
static q_str one_line(q_arena *a, q_str s)
{
    char *copy = q_str_cstr(a, s);

    for (size_t i = 0; copy && i < s.n; i++)
        if ((unsigned char)copy[i] < 0x20 || copy[i] == 0x7F)
            copy[i] = ' ';
    return (q_str){copy, s.n};
}

static q_code put_text_header(writer *w, const char *name, q_str text)
{
    text = one_line(w->reply->arena, text);
    return text.p ? put_header(w, name, text) : q_err_nomem(w->err);
}

/* A header's text: a scalar, a list joined by commas, or base64 of JSON. */
static void header_text(q_buf *b, const q_member *m, const q_value *v)
{
    if (m->jsonvalue) {
        q_buf json = q_buf_init(NULL, MAX_HEADER);

        q_json_write(&json, v);
        if (json.rc)
            write__fail(b, json.rc);
        q_buf_base64(b, q_buf_str(&json));
        q_buf_clear(&json);
        return;
    }
    if (m->shape->kind != Q_SHAPE_LIST) {
        write__text(b, m, Q_TIME_RFC822, v);
        return;
    }
    for (const q_value *item = q_value_first(v); item; item = item->next) {
        if (item != v->first)
            q_buf_put(b, Q_STR(", "));
        write__text(b, &m->shape->members[0], Q_TIME_RFC822, item);
    }
}

/* What the handler filled in cannot be said: its mistake, not the client's. */
static q_code misfit(writer *w, q_str where)
{
    return q_err_set(w->err, Q_INTERNAL, "%.*s: a value does not fit its shape", Q_ARG(where));
}

static q_code header(writer *w, const q_member *m, const q_value *v)
{
    q_buf b = q_buf_init(w->reply->arena, MAX_HEADER);
    q_str text;
    int64_t length;
    q_code rc;

    /* The length is said by whoever sends the body; a HEAD has none to tell. */
    if (q_str_is_nocase(m->wire_name, "Content-Length")) {
        if (q_value_as_int(v, &length) && length >= 0)
            w->reply->head_length = (uint64_t)length;
        return Q_OK;
    }
    header_text(&b, m, v);
    if (b.rc == Q_INTERNAL)
        return misfit(w, m->name);
    rc = q_buf_finish(&b, &text, w->err);
    if (rc)
        return rc;
    if (q_str_is_nocase(m->wire_name, "Content-Type"))
        w->has_type = true;
    return put_text_header(w, m->wire_name.p, text);
}

static q_code headers(writer *w, const q_member *m, const q_value *v)
{
    q_code rc = Q_OK;

    for (const q_value *item = q_value_first(v); item && !rc; item = item->next) {
        q_str name =
            q_str_printf(w->reply->arena, "%.*s%.*s", Q_ARG(m->wire_name), Q_ARG(item->key));

        if (!name.p)
            return q_err_nomem(w->err);
        if (item->kind == Q_VALUE_STRING && is_token(name))
            rc = put_text_header(w, name.p, item->s);
    }
    return rc;
}

static q_code bound_members(writer *w)
{
    const q_api_shape *s = w->op->output;
    q_code rc = Q_OK;
    int64_t status;

    for (size_t i = 0; i < s->member_count && !rc; i++) {
        const q_member *m = &s->members[i];
        const q_value *v = m->location == Q_IN_BODY ? NULL : q_value_get(w->call->out, m->name);

        if (!v || v->kind == Q_VALUE_NULL)
            continue;
        if (m->location == Q_IN_HEADER)
            rc = header(w, m, v);
        else if (m->location == Q_IN_HEADERS)
            rc = headers(w, m, v);
        else if (m->location == Q_IN_STATUS && q_value_as_int(v, &status))
            w->reply->status = (int)status;
    }
    return rc;
}

static q_code put_type(writer *w, const char *type)
{
    return w->has_type ? Q_OK : put_header(w, "Content-Type", q_str_of(type));
}

static q_code finish(writer *w, q_buf *b)
{
    if (b->rc == Q_INTERNAL)
        return misfit(w, w->op->name);
    return q_buf_finish(b, &w->reply->body, w->err);
}

static q_code json_body(writer *w, const q_api_shape *shape, const q_value *v, const char *type)
{
    q_buf b = q_buf_init(w->reply->arena, MAX_REPLY);
    q_code rc = put_type(w, type);

    write__json(&b, shape, v);
    return rc ? rc : finish(w, &b);
}

static void open_root(q_buf *b, q_str name, q_str namespace)
{
    q_buf_char(b, '<');
    q_buf_put(b, name);
    if (namespace.n) {
        q_buf_puts(b, " xmlns=\"");
        q_buf_xml(b, namespace);
        q_buf_char(b, '"');
    }
    q_buf_char(b, '>');
}

static void close_root(q_buf *b, q_str name)
{
    q_buf_puts(b, "</");
    q_buf_put(b, name);
    q_buf_char(b, '>');
}

/* <Name xmlns="...">, the members, </Name> */
static q_code xml_body(writer *w, const q_api_shape *shape, q_str name, const q_value *v)
{
    q_buf b = q_buf_init(w->reply->arena, MAX_REPLY);
    q_code rc = put_type(w, "application/xml");

    q_buf_puts(&b, xml_head);
    open_root(&b, name, w->op->api->xml_namespace);
    if (w->op->unwrapped) {
        const q_value *only = q_value_get(v, shape->members[0].name);

        if (only && only->kind == Q_VALUE_STRING)
            q_buf_xml(&b, only->s);
    } else {
        write__xml(&b, shape, v);
    }
    close_root(&b, name);
    return rc ? rc : finish(w, &b);
}

/* <NameResponse><NameResult>...</NameResult><ResponseMetadata>... */
static q_code query_body(writer *w)
{
    q_buf b = q_buf_init(w->reply->arena, MAX_REPLY);
    q_str name = q_str_printf(w->reply->arena, "%.*sResponse", Q_ARG(w->op->name));
    q_code rc = put_type(w, "text/xml");

    if (!name.p)
        return q_err_nomem(w->err);
    q_buf_puts(&b, xml_head);
    open_root(&b, name, w->op->api->xml_namespace);
    if (w->op->output_wrapper.n)
        open_root(&b, w->op->output_wrapper, Q_STR(""));
    write__xml(&b, w->op->output, w->call->out);
    if (w->op->output_wrapper.n)
        close_root(&b, w->op->output_wrapper);
    q_buf_puts(&b, "<ResponseMetadata><RequestId>");
    q_buf_xml(&b, w->call->request_id);
    q_buf_puts(&b, "</RequestId></ResponseMetadata>");
    close_root(&b, name);
    return rc ? rc : finish(w, &b);
}

/* Raw bytes: from the document, else what the call says. */
static q_code raw_body(writer *w, const q_value *v)
{
    w->reply->body = v ? v->s : w->call->payload;
    if (!v && w->call->file >= 0) {
        w->reply->file = w->call->file;
        w->reply->file_offset = w->call->file_offset;
        w->reply->file_length = w->call->file_length;
    }
    return put_type(w, "application/octet-stream");
}

static q_code payload_body(writer *w, const q_member *m)
{
    const q_value *v = q_value_get(w->call->out, m->name);

    if (m->shape->kind == Q_SHAPE_BLOB || m->shape->kind == Q_SHAPE_STRING)
        return raw_body(w, v);
    if (!v || v->kind != Q_VALUE_MAP)
        return Q_OK;
    if (w->op->api->protocol == Q_REST_XML)
        return xml_body(w, m->shape, m->shape->root.n ? m->shape->root : m->wire_name, v);
    return json_body(w, m->shape, v, "application/json");
}

static bool has_body_members(const q_api_shape *s)
{
    for (size_t i = 0; i < s->member_count; i++)
        if (read__in_body(&s->members[i]))
            return true;
    return false;
}

static q_code rest_body(writer *w)
{
    const q_api_shape *s = w->op->output;
    const q_member *payload = q_shape_payload(s);

    if (payload)
        return payload_body(w, payload);
    if (w->op->api->protocol == Q_REST_JSON)
        return json_body(w, s, w->call->out, "application/json");
    if (!has_body_members(s))
        return Q_OK;
    return xml_body(w, s, s->root.n ? s->root : s->name, w->call->out);
}

static q_code body(writer *w)
{
    switch (w->op->api->protocol) {
    case Q_JSON_1_0:
        return json_body(w, w->op->output, w->call->out, "application/x-amz-json-1.0");
    case Q_JSON_1_1:
        return json_body(w, w->op->output, w->call->out, "application/x-amz-json-1.1");
    case Q_QUERY:
        return query_body(w);
    case Q_REST_JSON:
    case Q_REST_XML:
        break;
    }
    return rest_body(w);
}

static q_code request_id(writer *w)
{
    q_code rc;

    if (w->op->api->protocol != Q_REST_XML)
        return put_header(w, "x-amzn-RequestId", w->call->request_id);
    rc = put_header(w, "x-amz-request-id", w->call->request_id);
    return rc ? rc : put_header(w, "x-amz-id-2", w->call->request_id);
}

q_code q_output_write(const q_call *call, q_reply *reply, q_err *err)
{
    writer w = {.call = call, .op = call->op, .reply = reply, .err = err};
    q_code rc = q_value_ok(call->out, err);

    if (rc)
        return rc;
    reply->status = call->status ? call->status : call->op->status;
    reply->head_only = q_str_is(call->op->method, "HEAD");
    rc = request_id(&w);
    if (!rc)
        rc = bound_members(&w);
    if (rc || reply->head_only || reply->status == 204 || reply->status == 304)
        return rc;
    return body(&w);
}
