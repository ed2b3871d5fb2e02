#include "wire/route.h"

#include "wire/path.h"

const q_api *q_api_find(q_str name)
{
    for (const q_api *const *api = q_apis; *api; api++)
        if (q_str_eq((*api)->name, name))
            return *api;
    return NULL;
}

const q_api_operation *q_api_operation_find(const q_api *api, q_str name)
{
    for (size_t i = 0; api && i < api->operation_count; i++)
        if (q_str_eq(api->operations[i].name, name))
            return &api->operations[i];
    return NULL;
}

const q_api_error *q_api_error_find(const q_api *api, q_str name)
{
    for (size_t i = 0; api && i < api->error_count; i++)
        if (q_str_eq(api->errors[i].name, name) || q_str_eq(api->errors[i].code, name))
            return &api->errors[i];
    return NULL;
}

static bool speaks_rest(const q_api *api)
{
    return api->protocol == Q_REST_JSON || api->protocol == Q_REST_XML;
}

static bool signed_for(const q_api *api, q_str signing_name)
{
    return signing_name.n == 0 || q_str_eq(api->signing_name, signing_name);
}

/* The first API that a signature's scope names; NULL without one. */
static const q_api *of_signing_name(q_str signing_name)
{
    for (const q_api *const *api = q_apis; signing_name.n && *api; api++)
        if (q_str_eq((*api)->signing_name, signing_name))
            return *api;
    return NULL;
}

/* "Comprehend_20171127.DetectEntities" */
static const q_api_operation *by_target(q_str target, q_str signing_name, const q_api **api)
{
    size_t dot = target.n;

    while (dot > 0 && target.p[dot - 1] != '.')
        dot--;
    if (dot == 0)
        return NULL;
    for (const q_api *const *a = q_apis; *a; a++) {
        if ((*a)->target.n && q_str_eq((*a)->target, q_str_sub(target, 0, dot - 1)) &&
            signed_for(*a, signing_name)) {
            *api = *a;
            return q_api_operation_find(*a, q_str_sub(target, dot, SIZE_MAX));
        }
    }
    return NULL;
}

/* Action=GetCallerIdentity&Version=2011-06-15, in a form or a query. */
static const q_api_operation *by_action(q_str form, q_str signing_name, const q_api **api)
{
    bool has_action, has_version;
    q_str action = query__find(form, Q_STR("Action"), &has_action);
    q_str version = query__find(form, Q_STR("Version"), &has_version);

    if (!has_action)
        return NULL;
    for (const q_api *const *a = q_apis; *a; a++) {
        if ((*a)->protocol == Q_QUERY && signed_for(*a, signing_name) &&
            (has_version ? query__decodes_to(version, (*a)->version) : signing_name.n > 0)) {
            *api = *a;
            return q_api_operation_find(*a, action);
        }
    }
    return NULL;
}

/* Is what the URI says behind '?' ("uploads", "list-type=2") in the query? */
static bool has_fixed_query(const q_api_operation *op, const q_request *req)
{
    q_str rest = op->query, key, value;

    while (query__next(&rest, &key, &value)) {
        bool found;
        q_str given = query__find(req->query, key, &found);

        if (!found || (value.n && !query__decodes_to(given, value)))
            return false;
    }
    return true;
}

/* How many required query keys and headers the request has, in *present, and
 * how many the operation wants.
 */
static size_t required_bindings(const q_api_operation *op, const q_request *req, size_t *present)
{
    size_t wanted = 0;

    *present = 0;
    for (size_t i = 0; i < op->input->member_count; i++) {
        const q_member *m = &op->input->members[i];
        bool found = false;

        if (!m->required || (m->location != Q_IN_QUERY && m->location != Q_IN_HEADER))
            continue;
        wanted++;
        if (m->location == Q_IN_QUERY)
            query__find(req->query, m->wire_name, &found);
        else
            found = q_request_header(req, m->wire_name.p).p != NULL;
        *present += found;
    }
    return wanted;
}

static bool takes_query_key(const q_api_operation *op, q_str raw_key)
{
    q_str rest = op->query, key, value;

    while (query__next(&rest, &key, &value))
        if (query__decodes_to(raw_key, key))
            return true;
    for (size_t i = 0; i < op->input->member_count; i++) {
        const q_member *m = &op->input->members[i];

        if (m->location == Q_IN_QUERY && query__decodes_to(raw_key, m->wire_name))
            return true;
    }
    return false;
}

/* Does the query name a sub-resource that belongs to another operation? */
static bool means_another(const q_api_operation *op, const q_request *req)
{
    q_str rest = req->query, key, value;

    while (query__next(&rest, &key, &value))
        for (size_t i = 0; i < op->api->subresource_count; i++)
            if (query__decodes_to(key, op->api->subresources[i]) && !takes_query_key(op, key))
                return true;
    return false;
}

typedef struct choice {
    const q_api_operation *best; /* has all it requires */
    size_t score;
    const q_api_operation *lacking; /* fits but for something required */
    size_t lacking_count;
} choice;

static void consider(const q_api_operation *op, const q_request *req, q_str path, choice *c,
                     const q_api **api)
{
    path_labels labels;
    size_t wanted, present, score;

    if (!path__match(op->uri, path, &labels))
        return;
    if (!*api)
        *api = op->api;
    if (!q_str_eq(op->method, req->method) || !has_fixed_query(op, req) || means_another(op, req))
        return;
    wanted = required_bindings(op, req, &present);
    if (present < wanted) {
        /* Where queries tell operations apart, this one is not meant. */
        if (op->api->subresource_count == 0) {
            c->lacking = op;
            c->lacking_count++;
        }
        return;
    }
    /* Literal segments tell APIs apart, then what the query and headers say. */
    score = 1 + labels.literals * 1000 + (op->query.n > 0) + wanted;
    if (score > c->score) {
        c->score = score;
        c->best = op;
        *api = op->api;
    }
}

static const q_api_operation *by_path(const q_request *req, q_str signing_name, q_str path,
                                      const q_api **api)
{
    choice c = {NULL, 0, NULL, 0};

    for (const q_api *const *a = q_apis; *a; a++) {
        if (!speaks_rest(*a) || !signed_for(*a, signing_name))
            continue;
        if (signing_name.n && !*api)
            *api = *a;
        for (size_t i = 0; i < (*a)->operation_count; i++)
            consider(&(*a)->operations[i], req, path, &c, api);
    }
    if (c.best)
        return c.best;
    /* Only one could be meant: its validation says what is missing. */
    if (c.lacking_count != 1)
        return NULL;
    *api = c.lacking->api;
    return c.lacking;
}

const q_api_operation *q_route(const q_request *req, q_str signing_name, q_str form_body,
                               q_str path, const q_api **api)
{
    q_str target = q_request_header(req, "X-Amz-Target");
    const q_api_operation *op = NULL;

    *api = NULL;
    if (target.n)
        op = by_target(target, signing_name, api);
    if (!*api && form_body.n)
        op = by_action(form_body, signing_name, api);
    if (!*api && req->query.n && q_str_is(path, "/"))
        op = by_action(req->query, signing_name, api);
    if (!*api)
        op = by_path(req, signing_name, path, api);
    if (!*api)
        *api = of_signing_name(signing_name);
    return op;
}
