#include "wire/fault.h"

#include "base/json.h"
#include "wire/route.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_FAULT = 1 << 20 };

q_code q_fault_set(q_fault *f, const char *error, const char *fmt, ...)
{
    char msg[sizeof f->err.msg];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    f->error = error;
    f->text = Q_STR("");
    return q_err_set(&f->err, Q_INVALID, "%s", msg);
}

static q_str name_of(const q_api *api, const q_fault *f)
{
    if (f->error)
        return q_str_of(f->error);
    return api ? api->internal_error->name : Q_STR("InternalFailure");
}

static q_str text_of(const q_fault *f)
{
    return f->text.n ? f->text : q_str_of(f->err.msg);
}

int q_fault_status(const q_api *api, const q_fault *f)
{
    const q_api_error *known;

    if (f->status)
        return f->status;
    known = q_api_error_find(api, name_of(api, f));
    if (known)
        return known->status;
    return f->error ? 400 : 500;
}

/* What query and S3 send as the code. */
static q_str code_of(const q_api *api, const q_fault *f)
{
    const q_api_error *known = q_api_error_find(api, name_of(api, f));

    return known ? known->code : name_of(api, f);
}

static void json_body(q_buf *b, const q_api *api, const q_fault *f)
{
    q_buf_puts(b, "{\"__type\":");
    q_buf_json(b, name_of(api, f));
    q_buf_puts(b, ",\"message\":");
    q_buf_json(b, text_of(f));
    for (const q_value *m = q_value_first(f->members); m; m = m->next) {
        q_buf_char(b, ',');
        q_buf_json(b, m->key);
        q_buf_char(b, ':');
        q_json_write(b, m);
    }
    q_buf_char(b, '}');
}

static void element(q_buf *b, q_str name, q_str text)
{
    q_buf_char(b, '<');
    q_buf_put(b, name);
    q_buf_char(b, '>');
    q_buf_xml(b, text);
    q_buf_puts(b, "</");
    q_buf_put(b, name);
    q_buf_char(b, '>');
}

/* Further members of an error are texts and numbers; deeper ones have no XML
 * form without a shape and stay out.
 */
static void xml_members(q_buf *b, const q_value *members)
{
    char number[32];

    for (const q_value *m = q_value_first(members); m; m = m->next) {
        if (m->kind == Q_VALUE_STRING || m->kind == Q_VALUE_NUMBER) {
            element(b, m->key, m->s);
        } else if (m->kind == Q_VALUE_INT) {
            snprintf(number, sizeof number, "%lld", (long long)m->i);
            element(b, m->key, q_str_of(number));
        }
    }
}

static void s3_body(q_buf *b, const q_api *api, const q_fault *f, q_str request_id, q_str resource)
{
    q_buf_puts(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    element(b, Q_STR("Code"), code_of(api, f));
    element(b, Q_STR("Message"), text_of(f));
    xml_members(b, f->members);
    element(b, Q_STR("Resource"), resource);
    element(b, Q_STR("RequestId"), request_id);
    element(b, Q_STR("HostId"), request_id);
    q_buf_puts(b, "</Error>");
}

static void query_body(q_buf *b, const q_api *api, const q_fault *f, q_str request_id)
{
    q_buf_puts(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"");
    q_buf_xml(b, api->xml_namespace);
    q_buf_puts(b, "\"><Error>");
    element(b, Q_STR("Type"), q_fault_status(api, f) < 500 ? Q_STR("Sender") : Q_STR("Receiver"));
    element(b, Q_STR("Code"), code_of(api, f));
    element(b, Q_STR("Message"), text_of(f));
    xml_members(b, f->members);
    q_buf_puts(b, "</Error>");
    element(b, Q_STR("RequestId"), request_id);
    q_buf_puts(b, "</ErrorResponse>");
}

static const char *content_type(q_protocol protocol)
{
    switch (protocol) {
    case Q_JSON_1_0:
        return "application/x-amz-json-1.0";
    case Q_JSON_1_1:
        return "application/x-amz-json-1.1";
    case Q_REST_JSON:
        return "application/json";
    case Q_REST_XML:
        return "application/xml";
    case Q_QUERY:
        return "text/xml";
    }
    return "application/json";
}

static q_code headers(q_reply *reply, q_protocol protocol, q_str request_id, q_str name)
{
    q_code rc;

    if (protocol == Q_REST_XML) {
        rc = q_reply_header(reply, "x-amz-request-id", request_id);
        return rc ? rc : q_reply_header(reply, "x-amz-id-2", request_id);
    }
    rc = q_reply_header(reply, "x-amzn-RequestId", request_id);
    if (!rc && protocol != Q_QUERY)
        rc = q_reply_header(reply, "x-amzn-ErrorType", name);
    return rc;
}

q_code q_fault_write(const q_api *api, const q_fault *fault, q_str request_id, q_str resource,
                     bool head, q_reply *reply)
{
    q_protocol protocol = api ? api->protocol : Q_JSON_1_1;
    q_buf b = q_buf_init(reply->arena, MAX_FAULT);
    q_code rc;

    reply->status = q_fault_status(api, fault);
    rc = headers(reply, protocol, request_id, name_of(api, fault));
    if (rc)
        return rc;
    if (head || reply->status == 304 || reply->status == 204)
        return Q_OK;
    if (protocol == Q_REST_XML)
        s3_body(&b, api, fault, request_id, resource);
    else if (protocol == Q_QUERY)
        query_body(&b, api, fault, request_id);
    else
        json_body(&b, api, fault);
    rc = q_reply_header(reply, "Content-Type", q_str_of(content_type(protocol)));
    return rc ? rc : q_buf_finish(&b, &reply->body, NULL);
}
