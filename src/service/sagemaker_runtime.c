/* Amazon SageMaker runtime: InvokeEndpoint.
 *
 * What the model's container would answer elsewhere (a body that does not fit,
 * a model that fails) is a ModelError here as there, with the status the
 * container would have had.
 */
#include "service/sagemaker.h"
#include "service/sagemaker_form.h"
#include "service/services.h"
#include "serving/choose.h"

enum { BODY_MAX = 6291456 };

/* The model side's answer of a bad status. */
static q_code model_error(q_call *call, int status, const char *msg)
{
    q_value *members = q_value_map(call->arena);
    q_str text = q_str_copy(call->arena, q_str_of(msg));

    q_map_int(members, Q_STR("OriginalStatusCode"), status);
    q_map_str(members, Q_STR("OriginalMessage"), text);
    call->error_members = members;
    return q_call_fail(call, "ModelError",
                       "Received %s error (%d) from model with message \"%.*s\"",
                       status < 500 ? "client" : "server", status, Q_ARG(text));
}

static q_code check_call(q_call *call, q_str body)
{
    static const char *const others[] = {"TargetModel", "TargetContainerHostname",
                                         "EnableExplanations", NULL};

    for (const char *const *m = others; *m; m++)
        if (q_value_get(call->in, q_str_of(*m)))
            return q_call_fail(
                call, "ValidationError",
                "%s is not supported by this server; an endpoint's variants have one "
                "model each",
                *m);
    if (body.n > BODY_MAX)
        return q_call_fail(call, "ValidationError", "Request size %zu exceeded %d bytes", body.n,
                           (int)BODY_MAX);
    return Q_OK;
}

/* ---- which variant ----------------------------------------------------- */

static q_code find_endpoint(q_call *call, q_str name, q_value **doc)
{
    q_app *app = call->app;
    q_code rc = sagemaker__load(app->catalog, &sagemaker__endpoint, name, call->arena, doc, NULL,
                                &call->err);

    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "ValidationError", "Endpoint %.*s of account %.*s not found.",
                           Q_ARG(name), Q_ARG(call->account));
    if (rc)
        return rc;
    if (!q_value_get(*doc, Q_STR("Deployment")))
        return q_call_fail(call, "ValidationError",
                           "Endpoint %.*s is %.*s; it can be invoked when it is InService",
                           Q_ARG(name), Q_ARG(q_value_str(*doc, Q_STR("Status"), Q_STR(""))));
    return Q_OK;
}

static q_code choose(q_call *call, const sagemaker_variant *v, size_t n, size_t *out)
{
    q_str target = q_value_str(call->in, Q_STR("TargetVariant"), Q_STR(""));
    double weights[SAGEMAKER_VARIANTS];

    for (size_t i = 0; i < n; i++)
        weights[i] = v[i].weight;
    if (!target.n) {
        *out = q_choose(weights, n, deployment__chance(call->app));
        if (*out < n)
            return Q_OK;
        return q_call_fail(call, "ValidationError", "no variant has a weight above 0");
    }
    for (*out = 0; *out < n; ++*out)
        if (q_str_eq(v[*out].name, target))
            return Q_OK;
    return q_call_fail(call, "ValidationError",
                       "TargetVariant is %.*s; the endpoint has no such variant", Q_ARG(target));
}

/* ---- the model --------------------------------------------------------- */

static q_code run_failed(q_call *call, q_code rc, const char *msg)
{
    switch (rc) {
    case Q_INVALID:
    case Q_LIMIT:
        return model_error(call, 400, msg);
    case Q_TIMEOUT:
        return model_error(call, 504, msg);
    case Q_NOMEM:
        return q_err_nomem(&call->err);
    default:
        return model_error(call, 500, msg);
    }
}

/* Body in, body out. */
static q_code answer(q_call *call, q_served *s, form_kind from, form_kind to, q_str body)
{
    const q_ports *ports = q_served_ports(s);
    form_input input;
    q_tensor *out = NULL;
    size_t count = 0;
    q_err err = {.code = Q_OK};
    q_code rc = form__read(from, body, ports, call->arena, &input, &err);

    if (rc == Q_INVALID)
        return model_error(call, 400, err.msg);
    if (!rc &&
        (rc = q_served_run(s, input.in, ports->input_count, call->arena, &out, &count, &err)))
        return run_failed(call, rc, err.msg);
    if (!rc)
        rc =
            form__write(to, ports, out, input.columns, BODY_MAX, call->arena, &call->payload, &err);
    if (rc == Q_UNSUPPORTED)
        return model_error(call, 406, err.msg);
    if (rc == Q_LIMIT)
        return model_error(call, 500, "the answer is larger than 6 MB");
    call->err = err;
    return rc;
}

static q_code invoke_variant(q_call *call, const q_value *doc, form_kind from, form_kind to,
                             q_str body)
{
    sagemaker_variant v[SAGEMAKER_VARIANTS];
    size_t n = sagemaker__variants_read(q_value_get(doc, Q_STR("Variants")), v), i = 0;
    deployment *d = NULL;
    q_err err = {.code = Q_OK};
    q_code rc = choose(call, v, n, &i);

    if (rc)
        return rc;
    rc = deployment__get(call->app, q_value_str(call->in, Q_STR("EndpointName"), Q_STR("")),
                         q_value_str(doc, Q_STR("Deployment"), Q_STR("")), v, n, &d, &err);
    if (rc)
        return q_call_fail(call, "ServiceUnavailable", "the endpoint does not come up: %s",
                           err.msg);
    rc = answer(call, deployment__served(d, i), from, to, body);
    deployment__unref(d);
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("ContentType"), q_str_of(form__type(to)));
    q_map_str(call->out, Q_STR("InvokedProductionVariant"), v[i].name);
    return Q_OK;
}

static q_code invoke_endpoint(q_call *call)
{
    const q_value *given = q_value_get(call->in, Q_STR("Body"));
    q_str type = q_value_str(call->in, Q_STR("ContentType"), Q_STR(""));
    q_str accept = q_value_str(call->in, Q_STR("Accept"), Q_STR(""));
    q_str attributes = q_value_str(call->in, Q_STR("CustomAttributes"), Q_STR(""));
    q_str body = given ? given->s : (q_str){"", 0};
    form_kind from, to;
    q_value *doc = NULL;
    q_code rc = check_call(call, body);

    if (!rc)
        rc = find_endpoint(call, q_value_str(call->in, Q_STR("EndpointName"), Q_STR("")), &doc);
    if (rc)
        return rc;
    if (!form__of_type(type, &from))
        return model_error(call, 415,
                           q_str_printf(call->arena,
                                        "ContentType is \"%.*s\"; application/json, text/csv or "
                                        "application/x-npy is wanted",
                                        Q_ARG(type))
                               .p);
    if (!form__of_accept(accept, &to))
        return model_error(call, 406,
                           q_str_printf(call->arena,
                                        "Accept is \"%.*s\"; application/json, text/csv and "
                                        "application/x-npy can be given",
                                        Q_ARG(accept))
                               .p);
    rc = invoke_variant(call, doc, from, to, body);
    if (rc)
        return rc;
    if (attributes.n)
        q_map_str(call->out, Q_STR("CustomAttributes"), attributes);
    return q_value_ok(call->out, &call->err);
}

static const q_handler handlers[] = {
    {.operation = "InvokeEndpoint", .run = invoke_endpoint, .waits = Q_WAITS_MODEL},
};

const q_service q_service_sagemaker_runtime = {"sagemaker-runtime", handlers,
                                               sizeof handlers / sizeof *handlers};
