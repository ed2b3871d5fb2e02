/* Amazon SageMaker: models, endpoint configurations, endpoints. */
#include "service/sagemaker.h"

#include "base/json.h"
#include "service/services.h"

const sagemaker_kind sagemaker__model = {"sagemaker-model", "model", "model"};
const sagemaker_kind sagemaker__config = {"sagemaker-config", "endpoint configuration",
                                          "endpoint-config"};
const sagemaker_kind sagemaker__endpoint = {"sagemaker-endpoint", "endpoint", "endpoint"};

/* ---- records ----------------------------------------------------------- */

/* Names in ARNs are in lower case. */
q_str sagemaker__arn(const q_call *call, const sagemaker_kind *kind, q_str name)
{
    char *lower = q_str_cstr(call->arena, name);

    for (size_t i = 0; lower && i < name.n; i++)
        lower[i] = q_to_lower(lower[i]);
    return q_str_printf(call->arena, "arn:aws:sagemaker:%.*s:%.*s:%s/%s", Q_ARG(call->region),
                        Q_ARG(call->account), kind->arn, lower ? lower : "");
}

q_code sagemaker__load(q_catalog *c, const sagemaker_kind *kind, q_str name, q_arena *a,
                       q_value **doc, int64_t *version, q_err *err)
{
    q_record r;
    q_code rc = q_record_get(c, q_str_of(kind->space), name, 0, a, &r, err);

    if (!rc)
        rc = q_json_parse(a, r.value, doc, err);
    if (!rc && version)
        *version = r.version;
    return rc;
}

q_code sagemaker__get(q_call *call, const sagemaker_kind *kind, q_str name, q_value **doc,
                      int64_t *version)
{
    q_app *app = call->app;
    q_code rc = sagemaker__load(app->catalog, kind, name, call->arena, doc, version, &call->err);

    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "ValidationException", "Could not find %s \"%.*s\".", kind->noun,
                           Q_ARG(sagemaker__arn(call, kind, name)));
    return rc;
}

q_code sagemaker__save(q_catalog *c, const sagemaker_kind *kind, q_str name, const q_value *doc,
                       int64_t version, q_arena *a, q_err *err)
{
    q_buf b = q_buf_init(a, SAGEMAKER_DOC);
    q_str text;
    q_code rc = q_value_ok(doc, err);

    if (rc)
        return rc;
    q_json_write(&b, doc);
    rc = q_buf_finish(&b, &text, err);
    if (!rc)
        rc = q_record_swap(c, q_str_of(kind->space), name, version, text,
                           q_value_int(doc, Q_STR("ModifiedMs"), 0), 0, err);
    return rc;
}

q_code sagemaker__exists(q_call *call, const sagemaker_kind *kind, q_str name)
{
    return q_call_fail(call, "ValidationException", "Cannot create already existing %s \"%.*s\".",
                       kind->noun, Q_ARG(sagemaker__arn(call, kind, name)));
}

q_code sagemaker__create(q_call *call, const sagemaker_kind *kind, q_str name, const q_value *doc,
                         const char *arn_member)
{
    q_app *app = call->app;
    q_code rc = sagemaker__save(app->catalog, kind, name, doc, 0, call->arena, &call->err);

    if (rc == Q_BUSY)
        return sagemaker__exists(call, kind, name);
    if (rc)
        return rc;
    q_map_str(call->out, q_str_of(arn_member), sagemaker__arn(call, kind, name));
    return q_value_ok(call->out, &call->err);
}

q_code sagemaker__delete(q_call *call, const sagemaker_kind *kind, q_str name)
{
    q_app *app = call->app;
    bool existed = false;
    q_code rc = q_record_delete(app->catalog, q_str_of(kind->space), name, &existed, &call->err);

    if (!rc && !existed)
        return q_call_fail(call, "ValidationException", "Could not find %s \"%.*s\".", kind->noun,
                           Q_ARG(sagemaker__arn(call, kind, name)));
    return rc;
}

/* ---- documents --------------------------------------------------------- */

q_code sagemaker__refuse(q_call *call, const q_value *map, const char *const *members,
                         const char *instead)
{
    for (; *members; members++)
        if (q_value_get(map, q_str_of(*members)))
            return q_call_fail(call, "ValidationException",
                               "%s is not supported by this server; %s", *members, instead);
    return Q_OK;
}

void sagemaker__time(q_value *map, const char *key, const q_value *doc, const char *from)
{
    q_map_time(map, q_str_of(key), (double)q_value_int(doc, q_str_of(from), 0) / 1000);
}

/* ---- handlers that are alike ------------------------------------------- */

static q_code delete_model(q_call *call)
{
    return sagemaker__delete(call, &sagemaker__model,
                             q_value_str(call->in, Q_STR("ModelName"), Q_STR("")));
}

static q_code delete_config(q_call *call)
{
    return sagemaker__delete(call, &sagemaker__config,
                             q_value_str(call->in, Q_STR("EndpointConfigName"), Q_STR("")));
}

static q_code list_models(q_call *call)
{
    return sagemaker__list(
        call, &(sagemaker_listing){&sagemaker__model, "Models", "ModelName", "ModelArn", false});
}

static q_code list_configs(q_call *call)
{
    return sagemaker__list(call,
                           &(sagemaker_listing){&sagemaker__config, "EndpointConfigs",
                                                "EndpointConfigName", "EndpointConfigArn", false});
}

static q_code list_endpoints(q_call *call)
{
    return sagemaker__list(call, &(sagemaker_listing){&sagemaker__endpoint, "Endpoints",
                                                      "EndpointName", "EndpointArn", true});
}

static const q_handler handlers[] = {
    {.operation = "CreateModel", .run = sagemaker__create_model},
    {.operation = "DescribeModel", .run = sagemaker__describe_model},
    {.operation = "ListModels", .run = list_models},
    {.operation = "DeleteModel", .run = delete_model},
    {.operation = "CreateEndpointConfig", .run = sagemaker__create_config},
    {.operation = "DescribeEndpointConfig", .run = sagemaker__describe_config},
    {.operation = "ListEndpointConfigs", .run = list_configs},
    {.operation = "DeleteEndpointConfig", .run = delete_config},
    {.operation = "CreateEndpoint", .run = sagemaker__create_endpoint},
    {.operation = "DescribeEndpoint", .run = sagemaker__describe_endpoint},
    {.operation = "ListEndpoints", .run = list_endpoints},
    {.operation = "UpdateEndpoint", .run = sagemaker__update_endpoint},
    {.operation = "UpdateEndpointWeightsAndCapacities",
     .run = sagemaker__update_weights,
     .waits = Q_WAITS_MODEL},
    {.operation = "DeleteEndpoint", .run = sagemaker__delete_endpoint, .waits = Q_WAITS_MODEL},
};

const q_service q_service_sagemaker = {"sagemaker", handlers, sizeof handlers / sizeof *handlers};
