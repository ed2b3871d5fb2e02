/* Start...: the input becomes a job's request. What the document is shows in the job; whether it
 * is there, and whether the result will have a place, shows now.
 */
#include "service/textract_job.h"

#include "base/file.h"
#include "base/json.h"
#include "store/bucket.h"

enum { REQUEST_BYTES = 256 << 10 };

/* What the job will need, in a form that is equal for equal calls. */
static q_code request_write(q_call *call, q_str *out)
{
    static const char *const members[] = {"DocumentLocation", "JobTag",
                                          "FeatureTypes",     "QueriesConfig",
                                          "OutputConfig",     "NotificationChannel"};
    q_buf b = q_buf_init(call->arena, REQUEST_BYTES);
    bool first = true;

    q_buf_char(&b, '{');
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const q_value *v = q_value_get(call->in, q_str_of(members[i]));

        if (!v)
            continue;
        if (!first)
            q_buf_char(&b, ',');
        first = false;
        q_buf_json(&b, q_str_of(members[i]));
        q_buf_char(&b, ':');
        q_json_write(&b, v);
    }
    q_buf_char(&b, '}');
    return q_buf_finish(&b, out, &call->err);
}

static q_code check_output(q_call *call)
{
    const q_app *app = call->app;
    q_str name =
        q_value_str(q_value_get(call->in, Q_STR("OutputConfig")), Q_STR("S3Bucket"), Q_STR(""));
    q_bucket bucket;
    q_code rc;

    if (q_value_get(call->in, Q_STR("KMSKeyId")))
        return q_call_fail(call, "InvalidKMSKeyException",
                           "KMSKeyId is not supported by this server: it keeps no such keys");
    if (name.n == 0)
        return Q_OK;
    rc = q_bucket_get(app->objects, name, call->arena, &bucket, &call->err);
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "InvalidS3ObjectException",
                           "there is no bucket %.*s for the output", Q_ARG(name));
    return rc;
}

static q_code check_features(q_call *call)
{
    const q_app *app = call->app;
    q_err why = {.code = Q_OK};
    q_wanted wanted;
    q_code rc = textract__wanted(call->in, app->limits.queries, call->arena, &wanted, &why);

    if (rc == Q_INVALID)
        return q_call_fail(call, "InvalidParameterException", "%s", why.msg);
    call->err = why;
    return rc;
}

static q_code check(q_call *call, const textract_kind *kind)
{
    int fd = -1;
    q_code rc = kind->analysis ? check_features(call) : Q_OK;

    if (!rc)
        rc = check_output(call);
    if (!rc)
        rc = textract__open(call, q_value_get(call->in, Q_STR("DocumentLocation")), &fd);
    q_fd_close(fd);
    return rc;
}

static q_code check_access(q_call *call, q_str id)
{
    textract_output to;
    q_code rc = textract__output_of(call->in, id, call->arena, &to, &call->err);

    if (!rc && to.bucket.n)
        rc = textract__output_check(call->app, &to, &call->err);
    return rc;
}

static q_code start(q_call *call, const textract_kind *kind)
{
    q_app *app = call->app;
    q_str token = q_value_str(call->in, Q_STR("ClientRequestToken"), Q_STR("")), request;
    char id[65];
    q_code rc = check(call, kind);

    if (!rc)
        rc = request_write(call, &request);
    if (rc)
        return rc;
    rc = q_job_submit(app->jobs, kind->job, request, token, id, &call->err);
    if (rc == Q_EXISTS)
        return q_call_fail(call, "IdempotentParameterMismatchException",
                           "ClientRequestToken %.*s was used with other parameters", Q_ARG(token));
    if (!rc)
        rc = check_access(call, q_str_of(id));
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("JobId"), q_str_copy(call->arena, q_str_of(id)));
    return q_value_ok(call->out, &call->err);
}

q_code textract__start_detection(q_call *call)
{
    return start(call, &textract__kinds[0]);
}

q_code textract__start_analysis(q_call *call)
{
    return start(call, &textract__kinds[1]);
}

q_code textract__start_expense(q_call *call)
{
    return start(call, &textract__kinds[2]);
}
