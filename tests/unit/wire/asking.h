/* tests/unit/wire/asking.h - a request in one line, its input or fault as text. */
#ifndef ASKING_H
#define ASKING_H

#include "base/json.h"
#include "wire/input.h"
#include "wire/route.h"

#include "test.h"

#include <string.h>

typedef struct ask {
    const char *api, *operation;
    const char *path, *query, *body;
    const char *headers[8]; /* name, value, ... */
} ask;

static q_fault fault;

static const q_api_operation *operation(const char *api, const char *name)
{
    const q_api_operation *op = q_api_operation_find(q_api_find(q_str_of(api)), q_str_of(name));

    CHECK(op != NULL);
    return op;
}

/* NULL when it was refused: `fault` says why. */
static const q_value *read_input_n(ask a, q_str body)
{
    q_header headers[4] = {0};
    q_request req = {.method = Q_STR("POST"), .query = q_str_of(a.query), .headers = headers};
    q_value *in = NULL;
    q_code rc;

    while (req.header_count < 4 && a.headers[req.header_count * 2]) {
        headers[req.header_count] = (q_header){q_str_of(a.headers[req.header_count * 2]),
                                               q_str_of(a.headers[req.header_count * 2 + 1])};
        req.header_count++;
    }
    rc = q_input_read(operation(a.api, a.operation), &req, q_str_of(a.path ? a.path : "/"), body,
                      q_test_arena(), &in, &fault);
    CHECK((rc == Q_OK) == (in != NULL));
    if (rc)
        CHECK(fault.error != NULL);
    return in;
}

static const q_value *read_input(ask a)
{
    return read_input_n(a, q_str_of(a.body));
}

static q_str as_json(const q_value *v)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_str out;

    q_json_write(&b, v);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

static q_str said(void)
{
    return fault.text.n ? fault.text : q_str_of(fault.err.msg);
}

/* What was read, as JSON with blobs in base64; or "ERROR: sentence". */
static q_str answer(ask a)
{
    const q_value *in = read_input(a);

    return in ? as_json(in) : q_str_printf(q_test_arena(), "%s: %.*s", fault.error, Q_ARG(said()));
}

#define CHECK_ASK(want, ...) CHECK_STREQ(answer((ask){__VA_ARGS__}), want)

#endif
