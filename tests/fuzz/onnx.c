/* A model that is read is sound, is written, and reads back with as many nodes;
 * what cannot be opened is refused.
 */
#include "engine/graph.h"
#include "engine/model.h"
#include "engine/onnx_read.h"
#include "engine/onnx_write.h"
#include "engine/validate.h"

#include <stdint.h>
#include <stdlib.h>

static const size_t memory = (size_t)1 << 24;

static q_code read(q_str bytes, q_arena *a, onnx_model *m)
{
    onnx_data *d;
    q_code rc = onnx_data__new(a, &(onnx_data_options){.file = bytes, .limit = memory}, &d, NULL);

    return rc ? rc : onnx__read(bytes, a, d, m, NULL);
}

static void write_and_read(const onnx_model *m)
{
    q_arena *a = q_arena_new(memory * 4);
    q_buf b = q_buf_init(NULL, memory);
    const onnx_write_options o = {.metadata = m->metadata, .metadata_count = m->metadata_count};
    onnx_model again;
    q_code rc = a ? onnx__write(m->graph, &o, &b, NULL) : Q_NOMEM;

    if (!rc)
        rc = read(q_buf_str(&b), a, &again);
    if (rc && rc != Q_NOMEM && rc != Q_LIMIT)
        abort();
    if (!rc && again.graph->node_count != m->graph->node_count)
        abort();
    q_buf_clear(&b);
    q_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new(memory);
    q_str bytes = {(const char *)data, size};
    q_model_options o = {.limit_bytes = memory};
    q_model *model = NULL;
    onnx_model m;

    if (a && read(bytes, a, &m) == Q_OK) {
        if (validate__graph(m.graph, NULL) == Q_OK)
            write_and_read(&m);
    }
    q_arena_free(a);
    if (q_model_open_bytes(bytes, &o, &model, NULL) == Q_OK)
        q_model_unref(model);
    return 0;
}
