/* A record and its job, both or neither; and the same call made twice. */
#include "service/comprehend.h"

#include "base/digest.h"
#include "base/json.h"

#include <stdio.h>

#define TOKENS Q_STR("comprehend-token")

enum { REQUEST = 4096, TOKEN_DAYS = 8 };

static q_code request_write(const comprehend_submission *s, q_arena *a, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, REQUEST);
    q_value *request = q_value_map(a);
    q_code rc;

    q_map_str(request, Q_STR("Space"), q_str_of(s->space));
    q_map_str(request, Q_STR("Key"), s->key);
    rc = q_value_ok(request, err);
    if (rc)
        return rc;
    q_json_write(&b, request);
    return q_buf_finish(&b, out, err);
}

q_code comprehend__job_record(const q_job *job, q_arena *a, q_str *space, q_str *key, q_err *err)
{
    q_value *request = NULL;
    q_code rc = q_json_parse(a, job->request, &request, err);

    *space = q_value_str(request, Q_STR("Space"), Q_STR(""));
    *key = q_value_str(request, Q_STR("Key"), Q_STR(""));
    return rc;
}

q_code comprehend__digest(q_call *call, const q_value *wanted, q_str *out)
{
    q_buf b = q_buf_init(call->arena, COMPREHEND_DOC);
    char *hex = q_arena_alloc(call->arena, 65);
    q_str text;
    q_code rc = q_value_ok(wanted, &call->err);

    if (rc)
        return rc;
    q_json_write(&b, wanted);
    rc = q_buf_finish(&b, &text, &call->err);
    if (!rc && (!hex || !q_sha256_hex(text, hex)))
        rc = q_err_nomem(&call->err);
    *out = q_str_of(hex);
    return rc;
}

/* Q_EXISTS when the token was used for another request. */
static q_code token_use(q_catalog *c, comprehend_submission *s, q_err *err)
{
    q_call *call = s->call;
    q_str name = q_str_printf(call->arena, "%s/%.*s", s->space, Q_ARG(s->token)), key, rest;
    q_str value = q_str_printf(call->arena, "%.*s %.*s", Q_ARG(s->key), Q_ARG(s->digest));
    q_record r;
    q_code rc;

    if (!name.p || !value.p)
        return q_err_nomem(err);
    rc = q_record_get(c, TOKENS, name, call->now_ms, call->arena, &r, err);
    if (rc == Q_NOTFOUND)
        return q_record_put(c, TOKENS, name, value, call->now_ms,
                            call->now_ms + TOKEN_DAYS * 86400000LL, err);
    if (rc)
        return rc;
    q_str_cut(r.value, ' ', &key, &rest);
    if (!q_str_eq(rest, s->digest))
        return q_err_set(err, Q_EXISTS, "the token was used with another request");
    s->key = key;
    s->again = true;
    return Q_OK;
}

static q_code write_all(q_catalog *c, void *arg, q_err *err)
{
    comprehend_submission *s = arg;
    q_app *app = s->call->app;
    q_str request;
    char job[65];
    q_code rc = s->token.n && !s->version ? token_use(c, s, err) : Q_OK;

    if (rc || s->again)
        return rc;
    rc = request_write(s, s->call->arena, &request, err);
    if (!rc)
        rc = comprehend__save(c, s->space, s->key, s->doc, s->version, s->call->arena, err);
    return rc ? rc : q_job_submit(app->jobs, s->job, request, Q_STR(""), job, err);
}

q_code comprehend__submit(comprehend_submission *s)
{
    q_call *call = s->call;
    q_app *app = call->app;
    q_code rc;

    s->token = q_value_str(call->in, Q_STR("ClientRequestToken"), Q_STR(""));
    rc = q_catalog_transact(app->catalog, write_all, s, &call->err);
    if (rc == Q_EXISTS)
        return q_call_fail(call, "InvalidRequestException",
                           "ClientRequestToken %.*s was used with other parameters",
                           Q_ARG(s->token));
    return rc;
}
