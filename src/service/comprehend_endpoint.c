/* Endpoints: a name under which a model answers at once. The model is loaded when the endpoint is
 * made, so that a damaged one shows then, and stays in memory while it is asked for.
 */
#include "service/comprehend_model.h"

#include "base/json.h"

/* The kind and the record that EndpointArn names; the kind is NULL when it names none. */
static const comprehend_model_kind *endpoint_of(const q_call *call, q_str *key)
{
    q_str noun = {NULL, 0}, name = {NULL, 0};

    *key = (q_str){"", 0};
    if (!comprehend__arn_parts(q_value_str(call->in, Q_STR("EndpointArn"), Q_STR("")), &noun,
                               &name))
        return NULL;
    *key = (q_str){noun.p, noun.n + 1 + name.n}; /* as they stand in the ARN */
    return comprehend__endpoint_kind_of(noun);
}

static q_code not_found(q_call *call)
{
    return q_call_fail(call, "ResourceNotFoundException", "there is no endpoint %.*s",
                       Q_ARG(q_value_str(call->in, Q_STR("EndpointArn"), Q_STR(""))));
}

/* The model behind an ARN, which must be trained. */
static q_code check_model(q_call *call, q_str arn, const comprehend_model_kind **kind)
{
    const q_app *app = call->app;
    q_str noun = {NULL, 0}, key = {NULL, 0}, status;
    q_value *doc = NULL;
    q_code rc = Q_NOTFOUND;

    *kind = comprehend__arn_parts(arn, &noun, &key) ? comprehend__model_kind_of(noun) : NULL;
    if (*kind)
        rc = comprehend__load(app->catalog, (*kind)->space, key, call->arena, &doc, NULL,
                              &call->err);
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "ResourceNotFoundException", "there is no model %.*s", Q_ARG(arn));
    if (rc)
        return rc;
    status = q_value_str(doc, Q_STR("Status"), Q_STR(""));
    if (!q_str_is(status, "TRAINED"))
        return q_call_fail(call, "ResourceUnavailableException",
                           "model %.*s is %.*s; an endpoint wants one that is TRAINED", Q_ARG(arn),
                           Q_ARG(status));
    return Q_OK;
}

/* ---- CreateEndpoint, UpdateEndpoint -------------------------------------------------- */

q_code comprehend__create_endpoint(q_call *call)
{
    static const char *const kept[] = {"ModelArn", "DesiredInferenceUnits", "DataAccessRoleArn",
                                       "Tags", NULL};
    const comprehend_model_kind *kind = NULL;
    comprehend_submission s = {
        .call = call, .space = COMPREHEND_ENDPOINTS, .job = COMPREHEND_DEPLOY};
    q_str name = q_value_str(call->in, Q_STR("EndpointName"), Q_STR("")), arn;
    q_str model = q_value_str(call->in, Q_STR("ModelArn"), Q_STR(""));
    q_value *doc = q_value_map(call->arena);
    q_code rc = comprehend__check_tags(call);

    if (!rc && !model.n)
        return q_call_fail(call, "InvalidRequestException", "ModelArn is missing");
    if (!rc)
        rc = check_model(call, model, &kind);
    if (rc)
        return rc;
    arn = comprehend__arn(call, kind->endpoint_noun, name);
    s.key = q_str_printf(call->arena, "%s/%.*s", kind->endpoint_noun, Q_ARG(name));
    if (!arn.p || !s.key.p)
        return q_err_nomem(&call->err);
    comprehend__copy_these(doc, call->in, kept);
    rc = comprehend__digest(call, doc, &s.digest);
    if (rc)
        return rc;
    q_map_str(doc, Q_STR("DesiredModelArn"), model);
    q_map_str(doc, Q_STR("Arn"), arn);
    q_map_str(doc, Q_STR("Status"), Q_STR("CREATING"));
    q_map_int(doc, Q_STR("SubmitMs"), call->now_ms);
    q_map_int(doc, Q_STR("ModifiedMs"), call->now_ms);
    s.doc = doc;
    rc = comprehend__submit(&s);
    if (rc == Q_BUSY)
        return q_call_fail(call, "ResourceInUseException",
                           "there is an endpoint %.*s; give another EndpointName, or delete it",
                           Q_ARG(name));
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("EndpointArn"), arn);
    q_map_str(call->out, Q_STR("ModelArn"), model);
    return q_value_ok(call->out, &call->err);
}

static void update_doc(const q_call *call, const q_value *old, q_value *doc)
{
    static const char *const but[] = {
        "Status",  "ModifiedMs", "DesiredInferenceUnits", "DesiredModelArn", "DataAccessRoleArn",
        "Message", NULL};
    static const char *const from[] = {"DesiredModelArn", "DesiredInferenceUnits",
                                       "DesiredDataAccessRoleArn", NULL};
    static const char *const to[] = {"DesiredModelArn", "DesiredInferenceUnits",
                                     "DataAccessRoleArn"};

    comprehend__copy_but(doc, old, but);
    for (size_t i = 0; from[i]; i++) {
        const q_value *v = q_value_get(call->in, q_str_of(from[i]));

        q_map_copy(doc, q_str_of(to[i]), v ? v : q_value_get(old, q_str_of(to[i])));
    }
    q_map_str(doc, Q_STR("Status"), Q_STR("UPDATING"));
    q_map_int(doc, Q_STR("ModifiedMs"), call->now_ms);
}

q_code comprehend__update_endpoint(q_call *call)
{
    const q_app *app = call->app;
    q_str key, model = q_value_str(call->in, Q_STR("DesiredModelArn"), Q_STR("")), status;
    const comprehend_model_kind *kind = endpoint_of(call, &key), *wanted = kind;
    comprehend_submission s = {.call = call, .job = COMPREHEND_DEPLOY, .key = key};
    q_value *doc = q_value_map(call->arena), *old = NULL;
    q_code rc = kind ? comprehend__load(app->catalog, COMPREHEND_ENDPOINTS, key, call->arena, &old,
                                        &s.version, &call->err)
                     : Q_NOTFOUND;

    if (rc == Q_NOTFOUND)
        return not_found(call);
    if (!rc && model.n)
        rc = check_model(call, model, &wanted);
    if (rc)
        return rc;
    if (wanted != kind)
        return q_call_fail(call, "InvalidRequestException",
                           "DesiredModelArn is a %s; this endpoint is for a %s", wanted->noun,
                           kind->noun);
    status = q_value_str(old, Q_STR("Status"), Q_STR(""));
    if (!q_str_is(status, "IN_SERVICE") && !q_str_is(status, "FAILED"))
        return q_call_fail(call, "ResourceInUseException", "endpoint %.*s is %.*s; wait for it",
                           Q_ARG(key), Q_ARG(status));
    update_doc(call, old, doc);
    s.space = COMPREHEND_ENDPOINTS;
    s.doc = doc;
    rc = comprehend__submit(&s);
    if (rc == Q_BUSY)
        return q_call_fail(call, "ResourceInUseException",
                           "endpoint %.*s was changed at the same time; try again", Q_ARG(key));
    if (rc)
        return rc;
    q_map_copy(call->out, Q_STR("DesiredModelArn"), q_value_get(doc, Q_STR("DesiredModelArn")));
    return q_value_ok(call->out, &call->err);
}

/* ---- the job --------------------------------------------------------------------------- */

static q_code deploy(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_app *app = ctx;
    q_job job = {.id = id, .request = request};
    q_str space, key, noun = {NULL, 0}, model = {NULL, 0}, arn;
    const comprehend_model_kind *kind = NULL;
    comprehend_model *loaded = NULL;
    q_value *doc = NULL;
    q_code rc = comprehend__job_record(&job, a, &space, &key, err);

    *result = Q_STR("");
    if (!rc)
        rc = comprehend__load(app->catalog, COMPREHEND_ENDPOINTS, key, a, &doc, NULL, err);
    if (rc == Q_NOTFOUND) /* deleted since */
        return Q_OK;
    if (rc)
        return rc;
    arn = q_value_str(doc, Q_STR("DesiredModelArn"), Q_STR(""));
    if (comprehend__arn_parts(arn, &noun, &model))
        kind = comprehend__model_kind_of(noun);
    if (!kind)
        return q_err_set(err, Q_INVALID, "%.*s is no model", Q_ARG(arn));
    rc = comprehend__model_get(app, kind, model, &loaded, err);
    comprehend__model_unref(app, loaded);
    *result = arn;
    return rc;
}

/* In force, or a failure; an update that fails leaves what was served before. */
static q_code deployed(void *ctx, const q_value *doc, q_value *to, q_err *err)
{
    static const char *const but[] = {"Status", "Message", "ModelArn", "CurrentInferenceUnits",
                                      NULL};
    const q_job *job = ctx;
    bool good = job->state == Q_JOB_SUCCEEDED;

    (void)err;
    comprehend__copy_but(to, doc, but);
    q_map_str(to, Q_STR("Status"), good ? Q_STR("IN_SERVICE") : Q_STR("FAILED"));
    if (!good)
        q_map_str(to, Q_STR("Message"), job->error);
    q_map_copy(to, Q_STR("ModelArn"),
               q_value_get(doc, good ? Q_STR("DesiredModelArn") : Q_STR("ModelArn")));
    q_map_copy(
        to, Q_STR("CurrentInferenceUnits"),
        q_value_get(doc, good ? Q_STR("DesiredInferenceUnits") : Q_STR("CurrentInferenceUnits")));
    return Q_OK;
}

static q_code deploy_ended(void *ctx, const q_job *job, q_err *err)
{
    q_app *app = ctx;
    q_arena *a = q_arena_new(1 << 16);
    q_str space, key;
    q_code rc = a ? comprehend__job_record(job, a, &space, &key, err) : q_err_nomem(err);

    if (!rc) {
        rc = comprehend__change(app->catalog, COMPREHEND_ENDPOINTS, key, deployed,
                                (void *)(uintptr_t)job, err);
        if (rc == Q_NOTFOUND)
            rc = Q_OK;
    }
    q_arena_free(a);
    return rc;
}

q_code comprehend__register_endpoints(q_app *app, q_err *err)
{
    q_code rc = q_jobs_register(app->jobs, COMPREHEND_DEPLOY, deploy, app, err);

    if (!rc)
        q_jobs_on_end(app->jobs, COMPREHEND_DEPLOY, deploy_ended);
    return rc;
}

/* ---- asking an endpoint -------------------------------------------------------------------- */

q_code comprehend__endpoint_model(q_call *call, const comprehend_model_kind *kind,
                                  comprehend_model **out)
{
    q_app *app = call->app;
    q_str key, noun, model, status;
    q_str arn = q_value_str(call->in, Q_STR("EndpointArn"), Q_STR(""));
    q_value *doc = NULL;
    q_code rc = endpoint_of(call, &key) == kind
                    ? comprehend__load(app->catalog, COMPREHEND_ENDPOINTS, key, call->arena, &doc,
                                       NULL, &call->err)
                    : Q_NOTFOUND;

    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "ResourceUnavailableException", "there is no endpoint %.*s",
                           Q_ARG(arn));
    if (rc)
        return rc;
    status = q_value_str(doc, Q_STR("Status"), Q_STR(""));
    if (!q_str_is(status, "IN_SERVICE") && !q_str_is(status, "UPDATING"))
        return q_call_fail(call, "ResourceUnavailableException", "endpoint %.*s is %.*s",
                           Q_ARG(arn), Q_ARG(status));
    if (!comprehend__arn_parts(q_value_str(doc, Q_STR("ModelArn"), Q_STR("")), &noun, &model))
        return q_err_set(&call->err, Q_INTERNAL, "endpoint %.*s has no model", Q_ARG(key));
    rc = comprehend__model_get(app, kind, model, out, &call->err);
    if (rc == Q_INVALID || rc == Q_NOTFOUND) {
        q_err why = call->err;

        return q_call_fail(call, "ResourceUnavailableException", "%s", why.msg);
    }
    return rc;
}

/* ---- DescribeEndpoint, ListEndpoints, DeleteEndpoint ---------------------------------------- */

static void put_properties(const q_value *doc, q_value *map)
{
    static const char *const kept[] = {"Status",
                                       "Message",
                                       "ModelArn",
                                       "DesiredModelArn",
                                       "DesiredInferenceUnits",
                                       "CurrentInferenceUnits",
                                       "DataAccessRoleArn",
                                       NULL};

    q_map_str(map, Q_STR("EndpointArn"), q_value_str(doc, Q_STR("Arn"), Q_STR("")));
    comprehend__copy_these(map, doc, kept);
    comprehend__time(map, "CreationTime", doc, "SubmitMs");
    comprehend__time(map, "LastModifiedTime", doc, "ModifiedMs");
}

q_code comprehend__describe_endpoint(q_call *call)
{
    const q_app *app = call->app;
    q_str key;
    const comprehend_model_kind *kind = endpoint_of(call, &key);
    q_value *doc = NULL;
    q_code rc = kind ? comprehend__load(app->catalog, COMPREHEND_ENDPOINTS, key, call->arena, &doc,
                                        NULL, &call->err)
                     : Q_NOTFOUND;

    if (rc == Q_NOTFOUND)
        return not_found(call);
    if (rc)
        return rc;
    put_properties(doc, q_map_map(call->out, Q_STR("EndpointProperties")));
    return q_value_ok(call->out, &call->err);
}

q_code comprehend__delete_endpoint(q_call *call)
{
    const q_app *app = call->app;
    q_str key;
    const comprehend_model_kind *kind = endpoint_of(call, &key);
    bool existed = false;
    q_code rc =
        kind ? q_record_delete(app->catalog, Q_STR(COMPREHEND_ENDPOINTS), key, &existed, &call->err)
             : Q_OK;

    return rc || existed ? rc : not_found(call);
}

static void put_item(const q_call *call, const q_record *r, const q_value *doc, q_value *list)
{
    (void)call, (void)r;
    put_properties(doc, q_list_map(list));
}

q_code comprehend__list_endpoints(q_call *call)
{
    return comprehend__list(call, &(comprehend_listing){.space = COMPREHEND_ENDPOINTS,
                                                        .list = "EndpointPropertiesList",
                                                        .put = put_item,
                                                        .name = "ModelArn",
                                                        .status = "Status",
                                                        .time = "CreationTime"});
}
