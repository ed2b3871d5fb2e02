/* CreateModel, DescribeModel; what a container and its model data say. */
#include "service/sagemaker.h"

#include "store/object.h"

#include <string.h>

enum {
    USUAL_BATCH = 16,
    MAX_WAIT_MS = 1000,
    MAX_THREADS = 256,
    OPEN_TIMEOUT_MS = 600 * 1000,
    RUN_TIMEOUT_MS = 60 * 1000 /* as the API's */
};

bool sagemaker__url(q_str url, q_str *bucket, q_str *key)
{
    if (!q_str_starts(url, Q_STR("s3://")))
        return false;
    return q_str_cut(q_str_sub(url, 5, url.n), '/', bucket, key) && bucket->n && key->n;
}

/* ---- Environment ------------------------------------------------------- */

static q_code read_number(const q_value *variable, uint64_t low, uint64_t high, uint64_t *out,
                          q_err *err)
{
    if (q_str_u64(variable->s, out) && *out >= low && *out <= high)
        return Q_OK;
    return q_err_set(err, Q_INVALID,
                     "Environment variable %.*s is \"%.*s\"; %llu to %llu is wanted",
                     Q_ARG(variable->key), Q_ARG(q_str_sub(variable->s, 0, 40)),
                     (unsigned long long)low, (unsigned long long)high);
}

q_code sagemaker__environment(const q_value *container, q_served_config *out, q_err *err)
{
    const q_value *environment = q_value_get(container, Q_STR("Environment"));
    q_code rc = Q_OK;

    *out = (q_served_config){.hosts = 1,
                             .max_batch = USUAL_BATCH,
                             .open_timeout_ms = OPEN_TIMEOUT_MS,
                             .run_timeout_ms = RUN_TIMEOUT_MS};
    for (const q_value *v = q_value_first(environment); v && !rc; v = v->next) {
        uint64_t n = 0;

        if (v->kind != Q_VALUE_STRING || !q_str_starts(v->key, Q_STR("QUERN_")))
            continue; /* of the image that would have run elsewhere */
        if (q_str_is(v->key, "QUERN_MAX_BATCH")) {
            rc = read_number(v, 1, Q_SERVED_ROWS, &n, err);
            out->max_batch = (size_t)n;
        } else if (q_str_is(v->key, "QUERN_MAX_WAIT_MS")) {
            rc = read_number(v, 0, MAX_WAIT_MS, &n, err);
            out->max_wait_ms = (unsigned)n;
        } else if (q_str_is(v->key, "QUERN_THREADS")) {
            rc = read_number(v, 1, MAX_THREADS, &n, err);
            out->threads = (size_t)n;
        } else {
            rc = q_err_set(err, Q_INVALID,
                           "Environment variable %.*s is not known; QUERN_MAX_BATCH, "
                           "QUERN_MAX_WAIT_MS and QUERN_THREADS are",
                           Q_ARG(q_str_sub(v->key, 0, 80)));
        }
    }
    return rc;
}

/* ---- CreateModel ------------------------------------------------------- */

/* The one container: PrimaryContainer, or the only one of Containers. */
static q_code the_container(q_call *call, const q_value **out)
{
    const q_value *list = q_value_get(call->in, Q_STR("Containers"));

    *out = q_value_get(call->in, Q_STR("PrimaryContainer"));
    if (*out && list)
        return q_call_fail(call, "ValidationException",
                           "PrimaryContainer and Containers are both given; one is wanted");
    if (q_value_count(list) > 1)
        return q_call_fail(call, "ValidationException",
                           "Containers has %zu containers; this server runs a model alone, so give "
                           "one of them",
                           q_value_count(list));
    if (!*out)
        *out = q_value_first(list);
    if (!*out)
        return q_call_fail(call, "ValidationException", "PrimaryContainer is missing");
    return Q_OK;
}

static q_code check_data(q_call *call, q_str url)
{
    q_app *app = call->app;
    q_str bucket = {NULL, 0}, key = {NULL, 0};
    q_object found;
    q_code rc;

    if (!url.n)
        return q_call_fail(
            call, "ValidationException",
            "ModelDataUrl is missing; give s3://BUCKET/KEY of a .onnx, .q or .tar.gz "
            "file");
    if (!sagemaker__url(url, &bucket, &key))
        return q_call_fail(call, "ValidationException",
                           "ModelDataUrl is \"%.*s\"; s3://BUCKET/KEY is wanted", Q_ARG(url));
    rc = q_object_find(app->objects, bucket, key, call->arena, &found, &call->err);
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "ValidationException",
                           "Could not find model data at %.*s; put the file there first",
                           Q_ARG(url));
    return rc;
}

static q_code check_container(q_call *call, const q_value *container)
{
    static const char *const others[] = {"ModelPackageName", "InferenceSpecificationName",
                                         "MultiModelConfig", NULL};
    q_served_config ignored;
    q_err err;
    q_code rc = sagemaker__refuse(call, container, others, "give the ModelDataUrl of one model");

    if (rc)
        return rc;
    if (q_str_is(q_value_str(container, Q_STR("Mode"), Q_STR("")), "MultiModel"))
        return q_call_fail(call, "ValidationException",
                           "Mode is MultiModel; this server knows SingleModel");
    if (sagemaker__environment(container, &ignored, &err))
        return q_call_fail(call, "ValidationException", "%s", err.msg);
    return check_data(call, q_value_str(container, Q_STR("ModelDataUrl"), Q_STR("")));
}

q_code sagemaker__create_model(q_call *call)
{
    static const char *const kept[] = {"PrimaryContainer",
                                       "Containers",
                                       "ExecutionRoleArn",
                                       "VpcConfig",
                                       "EnableNetworkIsolation",
                                       "Tags",
                                       NULL};
    q_str name = q_value_str(call->in, Q_STR("ModelName"), Q_STR("")), mode;
    q_value *doc = q_value_map(call->arena);
    const q_value *container = NULL;
    q_code rc = the_container(call, &container);

    if (!rc)
        rc = check_container(call, container);
    if (rc)
        return rc;
    mode = q_value_str(q_value_get(call->in, Q_STR("InferenceExecutionConfig")), Q_STR("Mode"),
                       Q_STR("Serial"));
    if (!q_str_is(mode, "Serial"))
        return q_call_fail(call, "ValidationException",
                           "InferenceExecutionConfig Mode is %.*s; this server knows Serial",
                           Q_ARG(mode));
    q_map_int(doc, Q_STR("CreatedMs"), call->now_ms);
    for (const char *const *k = kept; *k; k++)
        q_map_copy(doc, q_str_of(*k), q_value_get(call->in, q_str_of(*k)));
    return sagemaker__create(call, &sagemaker__model, name, doc, "ModelArn");
}

q_code sagemaker__describe_model(q_call *call)
{
    static const char *const given[] = {"PrimaryContainer", "Containers", "ExecutionRoleArn",
                                        "VpcConfig", NULL};
    q_str name = q_value_str(call->in, Q_STR("ModelName"), Q_STR(""));
    q_value *doc = NULL;
    q_code rc = sagemaker__get(call, &sagemaker__model, name, &doc, NULL);

    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("ModelName"), name);
    for (const char *const *k = given; *k; k++)
        q_map_copy(call->out, q_str_of(*k), q_value_get(doc, q_str_of(*k)));
    sagemaker__time(call->out, "CreationTime", doc, "CreatedMs");
    q_map_str(call->out, Q_STR("ModelArn"), sagemaker__arn(call, &sagemaker__model, name));
    q_map_bool(call->out, Q_STR("EnableNetworkIsolation"),
               q_value_bool(doc, Q_STR("EnableNetworkIsolation"), false));
    return q_value_ok(call->out, &call->err);
}
