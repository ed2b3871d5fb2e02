/* Variants as an endpoint's document keeps them: all that bringing them up
 * needs, so that the configuration and the model may be deleted meanwhile.
 */
#include "service/sagemaker.h"

void sagemaker__variant_write(q_value *list, const sagemaker_variant *v)
{
    q_value *map = q_list_map(list);

    q_map_str(map, Q_STR("VariantName"), v->name);
    q_map_str(map, Q_STR("ModelName"), v->model);
    q_map_str(map, Q_STR("Image"), v->image);
    q_map_str(map, Q_STR("Bucket"), v->bucket);
    q_map_str(map, Q_STR("Key"), v->key);
    q_map_double(map, Q_STR("Weight"), v->weight);
    q_map_int(map, Q_STR("Instances"), (int64_t)v->instances);
    q_map_int(map, Q_STR("Threads"), (int64_t)v->serving.threads);
    q_map_int(map, Q_STR("MaxBatch"), (int64_t)v->serving.max_batch);
    q_map_int(map, Q_STR("MaxWaitMs"), v->serving.max_wait_ms);
    q_map_int(map, Q_STR("OpenTimeoutMs"), v->serving.open_timeout_ms);
    q_map_int(map, Q_STR("RunTimeoutMs"), v->serving.run_timeout_ms);
}

static sagemaker_variant read_one(const q_value *map)
{
    sagemaker_variant v = {
        .name = q_value_str(map, Q_STR("VariantName"), Q_STR("")),
        .model = q_value_str(map, Q_STR("ModelName"), Q_STR("")),
        .image = q_value_str(map, Q_STR("Image"), Q_STR("")),
        .bucket = q_value_str(map, Q_STR("Bucket"), Q_STR("")),
        .key = q_value_str(map, Q_STR("Key"), Q_STR("")),
        .weight = q_value_double(map, Q_STR("Weight"), 0),
        .instances = (size_t)q_value_int(map, Q_STR("Instances"), 1),
    };

    v.serving.hosts = v.instances;
    v.serving.threads = (size_t)q_value_int(map, Q_STR("Threads"), 0);
    v.serving.max_batch = (size_t)q_value_int(map, Q_STR("MaxBatch"), 1);
    v.serving.max_wait_ms = (unsigned)q_value_int(map, Q_STR("MaxWaitMs"), 0);
    v.serving.open_timeout_ms = (int)q_value_int(map, Q_STR("OpenTimeoutMs"), 1000);
    v.serving.run_timeout_ms = (int)q_value_int(map, Q_STR("RunTimeoutMs"), 1000);
    return v;
}

size_t sagemaker__variants_read(const q_value *list, sagemaker_variant out[SAGEMAKER_VARIANTS])
{
    size_t n = 0;

    for (const q_value *map = q_value_first(list); map && n < SAGEMAKER_VARIANTS; map = map->next)
        out[n++] = read_one(map);
    return n;
}
