#include "engine/model_file.h"

#include "base/digest.h"
#include "base/file.h"
#include "engine/narrow.h"
#include "engine/onnx_write.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first byte is no text, the line ends show a transfer that changed them. */
static const char magic[8] = "\x89QUERN\r\n";

enum { WEIGHTS_AT = 4096, SMALL = 512, CHUNK = 1 << 20, CRC = 4 };
static const size_t GRAPH_LIMIT = (size_t)1 << 31;

/* The header. */
enum {
    VERSION_AT = 8,
    PRECISION_AT = 12,
    FILE_SIZE_AT = 16,
    WEIGHTS_SIZE_AT = 24,
    GRAPH_AT = 32,
    GRAPH_SIZE_AT = 40,
    WEIGHTS_CRC_AT = 48,
    GRAPH_CRC_AT = 52,
    HEADER_CRC_AT = 60 /* of the 60 bytes in front */
};

static uint64_t get(const char *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return v;
}

static void put(char *p, size_t n, uint64_t v)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (char)(v >> (8 * i));
}

/* As the digest writes it, big-endian. */
static uint32_t crc_number(const unsigned char d[CRC])
{
    return (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3];
}

static q_code crc_of(q_str bytes, uint32_t *out, q_err *err)
{
    unsigned char d[Q_DIGEST_MAX];

    if (!q_digest_of(Q_CRC32C, bytes, d))
        return q_err_nomem(err);
    *out = crc_number(d);
    return Q_OK;
}

/* -- Reading -- */

bool model_file__is(q_str bytes)
{
    return q_str_starts(bytes, (q_str){magic, sizeof magic});
}

static q_code check_crc(q_str bytes, uint32_t want, const char *what, q_err *err)
{
    uint32_t got = 0;
    q_code rc = crc_of(bytes, &got, err);

    if (!rc && got != want)
        rc = q_err_set(err, Q_INVALID, "damage in the %s of this .q file: checksum %08x, not %08x",
                       what, got, want);
    return rc;
}

static q_code parse_header(q_str bytes, model_file *out, q_err *err)
{
    const char *p = bytes.p;
    uint64_t weights = get(p + WEIGHTS_SIZE_AT, 8), at = get(p + GRAPH_AT, 8);
    uint64_t size = get(p + GRAPH_SIZE_AT, 8);

    if (get(p + FILE_SIZE_AT, 8) != bytes.n)
        return q_err_set(err, Q_INVALID, "this .q file has %zu bytes; %llu were written", bytes.n,
                         (unsigned long long)get(p + FILE_SIZE_AT, 8));
    if (bytes.n < WEIGHTS_AT || weights > bytes.n - WEIGHTS_AT || at > bytes.n ||
        size > bytes.n - at)
        return q_err_set(err, Q_INVALID, "the header of this .q file points past its end");
    out->precision = (q_precision)get(p + PRECISION_AT, 4);
    if (get(p + PRECISION_AT, 4) > Q_PRECISION_INT8)
        return q_err_set(err, Q_INVALID, "the header of this .q file has no known precision");
    out->bytes = bytes;
    out->weights = (q_str){p + WEIGHTS_AT, (size_t)weights};
    out->graph = (q_str){p + at, (size_t)size};
    out->weights_crc = (uint32_t)get(p + WEIGHTS_CRC_AT, 4);
    return Q_OK;
}

q_code model_file__parse(q_str bytes, model_file *out, q_err *err)
{
    q_code rc;

    if (!model_file__is(bytes) || bytes.n < MODEL_FILE_HEADER)
        return q_err_set(err, Q_INVALID, "no .q file, or one cut short at %zu bytes", bytes.n);
    rc = check_crc((q_str){bytes.p, HEADER_CRC_AT}, (uint32_t)get(bytes.p + HEADER_CRC_AT, CRC),
                   "header", err);
    if (rc)
        return rc;
    if (get(bytes.p + VERSION_AT, 4) != MODEL_FILE_VERSION)
        return q_err_set(err, Q_UNSUPPORTED, "this .q file is of version %llu; this is version %d",
                         (unsigned long long)get(bytes.p + VERSION_AT, 4), MODEL_FILE_VERSION);
    rc = parse_header(bytes, out, err);
    if (rc)
        return rc;
    return check_crc(out->graph, (uint32_t)get(bytes.p + GRAPH_CRC_AT, CRC), "graph", err);
}

q_code model_file__verify(const model_file *f, q_err *err)
{
    return check_crc(f->weights, f->weights_crc, "weights", err);
}

/* -- Writing -- */

typedef struct weight {
    const q_tensor *t;
    onnx_place place;
} weight;

typedef struct layout {
    weight *items; /* on the heap */
    size_t count, cap;
    uint64_t end; /* of what is placed */
    bool halve;
    q_code rc;
} layout;

/* Whether every number has a place in half precision: none becomes infinite. */
static bool fits_half(const q_tensor *t)
{
    const float *p = t->data;
    size_t n = q_shape_count(&t->shape);

    for (size_t i = 0; i < n; i++)
        if (!(fabsf(p[i]) <= 65504) && isfinite(p[i]))
            return false;
    return true;
}

static bool place(void *ctx, const q_tensor *t, onnx_place *out)
{
    layout *l = ctx;
    size_t bytes = q_tensor_bytes(t);

    if (bytes < SMALL)
        return false;
    if (q_heap_grow(&l->items, &l->cap, l->count + 1, sizeof *l->items)) {
        l->rc = Q_NOMEM;
        return false;
    }
    *out = (onnx_place){l->end, bytes, l->halve && t->dtype == Q_F32 && fits_half(t)};
    if (out->half)
        out->length /= 2;
    l->items[l->count++] = (weight){t, *out};
    l->end = (l->end + out->length + Q_TENSOR_ALIGN - 1) & ~(uint64_t)(Q_TENSOR_ALIGN - 1);
    return true;
}

/* A file under way, and the checksum of what went into it. */
typedef struct sink {
    int fd;
    uint64_t at;
    q_digest *crc;
} sink;

static q_code emit(sink *s, q_str bytes, q_err *err)
{
    q_digest_update(s->crc, bytes);
    s->at += bytes.n;
    return q_fd_write(s->fd, bytes, err);
}

static q_code pad_to(sink *s, uint64_t at, q_err *err)
{
    static const char zeros[Q_TENSOR_ALIGN];
    q_code rc = Q_OK;

    while (!rc && s->at < at)
        rc =
            emit(s, (q_str){zeros, (size_t)(at - s->at < sizeof zeros ? at - s->at : sizeof zeros)},
                 err);
    return rc;
}

static q_code emit_half(sink *s, const q_tensor *t, q_err *err)
{
    uint16_t piece[2048];
    const float *from = t->data;
    size_t n = q_shape_count(&t->shape), room = sizeof piece / sizeof *piece;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < n; i += room) {
        size_t count = n - i < room ? n - i : room;

        for (size_t k = 0; k < count; k++)
            piece[k] = narrow__to_f16(from[i + k]);
        rc = emit(s, (q_str){(const char *)piece, count * sizeof *piece}, err);
    }
    return rc;
}

static q_code emit_weights(sink *s, const layout *l, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < l->count; i++) {
        const weight *w = &l->items[i];

        rc = pad_to(s, w->place.offset, err);
        if (rc)
            break;
        rc = w->place.half ? emit_half(s, w->t, err)
                           : emit(s, (q_str){w->t->data, (size_t)w->place.length}, err);
    }
    return rc ? rc : pad_to(s, l->end, err);
}

static q_code emit_header(int fd, const layout *l, q_precision precision, q_str graph,
                          uint32_t weights_crc, q_err *err)
{
    char header[WEIGHTS_AT] = {0};
    uint32_t crc = 0;
    q_code rc = crc_of(graph, &crc, err);

    if (rc)
        return rc;
    memcpy(header, magic, sizeof magic);
    put(header + VERSION_AT, 4, MODEL_FILE_VERSION);
    put(header + PRECISION_AT, 4, (uint64_t)precision);
    put(header + FILE_SIZE_AT, 8, l->end + graph.n);
    put(header + WEIGHTS_SIZE_AT, 8, l->end - WEIGHTS_AT);
    put(header + GRAPH_AT, 8, l->end);
    put(header + GRAPH_SIZE_AT, 8, graph.n);
    put(header + WEIGHTS_CRC_AT, CRC, weights_crc);
    put(header + GRAPH_CRC_AT, CRC, crc);
    rc = crc_of((q_str){header, HEADER_CRC_AT}, &crc, err);
    if (rc)
        return rc;
    put(header + HEADER_CRC_AT, CRC, crc);
    if (lseek(fd, 0, SEEK_SET) < 0)
        return q_err_errno(err, "write the header");
    return q_fd_write(fd, (q_str){header, sizeof header}, err);
}

/* The header goes in last, when the checksum of the weights is known. */
static q_code emit_all(int fd, const layout *l, q_precision precision, q_str graph, q_err *err)
{
    sink s = {fd, WEIGHTS_AT, q_digest_new(Q_CRC32C)};
    unsigned char digest[Q_DIGEST_MAX];
    q_code rc;

    if (!s.crc)
        return q_err_nomem(err);
    if (lseek(fd, WEIGHTS_AT, SEEK_SET) < 0)
        rc = q_err_errno(err, "write the weights");
    else
        rc = emit_weights(&s, l, err);
    q_digest_final(s.crc, digest);
    q_digest_free(s.crc);
    if (!rc)
        rc = q_fd_write(fd, graph, err);
    if (!rc)
        rc = emit_header(fd, l, precision, graph, crc_number(digest), err);
    if (!rc && fsync(fd) < 0)
        rc = q_err_errno(err, "flush the model");
    return rc;
}

static q_code sync_folder(const char *path, q_arena *a, q_err *err)
{
    char *copy = q_str_cstr(a, q_str_of(path));

    return copy ? q_dir_sync(dirname(copy), err) : q_err_nomem(err);
}

static q_code replace(const char *path, const layout *l, q_precision precision, q_str graph,
                      q_arena *a, q_err *err)
{
    q_str temporary = q_str_printf(a, "%s.%ld.new", path, (long)getpid());
    q_code rc;
    int fd;

    if (!temporary.p)
        return q_err_nomem(err);
    fd = open(temporary.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return q_err_errno(err, "create %s", temporary.p);
    rc = emit_all(fd, l, precision, graph, err);
    q_fd_close(fd);
    if (!rc && rename(temporary.p, path) < 0)
        rc = q_err_errno(err, "rename to %s", path);
    if (rc) {
        unlink(temporary.p);
        return q_err_add(err, rc, "write %s", path);
    }
    return sync_folder(path, a, err);
}

static void count(const layout *l, size_t graph, model_file_stats *stats)
{
    *stats = (model_file_stats){.file_bytes = (size_t)l->end + graph,
                                .weight_bytes = (size_t)l->end - WEIGHTS_AT};
    for (size_t i = 0; i < l->count; i++)
        stats->halved += l->items[i].place.half;
}

q_code model_file__write(const char *path, const q_graph *g, q_precision precision,
                         const onnx_entry *metadata, size_t metadata_count, model_file_stats *stats,
                         q_err *err)
{
    layout l = {.end = WEIGHTS_AT, .halve = precision == Q_PRECISION_F16};
    onnx_write_options options = {metadata, metadata_count, place, &l};
    q_arena *a = q_arena_new(CHUNK);
    q_buf graph = q_buf_init(NULL, GRAPH_LIMIT);
    q_code rc = a ? onnx__write(g, &options, &graph, err) : q_err_nomem(err);

    if (!rc && l.rc)
        rc = q_err_nomem(err);
    if (!rc)
        rc = replace(path, &l, precision, q_buf_str(&graph), a, err);
    if (!rc && stats)
        count(&l, graph.n, stats);
    q_buf_clear(&graph);
    free(l.items);
    q_arena_free(a);
    return rc;
}
