#include "engine/model.h"

#include "base/file.h"
#include "engine/graph.h"
#include "engine/model_file.h"
#include "engine/model_parts.h"
#include "engine/onnx_read.h"
#include "engine/passes.h"
#include "engine/protobuf.h"
#include "engine/validate.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct q_model {
    atomic_size_t refs;
    q_arena *arena; /* holds all but this struct */
    onnx_data *data;
    onnx_model onnx;
    model_file file; /* of a .q file */
    bool is_file;
    q_precision precision;
    size_t source_bytes;
    void *mapped; /* the file, or NULL */
};

static const size_t BASE_LIMIT = (size_t)64 << 20;
enum { LIMIT_PER_BYTE = 8, SCAN_LIMIT = 1 << 20 };

static void destroy(q_model *m)
{
    q_arena_free(m->arena);
    if (m->mapped)
        munmap(m->mapped, m->source_bytes);
    free(m);
}

q_model *q_model_ref(q_model *m)
{
    atomic_fetch_add(&m->refs, 1);
    return m;
}

void q_model_unref(q_model *m)
{
    if (m && atomic_fetch_sub(&m->refs, 1) == 1)
        destroy(m);
}

/* -- Limits -- */

/* TensorProto's external_data, its location alone. */
static q_str location_of(q_str tensor)
{
    protobuf m = protobuf__of(tensor), entry;
    protobuf_field f, part;
    q_str location = {"", 0};

    while (protobuf__next(&m, &f)) {
        q_str key = {"", 0}, value = {"", 0};

        if (f.number != 13 || f.wire != PROTOBUF_BYTES)
            continue;
        for (entry = protobuf__of(f.bytes); protobuf__next(&entry, &part);) {
            if (part.number == 1)
                key = protobuf__bytes(&entry, &part);
            else if (part.number == 2)
                value = protobuf__bytes(&entry, &part);
        }
        if (q_str_is(key, "location"))
            location = value;
    }
    return location;
}

/* Bytes of all files that the graph's initialisers lie in: the model's size is
 * theirs too. Errors come up when the tensors are read.
 */
static size_t external_bytes(q_str model, const char *folder)
{
    q_arena *a = q_arena_new(SCAN_LIMIT);
    onnx_data_options options = {.folder = folder};
    onnx_data *d;
    size_t bytes = 0;

    if (a && folder && onnx_data__new(a, &options, &d, NULL) == Q_OK) {
        protobuf m = protobuf__of(model), g;
        protobuf_field f, part;

        while (protobuf__next(&m, &f)) {
            if (f.number != 7 || f.wire != PROTOBUF_BYTES)
                continue;
            for (g = protobuf__of(f.bytes); protobuf__next(&g, &part);) {
                q_str piece, location = {"", 0};

                if (part.number == 5 && part.wire == PROTOBUF_BYTES)
                    location = location_of(part.bytes);
                if (location.n > 0 && onnx_data__external(d, location, 0, 0, &piece, NULL))
                    break;
            }
        }
        bytes = onnx_data__mapped(d);
    }
    q_arena_free(a);
    return bytes;
}

/* Of the files that came along in memory. */
static size_t files_bytes(const q_model_options *o)
{
    size_t bytes = 0;

    for (size_t i = 0; i < o->file_count; i++)
        bytes += o->files[i].bytes.n;
    return bytes;
}

static size_t limit_of(size_t bytes, const q_model_options *o)
{
    if (o->limit_bytes)
        return o->limit_bytes;
    return bytes < (SIZE_MAX - BASE_LIMIT) / LIMIT_PER_BYTE ? bytes * LIMIT_PER_BYTE + BASE_LIMIT
                                                            : SIZE_MAX;
}

/* -- Opening -- */

static q_code prepare(q_model *m, q_str graph, const q_model_options *o, q_err *err)
{
    q_code rc = onnx__read(graph, m->arena, m->data, &m->onnx, err);
    q_graph *g = m->onnx.graph;

    if (!rc)
        rc = validate__graph(g, err);
    if (!rc)
        rc = validate__order(g, err);
    if (!rc && o->edit && !m->is_file)
        rc = o->edit(m, g, o->edit_ctx, err);
    if (!rc)
        rc = graph__bind(g, err);
    if (!rc)
        rc = validate__bound(g, err);
    if (!rc && !o->plain && !m->is_file)
        rc = passes__run(g, o, err);
    return rc ? rc : onnx_data__keep(m->data, g, err);
}

static q_code check_precision(q_model *m, const q_model_options *o, q_err *err)
{
    if (!m->is_file) {
        m->precision = o->precision;
        return Q_OK;
    }
    m->precision = m->file.precision;
    if (o->precision == Q_PRECISION_F32 || o->precision == m->precision)
        return Q_OK;
    return q_err_set(err, Q_INVALID,
                     "the file is optimised already, for %s; a model's precision is chosen when "
                     "its ONNX file is optimised",
                     q_precision_name(m->precision));
}

static q_code open_bytes(q_model *m, q_str bytes, const char *folder, const q_model_options *given,
                         q_err *err)
{
    q_model_options o = given ? *given : (q_model_options){0};
    onnx_data_options where = {
        .folder = folder, .file = {NULL, 0}, .files = o.files, .files_count = o.file_count};
    q_str graph = bytes;
    q_code rc = Q_OK;

    m->is_file = model_file__is(bytes);
    if (m->is_file) {
        rc = model_file__parse(bytes, &m->file, err);
        graph = m->file.graph;
        where = (onnx_data_options){.folder = NULL, .file = m->file.bytes};
        folder = NULL;
    }
    if (!rc)
        rc = check_precision(m, &o, err);
    if (rc)
        return rc;
    where.limit = limit_of(bytes.n + external_bytes(graph, folder) + files_bytes(&o), &o);
    m->arena = q_arena_new(where.limit);
    if (!m->arena)
        return q_err_nomem(err);
    rc = onnx_data__new(m->arena, &where, &m->data, err);
    if (!rc)
        rc = prepare(m, graph, &o, err);
    if (rc == Q_NOMEM &&
        q_arena_used(m->arena) + (m->data ? onnx_data__bytes(m->data) : 0) > where.limit / 2)
        rc = q_err_set(err, Q_LIMIT, "the model takes more than %zu bytes of memory", where.limit);
    return rc;
}

static q_code model_new(q_model **out, q_err *err)
{
    q_model *m = calloc(1, sizeof *m);

    if (!m)
        return q_err_nomem(err);
    atomic_init(&m->refs, 1);
    *out = m;
    return Q_OK;
}

q_code q_model_open_bytes(q_str bytes, const q_model_options *options, q_model **out, q_err *err)
{
    q_model *m = NULL;
    q_code rc = model_new(&m, err);

    if (rc)
        return rc;
    m->source_bytes = bytes.n;
    rc = open_bytes(m, bytes, NULL, options, err);
    if (rc)
        q_model_unref(m);
    else
        *out = m;
    return rc;
}

static q_code map(q_model *m, const char *path, q_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    q_code rc = Q_OK;

    if (fd < 0 || fstat(fd, &st) < 0) {
        rc = q_err_errno(err, "open");
    } else if (!S_ISREG(st.st_mode)) {
        rc = q_err_set(err, Q_INVALID, "no regular file");
    } else if (st.st_size == 0) {
        rc = q_err_set(err, Q_INVALID, "the file is empty");
    } else {
        m->source_bytes = (size_t)st.st_size;
        m->mapped = mmap(NULL, m->source_bytes, PROT_READ, MAP_SHARED, fd, 0);
        if (m->mapped == MAP_FAILED) {
            m->mapped = NULL;
            rc = q_err_errno(err, "map");
        }
    }
    q_fd_close(fd);
    return rc;
}

q_code q_model_open(const char *path, const q_model_options *options, q_model **out, q_err *err)
{
    q_model *m = NULL;
    char *copy = strdup(path);
    q_code rc = copy ? model_new(&m, err) : q_err_nomem(err);

    if (!rc)
        rc = map(m, path, err);
    if (!rc)
        rc = open_bytes(m, (q_str){m->mapped, m->source_bytes}, dirname(copy), options, err);
    if (rc) {
        q_model_unref(m);
        rc = q_err_add(err, rc, "model %s", path);
    } else {
        if (!m->is_file) /* read once, as far as it has been rewritten */
            madvise(m->mapped, m->source_bytes, MADV_DONTNEED);
        *out = m;
    }
    free(copy);
    return rc;
}

/* -- What it says of itself -- */

size_t q_model_input_count(const q_model *m)
{
    return m->onnx.graph->input_count;
}

size_t q_model_output_count(const q_model *m)
{
    return m->onnx.graph->output_count;
}

static q_port port(const q_graph *g, q_value_id id)
{
    const q_value_info *v = &g->values[id];

    return (q_port){v->name, v->dtype, v->shape, v->has_shape, v->dim_names};
}

q_port q_model_input(const q_model *m, size_t i)
{
    return port(m->onnx.graph, m->onnx.graph->inputs[i]);
}

q_port q_model_output(const q_model *m, size_t i)
{
    return port(m->onnx.graph, m->onnx.graph->outputs[i]);
}

bool q_model_metadata(const q_model *m, q_str key, q_str *value)
{
    for (size_t i = 0; i < m->onnx.metadata_count; i++) {
        if (q_str_eq(m->onnx.metadata[i].key, key)) {
            *value = m->onnx.metadata[i].value;
            return true;
        }
    }
    return false;
}

const struct q_graph *model__graph(const q_model *m)
{
    return m->onnx.graph;
}

q_model_facts q_model_about(const q_model *m)
{
    return (q_model_facts){
        .onnx = &m->onnx,
        .precision = m->precision,
        .file = m->is_file ? &m->file : NULL,
        .source_bytes = m->source_bytes + onnx_data__mapped(m->data),
        .memory_bytes = q_arena_used(m->arena) + onnx_data__bytes(m->data),
    };
}

const char *q_precision_name(q_precision p)
{
    static const char *const names[] = {"f32", "bf16", "f16", "int8"};

    return (size_t)p < sizeof names / sizeof *names ? names[p] : "unknown";
}

q_code q_model_save(const q_model *m, const char *path, model_file_stats *stats, q_err *err)
{
    return model_file__write(path, m->onnx.graph, m->precision, m->onnx.metadata,
                             m->onnx.metadata_count, stats, err);
}
