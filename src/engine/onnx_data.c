#include "engine/onnx_data.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL = 4096, MAX_FILES = 256 };

typedef struct block {
    struct block *next;
    char *p;
    size_t n;
    bool used;
} block;

typedef struct mapping {
    struct mapping *next;
    q_str name, bytes;
} mapping;

struct onnx_data {
    q_arena *arena;
    const char *folder;
    q_str file;
    const q_model_file *files;
    size_t files_count;
    size_t limit, used, block_count, file_count;
    block *blocks;
    mapping *mappings;
};

static void release(void *arg)
{
    onnx_data *d = arg;

    for (block *b = d->blocks; b; b = b->next)
        free(b->p);
    for (mapping *m = d->mappings; m; m = m->next)
        munmap((void *)(uintptr_t)m->bytes.p, m->bytes.n);
}

q_code onnx_data__new(q_arena *a, const onnx_data_options *options, onnx_data **out, q_err *err)
{
    onnx_data *d = q_arena_alloc(a, sizeof *d);

    if (!d)
        return q_err_nomem(err);
    d->arena = a;
    d->folder = options->folder;
    d->file = options->file;
    d->limit = options->limit;
    d->files = options->files;
    d->files_count = options->files_count;
    if (q_arena_defer(a, release, d))
        return q_err_nomem(err);
    *out = d;
    return Q_OK;
}

static q_code alloc_small(onnx_data *d, size_t bytes, void **out, q_err *err)
{
    char *p = q_arena_alloc(d->arena, bytes + Q_TENSOR_ALIGN);

    if (!p)
        return q_err_nomem(err);
    *out = p + (-(uintptr_t)p & (Q_TENSOR_ALIGN - 1));
    return Q_OK;
}

q_code onnx_data__alloc(onnx_data *d, size_t bytes, void **out, q_err *err)
{
    size_t rounded = (bytes + Q_TENSOR_ALIGN - 1) & ~(size_t)(Q_TENSOR_ALIGN - 1);
    block *b;

    if (bytes < SMALL)
        return alloc_small(d, bytes, out, err);
    if (rounded < bytes || rounded > d->limit - d->used)
        return q_err_set(err, Q_LIMIT,
                         "%zu bytes beside %zu others; the model may take %zu in memory", bytes,
                         d->used, d->limit);
    b = q_arena_alloc(d->arena, sizeof *b);
    if (!b)
        return q_err_nomem(err);
    b->p = aligned_alloc(Q_TENSOR_ALIGN, rounded);
    if (!b->p)
        return q_err_nomem(err);
    memset(b->p, 0, rounded);
    b->n = rounded;
    b->next = d->blocks;
    d->blocks = b;
    d->block_count++;
    d->used += rounded;
    *out = b->p;
    return Q_OK;
}

/* Relative, and no part of it is "..". */
static bool stays_inside(q_str name)
{
    q_str part, rest = name;

    if (name.n == 0 || name.p[0] == '/' || q_str_has(name, '\0') || q_str_has(name, '\\'))
        return false;
    while (rest.n > 0) {
        q_str_cut(rest, '/', &part, &rest);
        if (q_str_is(part, ".."))
            return false;
    }
    return true;
}

static q_code map_fd(int fd, q_str name, q_str *out, q_err *err)
{
    struct stat st;
    void *p;

    if (fstat(fd, &st) < 0)
        return q_err_errno(err, "external data in %.*s", Q_ARG(name));
    if (!S_ISREG(st.st_mode))
        return q_err_set(err, Q_INVALID, "external data in %.*s, which is no regular file",
                         Q_ARG(name));
    if (st.st_size == 0) {
        *out = (q_str){NULL, 0};
        return Q_OK;
    }
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return q_err_errno(err, "external data in %.*s", Q_ARG(name));
    *out = (q_str){p, (size_t)st.st_size};
    return Q_OK;
}

static q_code map_file(onnx_data *d, q_str name, q_str *out, q_err *err)
{
    q_str path = q_str_printf(d->arena, "%s/%.*s", d->folder, Q_ARG(name));
    mapping *m = q_arena_alloc(d->arena, sizeof *m);
    q_code rc;
    int fd;

    if (!path.p || !m)
        return q_err_nomem(err);
    if (++d->file_count > MAX_FILES)
        return q_err_set(err, Q_LIMIT, "external data in more than %d files", MAX_FILES);
    fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return q_err_errno(err, "external data in %s", path.p);
    rc = map_fd(fd, name, &m->bytes, err);
    q_fd_close(fd);
    if (rc)
        return rc;
    *out = m->bytes;
    if (m->bytes.n == 0)
        return Q_OK;
    m->name = name;
    m->next = d->mappings;
    d->mappings = m;
    return Q_OK;
}

static bool find_in_memory(const onnx_data *d, q_str name, q_str *out)
{
    if (q_str_starts(name, Q_STR("./")))
        name = q_str_sub(name, 2, name.n);
    for (size_t i = 0; i < d->files_count; i++)
        if (q_str_eq(d->files[i].name, name)) {
            *out = d->files[i].bytes;
            return true;
        }
    return false;
}

static q_code find_file(onnx_data *d, q_str name, q_str *out, q_err *err)
{
    if (name.n == 0 && d->file.n > 0) {
        *out = d->file;
        return Q_OK;
    }
    if (find_in_memory(d, name, out))
        return Q_OK;
    if (!d->folder && !d->files_count)
        return q_err_set(err, Q_INVALID, "external data in %.*s; a model in memory has no files",
                         Q_ARG(name));
    if (!d->folder)
        return q_err_set(err, Q_NOTFOUND, "external data in %.*s, which is not beside the model",
                         Q_ARG(name));
    if (!stays_inside(name))
        return q_err_set(err, Q_INVALID,
                         "external data in \"%.*s\"; only files below the model's folder are read",
                         Q_ARG(name));
    for (mapping *m = d->mappings; m; m = m->next) {
        if (q_str_eq(m->name, name)) {
            *out = m->bytes;
            return Q_OK;
        }
    }
    return map_file(d, name, out, err);
}

q_code onnx_data__external(onnx_data *d, q_str location, uint64_t offset, uint64_t bytes,
                           q_str *out, q_err *err)
{
    q_str file = {0};
    q_code rc = find_file(d, location, &file, err);

    if (rc)
        return rc;
    if (offset > file.n || bytes > file.n - offset)
        return q_err_set(
            err, Q_INVALID, "external data of %llu bytes at %llu; the file \"%.*s\" has %zu",
            (unsigned long long)bytes, (unsigned long long)offset, Q_ARG(location), file.n);
    *out = (q_str){file.p ? file.p + offset : NULL, (size_t)bytes};
    return Q_OK;
}

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)(*(block *const *)a)->p, y = (uintptr_t)(*(block *const *)b)->p;

    return (x > y) - (x < y);
}

/* The blocks, by their addresses. */
typedef struct block_index {
    block **blocks;
    size_t count;
} block_index;

static block *find_block(const block_index *x, const void *p)
{
    size_t from = 0, to = x->count;

    while (to - from > 0) {
        size_t middle = from + (to - from) / 2;
        block *b = x->blocks[middle];

        if ((uintptr_t)p < (uintptr_t)b->p)
            to = middle;
        else if ((uintptr_t)p - (uintptr_t)b->p < b->n)
            return b;
        else
            from = middle + 1;
    }
    return NULL;
}

static void mark(const block_index *x, const q_tensor *t)
{
    block *b = t ? find_block(x, t->data) : NULL;

    if (b)
        b->used = true;
}

static void mark_value(const block_index *x, const q_graph *g, q_value_id id)
{
    while (g && id < g->value_count) {
        mark(x, g->values[id].constant);
        id = g->values[id].outer;
        g = g->parent;
    }
}

static void mark_graph(const block_index *x, const q_graph *g);

static void mark_attr(const block_index *x, const q_attr *a)
{
    if (a->kind == Q_ATTR_GRAPH)
        mark_graph(x, a->graph);
    if (a->kind == Q_ATTR_TENSOR || a->kind == Q_ATTR_TENSORS)
        for (size_t i = 0; i < a->count; i++)
            mark(x, &a->tensors[i]);
}

static void mark_graph(const block_index *x, const q_graph *g)
{
    for (size_t i = 0; i < g->output_count; i++)
        mark_value(x, g, g->outputs[i]);
    for (size_t i = 0; i < g->node_count; i++) {
        const q_node *n = g->nodes[i];

        for (size_t k = 0; k < n->in_count; k++)
            mark_value(x, g, n->in[k]);
        for (size_t k = 0; k < n->attr_count; k++)
            mark_attr(x, &n->attrs[k]);
    }
}

/* Values that nobody uses forget the constants that go. */
static void forget(const block_index *x, q_graph *g)
{
    for (size_t i = 0; i < g->value_count; i++) {
        const q_tensor *t = g->values[i].constant;
        const block *b = t ? find_block(x, t->data) : NULL;

        if (b && !b->used)
            g->values[i].constant = NULL;
    }
    for (size_t i = 0; i < g->node_count; i++)
        for (size_t k = 0; k < g->nodes[i]->attr_count; k++)
            if (g->nodes[i]->attrs[k].kind == Q_ATTR_GRAPH)
                forget(x, g->nodes[i]->attrs[k].graph);
}

static void sweep(onnx_data *d)
{
    block **link = &d->blocks;

    while (*link) {
        block *b = *link;

        if (b->used) {
            link = &b->next;
            continue;
        }
        free(b->p);
        d->used -= b->n;
        d->block_count--;
        *link = b->next;
    }
}

q_code onnx_data__keep(onnx_data *d, q_graph *g, q_err *err)
{
    block_index x = {calloc(d->block_count + 1, sizeof(block *)), 0};

    if (!x.blocks)
        return q_err_nomem(err);
    for (block *b = d->blocks; b; b = b->next) {
        b->used = false;
        x.blocks[x.count++] = b;
    }
    qsort(x.blocks, x.count, sizeof *x.blocks, by_address);
    mark_graph(&x, g);
    forget(&x, g);
    sweep(d);
    free(x.blocks);
    for (const mapping *m = d->mappings; m; m = m->next)
        madvise((void *)(uintptr_t)m->bytes.p, m->bytes.n, MADV_DONTNEED);
    return Q_OK;
}

size_t onnx_data__bytes(const onnx_data *d)
{
    return d->used;
}

size_t onnx_data__mapped(const onnx_data *d)
{
    size_t sum = 0;

    for (const mapping *m = d->mappings; m; m = m->next)
        sum += m->bytes.n;
    return sum;
}
