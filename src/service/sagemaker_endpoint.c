/* Endpoints: created and updated by a job, described from their documents.
 *
 *     CreateEndpoint   Creating --job--> InService, or Failed with a reason
 *     UpdateEndpoint   Updating --job--> InService with the new configuration,
 *                      or InService with the old one and a reason
 */
#include "service/sagemaker.h"

static q_str name_in(const q_call *call)
{
    return q_value_str(call->in, Q_STR("EndpointName"), Q_STR(""));
}

/* ---- targets ----------------------------------------------------------- */

/* One variant of a configuration with all that its model says. */
static q_code resolve_variant(q_call *call, const q_value *from, sagemaker_variant *v)
{
    q_value *model = NULL;
    const q_value *container;
    q_err err;
    q_code rc;

    v->name = q_value_str(from, Q_STR("VariantName"), Q_STR(""));
    v->model = q_value_str(from, Q_STR("ModelName"), Q_STR(""));
    v->weight = q_value_double(from, Q_STR("InitialVariantWeight"), 1);
    v->instances = (size_t)q_value_int(from, Q_STR("InitialInstanceCount"), 1);
    rc = sagemaker__get(call, &sagemaker__model, v->model, &model, NULL);
    if (rc)
        return rc;
    container = q_value_get(model, Q_STR("PrimaryContainer"));
    if (!container)
        container = q_value_first(q_value_get(model, Q_STR("Containers")));
    v->image = q_value_str(container, Q_STR("Image"), Q_STR(""));
    if (sagemaker__environment(container, &v->serving, &err) ||
        !sagemaker__url(q_value_str(container, Q_STR("ModelDataUrl"), Q_STR("")), &v->bucket,
                        &v->key))
        return q_call_fail(call, "ValidationException", "model %.*s cannot be served",
                           Q_ARG(v->model));
    return Q_OK;
}

/* What an update may keep of the variant that serves now. */
static void retain(const q_call *call, const q_value *old, sagemaker_variant *v)
{
    sagemaker_variant now[SAGEMAKER_VARIANTS];
    size_t n = sagemaker__variants_read(old, now);
    bool weight = true, count = true;

    if (!q_value_bool(call->in, Q_STR("RetainAllVariantProperties"), false))
        return;
    for (const q_value *x =
             q_value_first(q_value_get(call->in, Q_STR("ExcludeRetainedVariantProperties")));
         x; x = x->next) {
        q_str type = q_value_str(x, Q_STR("VariantPropertyType"), Q_STR(""));

        weight = weight && !q_str_is(type, "DesiredWeight");
        count = count && !q_str_is(type, "DesiredInstanceCount");
    }
    for (size_t i = 0; i < n; i++)
        if (q_str_eq(now[i].name, v->name)) {
            v->weight = weight ? now[i].weight : v->weight;
            v->instances = count ? now[i].instances : v->instances;
        }
}

/* doc.Target from the configuration that the call names. */
static q_code set_target(q_call *call, q_value *doc)
{
    q_str config = q_value_str(call->in, Q_STR("EndpointConfigName"), Q_STR(""));
    q_value *from = NULL, *target = q_map_map(doc, Q_STR("Target")), *list;
    q_code rc = sagemaker__get(call, &sagemaker__config, config, &from, NULL);

    if (rc)
        return rc;
    q_map_str(target, Q_STR("ConfigName"), config);
    q_map_str(target, Q_STR("Deployment"), call->request_id);
    q_map_int(target, Q_STR("StartMs"), call->now_ms);
    list = q_map_list(target, Q_STR("Variants"));
    for (const q_value *v = q_value_first(q_value_get(from, Q_STR("ProductionVariants"))); v && !rc;
         v = v->next) {
        sagemaker_variant one;

        rc = resolve_variant(call, v, &one);
        if (rc)
            break;
        retain(call, q_value_get(doc, Q_STR("Variants")), &one);
        sagemaker__variant_write(list, &one);
    }
    return rc;
}

/* Traffic goes over at once, when all of the new deployment is up. */
static q_code check_deployment_config(q_call *call)
{
    const q_value *config = q_value_get(call->in, Q_STR("DeploymentConfig"));
    q_str type = q_value_str(
        q_value_at(config, "BlueGreenUpdatePolicy", "TrafficRoutingConfiguration", NULL),
        Q_STR("Type"), Q_STR("ALL_AT_ONCE"));

    if (q_value_get(config, Q_STR("AutoRollbackConfiguration")))
        return q_call_fail(call, "ValidationException",
                           "AutoRollbackConfiguration is not supported by this server; an update "
                           "whose models do not come up is rolled back by itself");
    if (!q_str_is(type, "ALL_AT_ONCE"))
        return q_call_fail(
            call, "ValidationException",
            "TrafficRoutingConfiguration Type is %.*s; this server knows ALL_AT_ONCE. "
            "For a canary give the endpoint both variants and move their weights "
            "with UpdateEndpointWeightsAndCapacities",
            Q_ARG(type));
    return Q_OK;
}

/* ---- CreateEndpoint, UpdateEndpoint ------------------------------------ */

/* The document and its job, both or neither. */
typedef struct start {
    q_call *call;
    const q_value *doc;
    int64_t version;
} start;

static q_code save_and_submit(q_catalog *c, void *arg, q_err *err)
{
    start *s = arg;
    q_app *app = s->call->app;
    q_str request =
        sagemaker__deploy_request(s->call->arena, name_in(s->call), s->call->request_id);
    char id[65];
    q_code rc = request.p ? sagemaker__save(c, &sagemaker__endpoint, name_in(s->call), s->doc,
                                            s->version, s->call->arena, err)
                          : q_err_nomem(err);

    return rc ? rc : q_job_submit(app->jobs, SAGEMAKER_DEPLOY, request, (q_str){"", 0}, id, err);
}

static q_code begin(q_call *call, const q_value *doc, int64_t version)
{
    q_app *app = call->app;
    start s = {call, doc, version};
    q_code rc = q_catalog_transact(app->catalog, save_and_submit, &s, &call->err);

    if (rc == Q_BUSY)
        return version
                   ? q_call_fail(call, "ValidationException",
                                 "Cannot update in-progress endpoint \"%.*s\".",
                                 Q_ARG(sagemaker__arn(call, &sagemaker__endpoint, name_in(call))))
                   : sagemaker__exists(call, &sagemaker__endpoint, name_in(call));
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("EndpointArn"),
              sagemaker__arn(call, &sagemaker__endpoint, name_in(call)));
    return q_value_ok(call->out, &call->err);
}

q_code sagemaker__create_endpoint(q_call *call)
{
    q_value *doc = q_value_map(call->arena);
    q_code rc = check_deployment_config(call);

    if (rc)
        return rc;
    q_map_int(doc, Q_STR("CreatedMs"), call->now_ms);
    q_map_int(doc, Q_STR("ModifiedMs"), call->now_ms);
    q_map_str(doc, Q_STR("Status"), Q_STR("Creating"));
    q_map_copy(doc, Q_STR("DeploymentConfig"), q_value_get(call->in, Q_STR("DeploymentConfig")));
    q_map_copy(doc, Q_STR("Tags"), q_value_get(call->in, Q_STR("Tags")));
    rc = set_target(call, doc);
    return rc ? rc : begin(call, doc, 0);
}

/* The document without what an update sets anew. */
static q_value *carried_over(const q_call *call, const q_value *old)
{
    static const char *const kept[] = {"CreatedMs", "ConfigName", "Deployment",
                                       "Variants",  "Tags",       NULL};
    q_value *doc = q_value_map(call->arena);

    for (const char *const *k = kept; *k; k++)
        q_map_copy(doc, q_str_of(*k), q_value_get(old, q_str_of(*k)));
    q_map_int(doc, Q_STR("ModifiedMs"), call->now_ms);
    return doc;
}

/* The endpoint, which must be in service. */
static q_code in_service(q_call *call, q_value **doc, int64_t *version)
{
    q_code rc = sagemaker__get(call, &sagemaker__endpoint, name_in(call), doc, version);
    q_str status;

    if (rc)
        return rc;
    status = q_value_str(*doc, Q_STR("Status"), Q_STR(""));
    if (q_str_is(status, "InService"))
        return Q_OK;
    if (q_str_is(status, "Failed"))
        return q_call_fail(call, "ValidationException",
                           "Cannot update failed endpoint \"%.*s\"; delete it and create it anew.",
                           Q_ARG(sagemaker__arn(call, &sagemaker__endpoint, name_in(call))));
    return q_call_fail(call, "ValidationException", "Cannot update in-progress endpoint \"%.*s\".",
                       Q_ARG(sagemaker__arn(call, &sagemaker__endpoint, name_in(call))));
}

q_code sagemaker__update_endpoint(q_call *call)
{
    q_value *old = NULL, *doc;
    int64_t version = 0;
    bool keep = q_value_bool(call->in, Q_STR("RetainDeploymentConfig"), false);
    q_code rc = check_deployment_config(call);

    if (!rc)
        rc = in_service(call, &old, &version);
    if (rc)
        return rc;
    doc = carried_over(call, old);
    q_map_str(doc, Q_STR("Status"), Q_STR("Updating"));
    q_map_copy(doc, Q_STR("DeploymentConfig"),
               q_value_get(keep ? old : call->in, Q_STR("DeploymentConfig")));
    rc = set_target(call, doc);
    return rc ? rc : begin(call, doc, version);
}

/* ---- UpdateEndpointWeightsAndCapacities -------------------------------- */

static q_code change_variant(q_call *call, const q_value *wish, sagemaker_variant *v, size_t n)
{
    q_str name = q_value_str(wish, Q_STR("VariantName"), Q_STR(""));
    int64_t count;
    size_t i = 0;

    while (i < n && !q_str_eq(v[i].name, name))
        i++;
    if (i == n)
        return q_call_fail(call, "ValidationException", "the endpoint has no variant %.*s",
                           Q_ARG(name));
    v[i].weight = q_value_double(wish, Q_STR("DesiredWeight"), v[i].weight);
    count = q_value_int(wish, Q_STR("DesiredInstanceCount"), (int64_t)v[i].instances);
    if (count < 1 || count > Q_SERVED_HOSTS)
        return q_call_fail(call, "ValidationException",
                           "variant %.*s: DesiredInstanceCount is %lld; 1 to %d is wanted",
                           Q_ARG(name), (long long)count, (int)Q_SERVED_HOSTS);
    v[i].instances = (size_t)count;
    return Q_OK;
}

/* Give the running variants their processes, before the document says so. */
static q_code resize(q_call *call, const q_value *doc, const sagemaker_variant *v, size_t n)
{
    q_app *app = call->app;
    sagemaker_variant now[SAGEMAKER_VARIANTS];
    deployment *d = NULL;
    size_t count = sagemaker__variants_read(q_value_get(doc, Q_STR("Variants")), now);
    q_err err = {.code = Q_OK};
    q_code rc = deployment__get(
        app, name_in(call), q_value_str(doc, Q_STR("Deployment"), Q_STR("")), now, count, &d, &err);

    for (size_t i = 0; i < n && !rc; i++)
        if (v[i].instances != now[i].instances)
            rc = q_served_resize(deployment__served(d, i), v[i].instances, &err);
    deployment__unref(d);
    if (rc == Q_BUSY)
        return q_call_fail(call, "ResourceLimitExceeded", "%s", err.msg);
    call->err = err;
    return rc;
}

q_code sagemaker__update_weights(q_call *call)
{
    static const char *const kept[] = {"CreatedMs",  "Status",     "FailureReason",
                                       "ConfigName", "Deployment", "DeploymentConfig",
                                       "Tags",       NULL};
    q_app *app = call->app;
    sagemaker_variant v[SAGEMAKER_VARIANTS];
    q_value *old = NULL, *doc, *list;
    int64_t version = 0;
    double total = 0;
    size_t n;
    q_code rc = in_service(call, &old, &version);

    if (rc)
        return rc;
    n = sagemaker__variants_read(q_value_get(old, Q_STR("Variants")), v);
    for (const q_value *w =
             q_value_first(q_value_get(call->in, Q_STR("DesiredWeightsAndCapacities")));
         w && !rc; w = w->next)
        rc = change_variant(call, w, v, n);
    for (size_t i = 0; i < n; i++)
        total += v[i].weight;
    if (!rc && !(total > 0))
        rc = q_call_fail(call, "ValidationException",
                         "the weights of all variants would be 0; one above it is wanted");
    if (!rc)
        rc = resize(call, old, v, n);
    if (rc)
        return rc;
    doc = q_value_map(call->arena);
    for (const char *const *k = kept; *k; k++)
        q_map_copy(doc, q_str_of(*k), q_value_get(old, q_str_of(*k)));
    q_map_int(doc, Q_STR("ModifiedMs"), call->now_ms);
    list = q_map_list(doc, Q_STR("Variants"));
    for (size_t i = 0; i < n; i++)
        sagemaker__variant_write(list, &v[i]);
    rc = sagemaker__save(app->catalog, &sagemaker__endpoint, name_in(call), doc, version,
                         call->arena, &call->err);
    if (rc == Q_BUSY)
        return q_call_fail(call, "ValidationException",
                           "endpoint %.*s was changed at the same time; try again",
                           Q_ARG(name_in(call)));
    if (!rc)
        q_map_str(call->out, Q_STR("EndpointArn"),
                  sagemaker__arn(call, &sagemaker__endpoint, name_in(call)));
    return rc ? rc : q_value_ok(call->out, &call->err);
}

/* ---- DescribeEndpoint, DeleteEndpoint ---------------------------------- */

static void describe_variant(q_value *list, const sagemaker_variant *v, const q_value *doc)
{
    q_value *map = q_list_map(list), *image;

    q_map_str(map, Q_STR("VariantName"), v->name);
    if (v->image.n) {
        image = q_list_map(q_map_list(map, Q_STR("DeployedImages")));
        q_map_str(image, Q_STR("SpecifiedImage"), v->image);
        q_map_str(image, Q_STR("ResolvedImage"), v->image);
        sagemaker__time(image, "ResolutionTime", doc, "ModifiedMs");
    }
    q_map_double(map, Q_STR("CurrentWeight"), v->weight);
    q_map_double(map, Q_STR("DesiredWeight"), v->weight);
    q_map_int(map, Q_STR("CurrentInstanceCount"), (int64_t)v->instances);
    q_map_int(map, Q_STR("DesiredInstanceCount"), (int64_t)v->instances);
}

/* What is on its way while another deployment serves. */
static void describe_pending(q_value *out, const q_value *target)
{
    q_value *pending = q_map_map(out, Q_STR("PendingDeploymentSummary"));
    q_value *list = q_map_list(pending, Q_STR("ProductionVariants"));
    sagemaker_variant v[SAGEMAKER_VARIANTS];
    size_t n = sagemaker__variants_read(q_value_get(target, Q_STR("Variants")), v);

    q_map_str(pending, Q_STR("EndpointConfigName"),
              q_value_str(target, Q_STR("ConfigName"), Q_STR("")));
    sagemaker__time(pending, "StartTime", target, "StartMs");
    for (size_t i = 0; i < n; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("VariantName"), v[i].name);
        q_map_double(map, Q_STR("DesiredWeight"), v[i].weight);
        q_map_int(map, Q_STR("DesiredInstanceCount"), (int64_t)v[i].instances);
    }
}

q_code sagemaker__describe_endpoint(q_call *call)
{
    sagemaker_variant v[SAGEMAKER_VARIANTS];
    q_value *doc = NULL, *out = call->out, *list;
    const q_value *target;
    q_str config, reason;
    size_t n;
    q_code rc = sagemaker__get(call, &sagemaker__endpoint, name_in(call), &doc, NULL);

    if (rc)
        return rc;
    target = q_value_get(doc, Q_STR("Target"));
    config =
        q_value_str(doc, Q_STR("ConfigName"), q_value_str(target, Q_STR("ConfigName"), Q_STR("")));
    reason = q_value_str(doc, Q_STR("FailureReason"), Q_STR(""));
    n = sagemaker__variants_read(q_value_get(doc, Q_STR("Variants")), v);
    q_map_str(out, Q_STR("EndpointName"), name_in(call));
    q_map_str(out, Q_STR("EndpointArn"), sagemaker__arn(call, &sagemaker__endpoint, name_in(call)));
    q_map_str(out, Q_STR("EndpointConfigName"), config);
    if (n) {
        list = q_map_list(out, Q_STR("ProductionVariants"));
        for (size_t i = 0; i < n; i++)
            describe_variant(list, &v[i], doc);
    }
    q_map_str(out, Q_STR("EndpointStatus"), q_value_str(doc, Q_STR("Status"), Q_STR("")));
    if (reason.n)
        q_map_str(out, Q_STR("FailureReason"), reason);
    sagemaker__time(out, "CreationTime", doc, "CreatedMs");
    sagemaker__time(out, "LastModifiedTime", doc, "ModifiedMs");
    q_map_copy(out, Q_STR("LastDeploymentConfig"), q_value_get(doc, Q_STR("DeploymentConfig")));
    if (target && n)
        describe_pending(out, target);
    return q_value_ok(out, &call->err);
}

q_code sagemaker__delete_endpoint(q_call *call)
{
    q_code rc = sagemaker__delete(call, &sagemaker__endpoint, name_in(call));

    if (!rc)
        deployment__retire(call->app, name_in(call), (q_str){"", 0});
    return rc;
}
