/* Start...: a record that says what is wanted and how far it is, and the job that does it. */
#include "service/comprehend_model.h"

#include "base/digest.h"
#include "base/encode.h"
#include "service/made.h"

#include <stdio.h>

#define ACCESS_CHECK ".write_access_check_file.temp"

enum { ID = 33 };

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

/* ---- what is asked for ----------------------------------------------------------- */

static bool model_wanted(const q_call *call, const comprehend_kind *kind)
{
    return kind->model &&
           (kind->feature == kind->custom || q_value_get(call->in, q_str_of(kind->model)));
}

/* A model of one's own must be there, and trained, when a job begins with it. */
static q_code check_model(q_call *call, const comprehend_kind *kind)
{
    q_app *app = call->app;
    q_str arn = q_value_str(call->in, q_str_of(kind->model), Q_STR("")), noun, key;
    comprehend_model *model = NULL;
    q_err why = {.code = Q_OK};
    q_code rc = Q_NOTFOUND;

    if (!arn.n)
        return q_call_fail(call, "InvalidRequestException", "%s is missing", kind->model);
    if (comprehend__arn_parts(arn, &noun, &key))
        rc = comprehend__model_get(app, comprehend__model_kind_of(noun), key, &model, &why);
    comprehend__model_unref(app, model);
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "ResourceNotFoundException", "there is no %.*s", Q_ARG(arn));
    if (rc == Q_INVALID)
        return q_call_fail(call, "ResourceUnavailableException", "%s", why.msg);
    call->err = why;
    return rc;
}

static q_code check(q_call *call, const comprehend_kind *kind)
{
    const q_value *input = q_value_get(call->in, Q_STR("InputDataConfig"));
    const q_value *output = q_value_get(call->in, Q_STR("OutputDataConfig"));
    q_code rc = comprehend__refuse(call, call->in);

    if (!rc)
        rc = comprehend__refuse(call, input);
    if (!rc)
        rc = comprehend__refuse(call, output);
    if (!rc && q_str_is(q_value_str(call->in, Q_STR("Mode"), Q_STR("")), "ONLY_REDACTION") &&
        !q_value_get(call->in, Q_STR("RedactionConfig")))
        return q_call_fail(call, "InvalidRequestException",
                           "Mode is ONLY_REDACTION; RedactionConfig is missing");
    if (!rc && model_wanted(call, kind))
        rc = check_model(call, kind);
    else if (!rc)
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
    static const char *const kept[] = {"JobName",
                                       "InputDataConfig",
                                       "LanguageCode",
                                       "DataAccessRoleArn",
                                       "Tags",
                                       "EntityRecognizerArn",
                                       "DocumentClassifierArn",
                                       "Mode",
                                       "RedactionConfig",
                                       NULL};

    comprehend__copy_these(doc, call->in, kept);
    q_map_str(doc, Q_STR("OutputPrefix"), output_prefix(call));
}

static void put_rest(const q_call *call, const comprehend_kind *kind, q_str key, q_value *doc)
{
    q_str url = q_str_printf(call->arena, "%.*s/%.*s-%s-%.*s/output/%s", Q_ARG(output_prefix(call)),
                             Q_ARG(call->account), kind->code, Q_ARG(key),
                             kind->output ? "output.tar.gz" : "");

    q_map_str(q_map_map(doc, Q_STR("OutputDataConfig")), Q_STR("S3Uri"), url);
    q_map_str(doc, Q_STR("Arn"), comprehend__arn(call, kind->noun, key));
    q_map_str(doc, Q_STR("Status"), Q_STR("SUBMITTED"));
    q_map_int(doc, Q_STR("SubmitMs"), call->now_ms);
}

static q_code reply(q_call *call, const comprehend_submission *s)
{
    const q_app *app = call->app;
    q_value *doc = NULL;
    q_code rc =
        comprehend__load(app->catalog, s->space, s->key, call->arena, &doc, NULL, &call->err);

    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("JobId"), s->key);
    q_map_str(call->out, Q_STR("JobArn"), q_value_str(doc, Q_STR("Arn"), Q_STR("")));
    q_map_str(call->out, Q_STR("JobStatus"), q_value_str(doc, Q_STR("Status"), Q_STR("")));
    return q_value_ok(call->out, &call->err);
}

/* A sign that the bucket takes the output. */
static q_code access_check(q_call *call)
{
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
    const comprehend_kind *kind = comprehend__kind_for(call);
    comprehend_submission s = {.call = call, .space = kind->space, .job = COMPREHEND_JOB};
    q_value *doc = q_value_map(call->arena);
    char *id = q_arena_alloc(call->arena, ID);
    q_code rc = check(call, kind);

    if (!rc)
        rc = id ? id_make(call->now_ms, id, &call->err) : q_err_nomem(&call->err);
    if (rc)
        return rc;
    put_wanted(call, doc);
    rc = comprehend__digest(call, doc, &s.digest);
    if (rc)
        return rc;
    s.key = q_str_of(id);
    put_rest(call, kind, s.key, doc);
    s.doc = doc;
    rc = access_check(call);
    if (!rc)
        rc = comprehend__submit(&s);
    return rc ? rc : reply(call, &s);
}
