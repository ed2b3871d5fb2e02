/* Start...: a record that says what is wanted and how far it is, and the job that does it. */
#include "service/comprehend.h"

#include "base/digest.h"
#include "base/encode.h"
#include "base/json.h"
#include "service/made.h"

#include <stdio.h>
#include <string.h>

#define TOKENS "comprehend-token"
#define ACCESS_CHECK ".write_access_check_file.temp"

enum { ID = 33, REQUEST = 4096, TOKEN_DAYS = 8 };

typedef struct start {
    q_call *call;
    const comprehend_kind *kind;
    q_str token; /* key of its record, or empty */
    q_str key, digest, request;
    const q_value *doc;
    char found[ID]; /* the job that used the token first */
} start;

/* Later ones sort first, as listings have them: 12 digits of time, 20 at random. */
static q_code id_make(int64_t now_ms, char out[ID], q_err *err)
{
    unsigned char random[10];

    if (!q_random(random, sizeof random))
        return q_err_set(err, Q_INTERNAL, "the kernel gave no random bytes");
    snprintf(out, ID, "%012llx", (1ULL << 48) - 1 - (unsigned long long)now_ms);
    q_hex(random, sizeof random, out + 12);
    return Q_OK;
}

q_code comprehend__job_request(const char *space, q_str key, q_arena *a, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, REQUEST);
    q_value *request = q_value_map(a);

    q_map_str(request, Q_STR("Space"), q_str_of(space));
    q_map_str(request, Q_STR("Key"), key);
    q_json_write(&b, request);
    return q_buf_finish(&b, out, err);
}

/* ---- what is asked for ----------------------------------------------------------- */

static q_code check(q_call *call, const comprehend_kind *kind)
{
    const q_value *input = q_value_get(call->in, Q_STR("InputDataConfig"));
    const q_value *output = q_value_get(call->in, Q_STR("OutputDataConfig"));
    q_code rc = comprehend__refuse(call, call->in);

    if (!rc)
        rc = comprehend__refuse(call, input);
    if (!rc)
        rc = comprehend__refuse(call, output);
    if (!rc)
        rc = comprehend__language(call, kind->feature, "InvalidRequestException");
    if (!rc)
        rc = comprehend__check_tags(call);
    if (!rc)
        rc = comprehend__check_bucket(call, "InputDataConfig.S3Uri",
                                      q_value_str(input, Q_STR("S3Uri"), Q_STR("")));
    if (!rc)
        rc = comprehend__check_bucket(call, "OutputDataConfig.S3Uri",
                                      q_value_str(output, Q_STR("S3Uri"), Q_STR("")));
    return rc;
}

/* s3://BUCKET/PREFIX without a slash at its end. */
static q_str output_prefix(const q_call *call)
{
    q_str url =
        q_value_str(q_value_get(call->in, Q_STR("OutputDataConfig")), Q_STR("S3Uri"), Q_STR(""));

    while (q_str_ends(url, Q_STR("/")))
        url.n--;
    return url;
}

/* The record's members that equal calls have in common. */
static void put_wanted(const q_call *call, q_value *doc)
{
    static const char *const kept[] = {
        "JobName", "InputDataConfig", "LanguageCode", "DataAccessRoleArn", "Tags", NULL};

    comprehend__copy_these(doc, call->in, kept);
}

static q_code digest(q_call *call, const q_value *doc, q_str *out)
{
    q_buf b = q_buf_init(call->arena, COMPREHEND_DOC);
    char *hex = q_arena_alloc(call->arena, 65);
    q_str text;
    q_code rc = q_value_ok(doc, &call->err);

    if (rc)
        return rc;
    q_buf_put(&b, output_prefix(call));
    q_json_write(&b, doc);
    rc = q_buf_finish(&b, &text, &call->err);
    if (!rc && (!hex || !q_sha256_hex(text, hex)))
        rc = q_err_nomem(&call->err);
    *out = q_str_of(hex);
    return rc;
}

static void put_rest(start *s, q_value *doc)
{
    q_call *call = s->call;
    q_str url = q_str_printf(call->arena, "%.*s/%.*s-%s-%.*s/output/%s", Q_ARG(output_prefix(call)),
                             Q_ARG(call->account), s->kind->code, Q_ARG(s->key), "output.tar.gz");

    q_map_str(q_map_map(doc, Q_STR("OutputDataConfig")), Q_STR("S3Uri"), url);
    q_map_str(doc, Q_STR("Arn"), comprehend__arn(call, s->kind->noun, s->key));
    q_map_str(doc, Q_STR("Status"), Q_STR("SUBMITTED"));
    q_map_int(doc, Q_STR("SubmitMs"), call->now_ms);
}

/* ---- both or neither --------------------------------------------------------------- */

/* Q_EXISTS when the token was used for another request; s->found names the job of this one. */
static q_code token_use(q_catalog *c, start *s, q_err *err)
{
    q_call *call = s->call;
    q_str value = q_str_printf(call->arena, "%.*s %.*s", Q_ARG(s->key), Q_ARG(s->digest)), id, rest;
    q_record r;
    q_code rc = q_record_get(c, Q_STR(TOKENS), s->token, call->now_ms, call->arena, &r, err);

    if (rc == Q_NOTFOUND)
        return value.p ? q_record_put(c, Q_STR(TOKENS), s->token, value, call->now_ms,
                                      call->now_ms + TOKEN_DAYS * 86400000LL, err)
                       : q_err_nomem(err);
    if (rc)
        return rc;
    q_str_cut(r.value, ' ', &id, &rest);
    snprintf(s->found, ID, "%.*s", Q_ARG(id));
    return q_str_eq(rest, s->digest)
               ? Q_OK
               : q_err_set(err, Q_EXISTS, "the token was used with another request");
}

static q_code save_and_submit(q_catalog *c, void *arg, q_err *err)
{
    start *s = arg;
    q_app *app = s->call->app;
    char job[65];
    q_code rc = s->token.n ? token_use(c, s, err) : Q_OK;

    if (rc || *s->found)
        return rc;
    rc = comprehend__save(c, s->kind->space, s->key, s->doc, 0, s->call->arena, err);
    return rc ? rc : q_job_submit(app->jobs, COMPREHEND_JOB, s->request, Q_STR(""), job, err);
}

static q_code reply(start *s)
{
    q_call *call = s->call;
    const q_app *app = call->app;
    q_str key = *s->found ? q_str_copy(call->arena, q_str_of(s->found)) : s->key;
    q_value *doc = NULL;
    q_code rc =
        comprehend__load(app->catalog, s->kind->space, key, call->arena, &doc, NULL, &call->err);

    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("JobId"), key);
    q_map_str(call->out, Q_STR("JobArn"), q_value_str(doc, Q_STR("Arn"), Q_STR("")));
    q_map_str(call->out, Q_STR("JobStatus"), q_value_str(doc, Q_STR("Status"), Q_STR("")));
    return q_value_ok(call->out, &call->err);
}

/* A sign that the bucket takes the output. */
static q_code access_check(const start *s)
{
    q_call *call = s->call;
    q_str prefix = output_prefix(call);
    q_made made = {.type = "application/octet-stream"};

    if (!comprehend__url(prefix, &made.bucket, &prefix))
        return Q_OK;
    made.key = q_str_printf(call->arena, "%.*s%s" ACCESS_CHECK, Q_ARG(prefix), prefix.n ? "/" : "");
    return made.key.p ? q_made_put(call->app, &made, Q_STR(""), &call->err)
                      : q_err_nomem(&call->err);
}

q_code comprehend__start_job(q_call *call)
{
    q_app *app = call->app;
    start s = {.call = call, .kind = comprehend__kind_for(call)};
    q_str token = q_value_str(call->in, Q_STR("ClientRequestToken"), Q_STR(""));
    q_value *doc = q_value_map(call->arena);
    char *id = q_arena_alloc(call->arena, ID);
    q_code rc = check(call, s.kind);

    if (!rc)
        rc = id ? id_make(call->now_ms, id, &call->err) : q_err_nomem(&call->err);
    if (rc)
        return rc;
    s.key = q_str_of(id);
    if (token.n)
        s.token = q_str_printf(call->arena, "%s/%.*s", s.kind->space, Q_ARG(token));
    put_wanted(call, doc);
    rc = digest(call, doc, &s.digest);
    if (!rc)
        rc = comprehend__job_request(s.kind->space, s.key, call->arena, &s.request, &call->err);
    if (rc)
        return rc;
    put_rest(&s, doc);
    s.doc = doc;
    rc = access_check(&s);
    if (!rc)
        rc = q_catalog_transact(app->catalog, save_and_submit, &s, &call->err);
    if (rc == Q_EXISTS)
        return q_call_fail(call, "InvalidRequestException",
                           "ClientRequestToken %.*s was used with other parameters", Q_ARG(token));
    return rc ? rc : reply(&s);
}
