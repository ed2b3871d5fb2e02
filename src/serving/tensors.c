#include "serving/tensors.h"

#include <string.h>

enum {
    ALIGN = 64,
    DEPTH = 3,         /* a sequence of maps of numbers, and one more */
    HEAD = 16,         /* bytes, at least, of any tensor */
    MAX_TENSORS = 4096 /* in a message */
};

/* ---- writing ----------------------------------------------------------- */

static void put_u32(q_buf *b, uint32_t v)
{
    q_buf_put(b, (q_str){(const char *)&v, sizeof v});
}

static void put_u64(q_buf *b, uint64_t v)
{
    q_buf_put(b, (q_str){(const char *)&v, sizeof v});
}

static void put_padding(q_buf *b)
{
    static const char zeros[ALIGN];

    q_buf_put(b, (q_str){zeros, (ALIGN - b->n % ALIGN) % ALIGN});
}

static void put_texts(q_buf *b, const q_tensor *t)
{
    const q_str *texts = t->data;
    size_t n = q_shape_count(&t->shape);

    for (size_t i = 0; i < n; i++)
        put_u64(b, texts[i].n);
    for (size_t i = 0; i < n; i++)
        q_buf_put(b, texts[i]);
}

static void put_tensor(q_buf *b, const q_tensor *t)
{
    bool nested = t->dtype == Q_SEQUENCE || t->dtype == Q_MAP,
         plain = !nested && t->dtype != Q_STRING;
    size_t count = t->dtype == Q_NONE ? 0 : q_shape_count(&t->shape);

    put_u32(b, (uint32_t)t->dtype);
    put_u32(b, (uint32_t)t->shape.rank);
    for (size_t i = 0; i < t->shape.rank; i++)
        put_u64(b, t->shape.dims[i]);
    put_u64(b, plain && count ? q_tensor_bytes(t) : 0);
    put_padding(b);
    if (plain && count)
        q_buf_put(b, (q_str){t->data, q_tensor_bytes(t)});
    else if (t->dtype == Q_STRING)
        put_texts(b, t);
    for (size_t i = 0; nested && i < count; i++)
        put_tensor(b, (const q_tensor *)t->data + i);
}

void tensors__put(q_buf *b, const q_tensor *t, size_t count)
{
    put_u32(b, (uint32_t)count);
    put_u32(b, 0);
    for (size_t i = 0; i < count; i++)
        put_tensor(b, &t[i]);
}

/* ---- reading ----------------------------------------------------------- */

typedef struct reader {
    q_str bytes;
    size_t at;
    q_arena *arena;
    q_err *err;
} reader;

static q_code damaged(const reader *r, const char *what)
{
    return q_err_set(r->err, Q_INVALID, "tensors are damaged at byte %zu of %zu: %s", r->at,
                     r->bytes.n, what);
}

static q_code get_bytes(reader *r, size_t n, const char **out)
{
    if (n > r->bytes.n - r->at)
        return damaged(r, "the end is missing");
    *out = r->bytes.p + r->at;
    r->at += n;
    return Q_OK;
}

static q_code get_u32(reader *r, uint32_t *v)
{
    const char *p = NULL;
    q_code rc = get_bytes(r, sizeof *v, &p);

    if (!rc)
        memcpy(v, p, sizeof *v);
    return rc;
}

static q_code get_u64(reader *r, uint64_t *v)
{
    const char *p = NULL;
    q_code rc = get_bytes(r, sizeof *v, &p);

    if (!rc)
        memcpy(v, p, sizeof *v);
    return rc;
}

static q_code get_padding(reader *r)
{
    const char *p;

    return get_bytes(r, (ALIGN - r->at % ALIGN) % ALIGN, &p);
}

/* Type and shape; *count of elements, which the shape must allow. */
static q_code get_head(reader *r, q_tensor *t, size_t *count, uint64_t *bytes)
{
    uint32_t dtype = 0, rank = 0;
    q_code rc = get_u32(r, &dtype);

    if (!rc)
        rc = get_u32(r, &rank);
    if (rc)
        return rc;
    if (rank > Q_MAX_RANK)
        return damaged(r, "too many dimensions");
    if (dtype != Q_STRING && dtype != Q_NONE && dtype != Q_SEQUENCE && dtype != Q_MAP &&
        (dtype > Q_I4 || q_dtype_bits((q_dtype)dtype) == 0))
        return damaged(r, "no element type");
    t->dtype = (q_dtype)dtype;
    t->shape.rank = rank;
    for (size_t i = 0; i < rank && !rc; i++) {
        uint64_t dim = 0;

        rc = get_u64(r, &dim);
        t->shape.dims[i] = (size_t)dim;
    }
    if (rc)
        return rc;
    if (!q_shape_measure(&t->shape, count))
        return damaged(r, "a shape without end");
    rc = get_u64(r, bytes);
    return rc ? rc : get_padding(r);
}

static q_code get_numbers(reader *r, q_tensor *t, size_t count, uint64_t bytes)
{
    const char *p = NULL;
    size_t wanted = 0;
    q_code rc = q_tensor_measure(t->dtype, &t->shape, SIZE_MAX, &wanted, r->err);

    if (rc || wanted != bytes)
        return damaged(r, "its size is not its shape's");
    rc = get_bytes(r, wanted, &p);
    if (!rc && count)
        t->data = (void *)(uintptr_t)p;
    return rc;
}

static q_code get_texts(reader *r, q_tensor *t, size_t count)
{
    const char *lengths = NULL, *p = NULL;
    q_str *texts;
    q_code rc;

    if (count > r->bytes.n / sizeof(uint64_t))
        return damaged(r, "more texts than bytes");
    texts = q_arena_array(r->arena, count, sizeof *texts);
    if (!texts)
        return q_err_nomem(r->err);
    rc = get_bytes(r, count * sizeof(uint64_t), &lengths);
    for (size_t i = 0; i < count && !rc; i++) {
        uint64_t n;

        memcpy(&n, lengths + i * sizeof n, sizeof n);
        rc = n > r->bytes.n ? damaged(r, "a text without end") : get_bytes(r, (size_t)n, &p);
        texts[i] = (q_str){p, (size_t)n};
    }
    if (count)
        t->data = texts;
    return rc;
}

static q_code get_tensor(reader *r, q_tensor *t, unsigned depth);

static q_code get_nested(reader *r, q_tensor *t, size_t count, unsigned depth)
{
    q_tensor *parts;
    q_code rc = Q_OK;

    if (depth == DEPTH || t->shape.rank != 1 || count > r->bytes.n / HEAD ||
        (t->dtype == Q_MAP && count != 2))
        return damaged(r, "sequences or maps of a form that is not sent");
    parts = q_arena_array(r->arena, count, sizeof *parts);
    if (!parts)
        return q_err_nomem(r->err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = get_tensor(r, &parts[i], depth + 1);
    if (count)
        t->data = parts;
    return rc;
}

static q_code get_tensor(reader *r, q_tensor *t, unsigned depth)
{
    size_t count = 0;
    uint64_t bytes = 0;
    q_code rc = get_head(r, t, &count, &bytes);

    if (rc)
        return rc;
    t->data = NULL;
    if (t->dtype == Q_NONE)
        return Q_OK;
    if (t->dtype == Q_STRING)
        return get_texts(r, t, count);
    if (t->dtype == Q_SEQUENCE || t->dtype == Q_MAP)
        return get_nested(r, t, count, depth);
    return get_numbers(r, t, count, bytes);
}

q_code tensors__get(q_str bytes, q_arena *a, q_tensor **out, size_t *count, q_err *err)
{
    reader r = {.bytes = bytes, .arena = a, .err = err};
    uint32_t n = 0, zero = 0;
    q_code rc = get_u32(&r, &n);

    if (!rc)
        rc = get_u32(&r, &zero);
    if (rc)
        return rc;
    if (n > MAX_TENSORS)
        return damaged(&r, "too many");
    *out = q_arena_array(a, n, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < n && !rc; i++)
        rc = get_tensor(&r, &(*out)[i], 0);
    if (!rc && r.at != bytes.n)
        rc = damaged(&r, "more bytes than tensors");
    *count = n;
    return rc;
}
