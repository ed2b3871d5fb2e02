#include "wire/input.h"

#include "base/utf8.h"
#include "wire/bind.h"
#include "wire/read.h"
#include "wire/validate.h"

#include <stdio.h>

/* S3's own sentence, which clients show. */
#define XML_SENTENCE                                                                               \
    "The XML you provided was not well-formed or did not validate against our published schema"

const q_member *q_shape_payload(const q_api_shape *structure)
{
    for (size_t i = 0; i < structure->member_count; i++)
        if (structure->members[i].payload)
            return &structure->members[i];
    return NULL;
}

bool q_input_streams(const q_api_operation *op)
{
    const q_member *payload = q_shape_payload(op->input);

    return payload && payload->streaming;
}

/* The body could not be read: what `err` says, under the API's name for it.
 * What is wrong with us keeps its own code and no name.
 */
static q_code malformed(const q_api *api, q_code code, const q_err *err, q_fault *fault)
{
    if (code != Q_INVALID && code != Q_LIMIT) {
        fault->err = *err;
        return code;
    }
    if (api->protocol == Q_REST_XML)
        q_fault_set(fault, api->malformed_error->name.p, XML_SENTENCE ": %s", err->msg);
    else
        q_fault_set(fault, api->malformed_error->name.p, "%s", err->msg);
    return code;
}

/* S3 names the argument beside the sentence. */
static void name_argument(const q_member *m, q_str value, q_arena *a, q_fault *fault)
{
    fault->members = q_value_map(a);
    q_map_str(fault->members, Q_STR("ArgumentName"), m->wire_name);
    q_map_str(fault->members, Q_STR("ArgumentValue"), q_str_sub(value, 0, 1024));
}

static q_code bad_binding(const q_api *api, const q_member *m, q_code code, const q_err *err,
                          q_arena *a, q_fault *fault)
{
    if (code != Q_INVALID && code != Q_LIMIT) {
        fault->err = *err;
        return code;
    }
    if (api->protocol != Q_REST_XML)
        return malformed(api, code, err, fault);
    q_fault_set(fault, api->validation_error->name.p, "%s", err->msg);
    name_argument(m, Q_STR(""), a, fault);
    return code;
}

static q_code read_xml_body(const q_api_shape *shape, q_str root_name, q_str body, q_value *into,
                            q_err *err)
{
    xml_node *root;
    q_code rc = xml__parse(into->arena, body, &root, err);

    if (rc)
        return rc;
    if (root_name.n && !q_str_eq(root->name, root_name))
        return q_err_set(err, Q_INVALID, "the root element is %.*s, not %.*s",
                         Q_ARG(q_str_sub(root->name, 0, 100)), Q_ARG(root_name));
    return read__xml(shape, root, into, err);
}

static q_code read_payload(const q_api *api, const q_member *m, q_str body, q_value *in, q_err *err)
{
    q_value *to;

    if (m->streaming)
        return Q_OK;
    if (m->shape->kind == Q_SHAPE_BLOB) {
        q_map_blob(in, m->name, body);
        return q_value_ok(in, err);
    }
    if (m->shape->kind == Q_SHAPE_STRING) {
        q_map_str(in, m->name, body);
        return q_utf8_valid(body) ? q_value_ok(in, err)
                                  : q_err_set(err, Q_INVALID, "a body that is no UTF-8");
    }
    if (body.n == 0)
        return Q_OK;
    to = q_map_map(in, m->name);
    if (!to)
        return q_err_nomem(err);
    if (api->protocol == Q_REST_XML)
        return read_xml_body(m->shape, m->wire_name, body, to, err);
    return read__json(m->shape, body, to, err);
}

static bool has_body_members(const q_api_shape *s)
{
    for (size_t i = 0; i < s->member_count; i++)
        if (read__in_body(&s->members[i]))
            return true;
    return false;
}

static q_code read_body(const q_api_operation *op, const q_request *req, q_str body, q_value *in,
                        q_err *err)
{
    const q_member *payload = q_shape_payload(op->input);

    switch (op->api->protocol) {
    case Q_JSON_1_0:
    case Q_JSON_1_1:
        return read__json(op->input, body, in, err);
    case Q_QUERY:
        return read__form(op->input, body.n ? body : req->query, in, err);
    case Q_REST_JSON:
    case Q_REST_XML:
        break;
    }
    if (payload)
        return read_payload(op->api, payload, body, in, err);
    if (body.n == 0 || !has_body_members(op->input))
        return Q_OK;
    if (op->api->protocol == Q_REST_XML)
        return read_xml_body(op->input, Q_STR(""), body, in, err);
    return read__json(op->input, body, in, err);
}

/* Nulls that conversions left behind, at the top only: readers leave none. */
static void drop_nulls(q_value *map)
{
    q_value **link = &map->first;

    map->last = NULL;
    map->count = 0;
    while (*link) {
        if ((*link)->kind == Q_VALUE_NULL) {
            *link = (*link)->next;
            continue;
        }
        map->last = *link;
        map->count++;
        link = &(*link)->next;
    }
}

static q_code check(const q_api_operation *op, const q_value *in, q_arena *a, q_fault *fault)
{
    const q_api *api = op->api;
    violations broken;
    q_code rc = validate__input(op->input, in, a, &broken, &fault->err);

    if (rc)
        return rc;
    if (broken.count == 0)
        return Q_OK;
    if (api->protocol == Q_REST_XML && broken.first && broken.first->location == Q_IN_BODY) {
        q_fault_set(fault, api->malformed_error->name.p, XML_SENTENCE);
        fault->text = q_str_printf(a, XML_SENTENCE ": %.*s", Q_ARG(broken.text));
        return Q_INVALID;
    }
    q_fault_set(fault, api->validation_error->name.p, "%.*s", Q_ARG(broken.text));
    fault->text = broken.text;
    if (api->protocol == Q_REST_XML && broken.first)
        name_argument(broken.first, broken.first_value, a, fault);
    return Q_INVALID;
}

q_code q_input_read(const q_api_operation *op, const q_request *req, q_str path, q_str body,
                    q_arena *a, q_value **in, q_fault *fault)
{
    bool rest = op->api->protocol == Q_REST_JSON || op->api->protocol == Q_REST_XML;
    q_value *read = q_value_map(a);
    const q_member *bad = NULL;
    path_labels labels;
    q_err err;
    q_code rc;

    *fault = (q_fault){0};
    if (!read)
        return q_err_nomem(&fault->err);
    if (rest) {
        if (!path__match(op->uri, path, &labels))
            labels.count = 0;
        rc = bind__members(op->api, op->input, req, &labels, read, &bad, &err);
        if (rc)
            return bad_binding(op->api, bad, rc, &err, a, fault);
    }
    rc = read_body(op, req, body, read, &err);
    if (rc)
        return malformed(op->api, rc, &err, fault);
    rc = q_value_ok(read, &fault->err);
    if (rc)
        return rc;
    drop_nulls(read);
    rc = check(op, read, a, fault);
    if (!rc)
        *in = read;
    return rc;
}
