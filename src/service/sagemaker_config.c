/* CreateEndpointConfig, DescribeEndpointConfig. */
#include "service/sagemaker.h"

static q_code check_variant(q_call *call, const q_value *v)
{
    static const char *const others[] = {"ServerlessConfig", "AcceleratorType", "CoreDumpConfig",
                                         NULL};
    q_str name = q_value_str(v, Q_STR("VariantName"), Q_STR(""));
    q_str model = q_value_str(v, Q_STR("ModelName"), Q_STR(""));
    int64_t count = q_value_int(v, Q_STR("InitialInstanceCount"), 0);
    q_value *doc = NULL;
    q_code rc =
        sagemaker__refuse(call, v, others, "a variant runs in InitialInstanceCount processes");

    if (rc)
        return rc;
    if (!model.n)
        return q_call_fail(call, "ValidationException", "variant %.*s: ModelName is missing",
                           Q_ARG(name));
    if (count < 1 || count > Q_SERVED_HOSTS)
        return q_call_fail(call, "ValidationException",
                           "variant %.*s: InitialInstanceCount is %lld; 1 to %d is wanted (each is "
                           "a process)",
                           Q_ARG(name), (long long)count, (int)Q_SERVED_HOSTS);
    for (const q_value *other = q_value_get(call->in, Q_STR("ProductionVariants"))->first;
         other != v; other = other->next)
        if (q_str_eq(q_value_str(other, Q_STR("VariantName"), Q_STR("")), name))
            return q_call_fail(call, "ValidationException",
                               "ProductionVariants has two variants %.*s", Q_ARG(name));
    return sagemaker__get(call, &sagemaker__model, model, &doc, NULL);
}

q_code sagemaker__create_config(q_call *call)
{
    static const char *const others[] = {"ShadowProductionVariants", "DataCaptureConfig",
                                         "AsyncInferenceConfig", "ExplainerConfig", NULL};
    static const char *const kept[] = {"ProductionVariants", "KmsKeyId", "Tags", NULL};
    q_str name = q_value_str(call->in, Q_STR("EndpointConfigName"), Q_STR(""));
    const q_value *variants = q_value_get(call->in, Q_STR("ProductionVariants"));
    q_value *doc = q_value_map(call->arena);
    double total = 0;
    q_code rc = sagemaker__refuse(call, call->in, others, "give ProductionVariants alone");

    for (const q_value *v = q_value_first(variants); v && !rc; v = v->next) {
        rc = check_variant(call, v);
        total += q_value_double(v, Q_STR("InitialVariantWeight"), 1);
    }
    if (!rc && !(total > 0))
        rc = q_call_fail(call, "ValidationException",
                         "the weights of all variants are 0; one above it is wanted");
    if (rc)
        return rc;
    q_map_int(doc, Q_STR("CreatedMs"), call->now_ms);
    for (const char *const *k = kept; *k; k++)
        q_map_copy(doc, q_str_of(*k), q_value_get(call->in, q_str_of(*k)));
    return sagemaker__create(call, &sagemaker__config, name, doc, "EndpointConfigArn");
}

q_code sagemaker__describe_config(q_call *call)
{
    q_str name = q_value_str(call->in, Q_STR("EndpointConfigName"), Q_STR(""));
    q_value *doc = NULL;
    q_code rc = sagemaker__get(call, &sagemaker__config, name, &doc, NULL);

    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("EndpointConfigName"), name);
    q_map_str(call->out, Q_STR("EndpointConfigArn"),
              sagemaker__arn(call, &sagemaker__config, name));
    q_map_copy(call->out, Q_STR("ProductionVariants"),
               q_value_get(doc, Q_STR("ProductionVariants")));
    q_map_copy(call->out, Q_STR("KmsKeyId"), q_value_get(doc, Q_STR("KmsKeyId")));
    sagemaker__time(call->out, "CreationTime", doc, "CreatedMs");
    return q_value_ok(call->out, &call->err);
}
