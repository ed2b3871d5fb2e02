/* Products of domain com.microsoft: FusedMatMul, and those whose weights or
 * operands are quantised: MatMulNBits, MatMulIntegerToFloat, DynamicQuantizeMatMul.
 */
#include "engine/byte_product.h"
#include "engine/op_matmul.h"
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/product.h"
#include "engine/real.h"

#include <math.h>
#include <string.h>

/* -- FusedMatMul: alpha a b, the last two dimensions of either perhaps turned -- */

typedef struct fused_params {
    int64_t a_turned, b_turned;
    double alpha;
} fused_params;

static q_code fused_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    fused_params *p = params;
    int64_t a_batch = 0, b_batch = 0;
    q_code rc = op__attr_int(n, "transA", 0, &p->a_turned, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "transB", 0, &p->b_turned, err);
    if (!rc)
        rc = op__attr_int(n, "transBatchA", 0, &a_batch, err);
    if (!rc)
        rc = op__attr_int(n, "transBatchB", 0, &b_batch, err);
    if (!rc)
        rc = op__attr_float(n, "alpha", 1, &p->alpha, err);
    if (!rc && (a_batch || b_batch))
        rc = q_err_set(err, Q_UNSUPPORTED, "transBatchA, transBatchB");
    return rc;
}

static q_shape turned(const q_shape *s, int64_t turn)
{
    q_shape t = *s;

    if (turn && t.rank > 1) {
        t.dims[t.rank - 1] = s->dims[s->rank - 2];
        t.dims[t.rank - 2] = s->dims[s->rank - 1];
    }
    return t;
}

static q_code fused_plan(const q_op_call *c, matmul_plan *m, product *one, q_err *err)
{
    const fused_params *p = c->params;
    q_shape a = turned(&c->in[0]->shape, p->a_turned), b = turned(&c->in[1]->shape, p->b_turned);
    bool ta = p->a_turned && a.rank > 1, tb = p->b_turned && b.rank > 1;
    q_code rc = matmul__plan(&a, &b, m, err);

    if (rc)
        return rc;
    if (ta)
        m->b_shared = false;
    *one = (product){.m = m->b_shared ? m->m * q_shape_count(&m->batch) : m->m,
                     .n = m->n,
                     .k = m->k,
                     .a_row = ta ? 1 : m->k,
                     .a_col = ta ? m->m : 1,
                     .b_row = tb ? 1 : m->n,
                     .b_col = tb ? m->k : 1,
                     .c_row = m->n};
    return Q_OK;
}

static q_code fused_infer(q_op_call *c, q_err *err)
{
    matmul_plan m;
    product one;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__want(c, 1, err, (const q_dtype[]){c->in[0]->dtype, Q_NONE});
    if (!rc)
        rc = fused_plan(c, &m, &one, err);
    if (rc)
        return rc;
    if (!product__scratch(&one, &c->scratch_bytes))
        return q_err_set(err, Q_LIMIT, "the product passes the address space");
    op__set(c, 0, c->in[0]->dtype, &m.out);
    return widen__infer(c, err);
}

static q_code fused_f32(q_op_call *c, q_err *err)
{
    const fused_params *p = c->params;
    const float *a = c->in[0]->data, *b = c->in[1]->data;
    float *y = c->out[0]->data;
    size_t count = q_shape_count(&c->out[0]->shape), batches;
    matmul_plan m;
    product one;
    q_code rc = fused_plan(c, &m, &one, err);

    if (rc || !count)
        return rc;
    batches = m.b_shared ? 1 : q_shape_count(&m.batch);
    for (size_t i = 0; i < batches; i++) {
        one.a = m.b_shared ? a : a + matmul__matrix(&m.a_lead, &m.batch, i) * m.m * m.k;
        one.b = m.b_shared ? b : b + matmul__matrix(&m.b_lead, &m.batch, i) * m.k * m.n;
        one.c = y + i * m.m * m.n;
        product__run(c->team, &one, c->scratch);
    }
    for (size_t i = 0; i < count && p->alpha != 1; i++)
        y[i] *= (float)p->alpha;
    return Q_OK;
}

static q_code fused_run(q_op_call *c, q_err *err)
{
    return widen__run(c, fused_f32, err);
}

/* -- MatMulNBits: weights [N, blocks of K] of 2, 4 or 8 bits, a scale a block -- */

enum { N_WEIGHTS = 1, N_SCALES, N_ZEROS, N_ORDER, N_BIAS };

typedef struct bits_params {
    int64_t k, n, bits, block;
} bits_params;

static q_code bits_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    bits_params *p = params;
    int64_t packed = 0;
    q_code rc = op__attr_int(n, "K", 0, &p->k, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "N", 0, &p->n, err);
    if (!rc)
        rc = op__attr_int(n, "bits", 4, &p->bits, err);
    if (!rc)
        rc = op__attr_int(n, "block_size", 0, &p->block, err);
    if (!rc)
        rc = op__attr_int(n, "weight_prepacked", 0, &packed, err);
    if (rc)
        return rc;
    if (p->k < 1 || p->n < 1 || p->k > INT32_MAX || p->n > INT32_MAX || p->block < 16 ||
        p->block > 1 << 16 || (p->block & (p->block - 1)))
        return q_err_set(err, Q_INVALID, "K %lld, N %lld, block_size %lld", (long long)p->k,
                         (long long)p->n, (long long)p->block);
    if ((p->bits != 2 && p->bits != 4 && p->bits != 8) || packed)
        return q_err_set(err, Q_UNSUPPORTED, "%lld bits, weight_prepacked %lld", (long long)p->bits,
                         (long long)packed);
    return Q_OK;
}

typedef struct bits_sizes {
    size_t rows, k, n, blocks, block_bytes, zero_bytes; /* zero points of a column, packed */
} bits_sizes;

static q_code bits_measure(const q_op_call *c, bits_sizes *z, q_err *err)
{
    const bits_params *p = c->params;
    const q_shape *a = &c->in[0]->shape;

    z->k = (size_t)p->k;
    z->n = (size_t)p->n;
    z->blocks = (z->k + (size_t)p->block - 1) / (size_t)p->block;
    z->block_bytes = (size_t)p->block * (size_t)p->bits / 8;
    z->zero_bytes = (z->blocks * (size_t)p->bits + 7) / 8;
    if (!a->rank || a->dims[a->rank - 1] != z->k)
        return q_err_set(err, Q_INVALID, "input 0 must have rows of %zu", z->k);
    z->rows = q_shape_span(a, 0, a->rank - 1);
    if (c->in[N_WEIGHTS]->dtype != Q_U8 ||
        q_shape_count(&c->in[N_WEIGHTS]->shape) != z->n * z->blocks * z->block_bytes)
        return q_err_set(err, Q_INVALID, "the weights must be uint8 [%zu, %zu, %zu]", z->n,
                         z->blocks, z->block_bytes);
    if (!op__has(c, N_SCALES) || c->in[N_SCALES]->dtype != c->in[0]->dtype ||
        q_shape_count(&c->in[N_SCALES]->shape) != z->n * z->blocks)
        return q_err_set(err, Q_INVALID, "the scales must be [%zu, %zu] of input 0's type", z->n,
                         z->blocks);
    if (op__has(c, N_ZEROS)) {
        bool same = c->in[N_ZEROS]->dtype == c->in[0]->dtype;
        if ((!same && c->in[N_ZEROS]->dtype != Q_U8) ||
            q_shape_count(&c->in[N_ZEROS]->shape) != z->n * (same ? z->blocks : z->zero_bytes))
            return q_err_set(err, Q_INVALID, "the zero points do not fit the scales");
    }
    if (op__has(c, N_BIAS) &&
        (c->in[N_BIAS]->dtype != c->in[0]->dtype || q_shape_count(&c->in[N_BIAS]->shape) != z->n))
        return q_err_set(err, Q_INVALID, "the bias must be [%zu]", z->n);
    return Q_OK;
}

/* Weights are unpacked for COLUMNS at a time, row by row of b^T. */
enum { COLUMNS = 64 };

static q_code bits_infer(q_op_call *c, q_err *err)
{
    bits_sizes z;
    product one;
    q_shape s;
    size_t bytes;
    q_code rc = op__want(c, 0, err, (const q_dtype[]){Q_F32, Q_NONE});

    if (!rc)
        rc = op__want(c, N_WEIGHTS, err, (const q_dtype[]){Q_U8, Q_NONE});
    if (!rc && op__has(c, N_ORDER))
        rc = q_err_set(err, Q_UNSUPPORTED, "g_idx");
    if (!rc)
        rc = bits_measure(c, &z, err);
    if (rc)
        return rc;
    one = (product){.m = z.rows,
                    .n = COLUMNS,
                    .k = z.k,
                    .a_row = z.k,
                    .a_col = 1,
                    .b_row = 1,
                    .b_col = z.k,
                    .c_row = z.n};
    if (!product__scratch(&one, &bytes))
        return q_err_set(err, Q_LIMIT, "the product passes the address space");
    c->scratch_bytes = ((COLUMNS * z.k * sizeof(float) + 63) & ~(size_t)63) + bytes;
    s = c->in[0]->shape;
    s.dims[s.rank - 1] = z.n;
    op__set(c, 0, c->in[0]->dtype, &s);
    return Q_OK;
}

static float zero_point(const q_op_call *c, const bits_sizes *z, size_t column, size_t block)
{
    const bits_params *p = c->params;
    size_t bits = (size_t)p->bits, at = block * bits;
    const uint8_t *packed;

    if (!op__has(c, N_ZEROS))
        return (float)(1 << (bits - 1));
    if (c->in[N_ZEROS]->dtype != Q_U8)
        return (float)real__get(c->in[N_ZEROS], column * z->blocks + block);
    packed = (const uint8_t *)c->in[N_ZEROS]->data + column * z->zero_bytes;
    return (float)(packed[at / 8] >> (at % 8) & ((1 << bits) - 1));
}

/* The weights of column `column`, [k]. */
static void bits_unpack(const q_op_call *c, const bits_sizes *z, size_t column, float *to)
{
    const bits_params *p = c->params;
    size_t bits = (size_t)p->bits, block = (size_t)p->block, each = 8 / bits;
    const uint8_t *from =
        (const uint8_t *)c->in[N_WEIGHTS]->data + column * z->blocks * z->block_bytes;

    for (size_t b = 0; b < z->blocks; b++) {
        float scale = (float)real__get(c->in[N_SCALES], column * z->blocks + b);
        float zero = zero_point(c, z, column, b);
        size_t n = z->k - b * block < block ? z->k - b * block : block;
        for (size_t i = 0; i < n; i++) {
            int v = from[b * z->block_bytes + i / each] >> (i % each * bits) & ((1 << bits) - 1);
            to[b * block + i] = ((float)v - zero) * scale;
        }
    }
}

typedef struct unpack_job {
    const q_op_call *c;
    const bits_sizes *z;
    size_t first;
    float *to;
} unpack_job;

static void unpack_part(void *ctx, size_t from, size_t to)
{
    const unpack_job *j = ctx;

    for (size_t i = from; i < to; i++)
        bits_unpack(j->c, j->z, j->first + i, j->to + i * j->z->k);
}

static void bits_block(q_op_call *c, const bits_sizes *z, const float *a, float *y, size_t first)
{
    size_t n = z->n - first < COLUMNS ? z->n - first : COLUMNS;
    unpack_job j = {c, z, first, c->scratch};

    op__parallel(c->team, n, 8, unpack_part, &j);
    product__run(c->team,
                 &(product){.m = z->rows,
                            .n = n,
                            .k = z->k,
                            .a = a,
                            .a_row = z->k,
                            .a_col = 1,
                            .b = j.to,
                            .b_row = 1,
                            .b_col = z->k,
                            .c = y + first,
                            .c_row = z->n},
                 (char *)c->scratch + ((COLUMNS * z->k * sizeof(float) + 63) & ~(size_t)63));
    for (size_t r = 0; r < z->rows && op__has(c, N_BIAS); r++)
        for (size_t i = 0; i < n; i++)
            y[r * z->n + first + i] += (float)real__get(c->in[N_BIAS], first + i);
}

static q_code bits_run(q_op_call *c, q_err *err)
{
    bits_sizes z;
    q_code rc = bits_measure(c, &z, err);

    if (rc)
        return rc;
    for (size_t first = 0; first < z.n && z.rows; first += COLUMNS)
        bits_block(c, &z, c->in[0]->data, c->out[0]->data, first);
    return Q_OK;
}

/* -- a b of bytes, as float: (a - a_zero) (b - b_zero) a_scale b_scale + bias -- */

typedef struct bytes_inputs {
    size_t b, a_scale, a_zero, b_scale, b_zero, bias; /* SIZE_MAX: there is none */
    bool dynamic;                                     /* a is float, to be quantised here */
} bytes_inputs;

static bytes_inputs inputs_of(const q_op_call *c)
{
    if (q_str_is(c->node->type, "DynamicQuantizeMatMul"))
        return (bytes_inputs){1, SIZE_MAX, SIZE_MAX, 2, 3, 4, true};
    return (bytes_inputs){1, 2, 4, 3, 5, 6, false};
}

/* The product of the plan's first matrices, of all when they share one b, without data; and the
 * bytes of scratch in front of its own, for a that is to be quantised.
 */
static byte_product bytes_product(const q_op_call *c, const bytes_inputs *x, const matmul_plan *m,
                                  size_t *a_bytes)
{
    byte_product one = {.m = m->b_shared ? m->m * q_shape_count(&m->batch) : m->m,
                        .n = m->n,
                        .k = m->k,
                        .a_signed = c->in[0]->dtype == Q_I8,
                        .b_signed = c->in[1]->dtype == Q_I8};

    if (op__has(c, x->b_zero)) {
        one.b_zero = c->in[x->b_zero]->data;
        one.b_zeros = q_shape_count(&c->in[x->b_zero]->shape);
    }
    if (!x->dynamic && op__has(c, x->a_zero)) {
        one.a_zero = c->in[x->a_zero]->data;
        one.a_zeros = 1;
    }
    *a_bytes = x->dynamic ? q_shape_count(&c->in[0]->shape) : 0;
    *a_bytes = (*a_bytes + Q_TENSOR_ALIGN - 1) / Q_TENSOR_ALIGN * Q_TENSOR_ALIGN;
    return one;
}

static q_code bytes_infer(q_op_call *c, q_err *err)
{
    const q_dtype bytes[] = {Q_U8, Q_I8, Q_NONE}, f32[] = {Q_F32, Q_NONE};
    bytes_inputs x = inputs_of(c);
    matmul_plan m;
    byte_product one;
    size_t columns, a_bytes;
    q_code rc = op__want(c, 0, err, x.dynamic ? f32 : bytes);

    if (!rc)
        rc = op__want(c, 1, err, bytes);
    if (!rc)
        rc = op__want(c, x.b_scale, err, f32);
    if (!rc && !x.dynamic)
        rc = op__want(c, x.a_scale, err, f32);
    if (!rc)
        rc = matmul__plan(&c->in[0]->shape, &c->in[1]->shape, &m, err);
    if (rc)
        return rc;
    columns = q_shape_count(&c->in[x.b_scale]->shape);
    if ((columns != 1 && columns != m.n) ||
        (!x.dynamic && q_shape_count(&c->in[x.a_scale]->shape) != 1))
        return q_err_set(err, Q_UNSUPPORTED, "%zu scales for %zu columns", columns, m.n);
    if (op__has(c, x.b_zero) && (c->in[x.b_zero]->dtype != c->in[1]->dtype ||
                                 q_shape_count(&c->in[x.b_zero]->shape) != columns))
        return q_err_set(err, Q_INVALID, "the weights' zero points do not fit their scales");
    if (!x.dynamic && op__has(c, x.a_zero) &&
        (c->in[x.a_zero]->dtype != c->in[0]->dtype || q_shape_count(&c->in[x.a_zero]->shape) != 1))
        return q_err_set(err, Q_INVALID, "the zero point does not fit input 0");
    if (op__has(c, x.bias) &&
        (c->in[x.bias]->dtype != Q_F32 || q_shape_count(&c->in[x.bias]->shape) != m.n))
        return q_err_set(err, Q_INVALID, "the bias must be [%zu]", m.n);
    one = bytes_product(c, &x, &m, &a_bytes);
    if (!byte_product__scratch(&one, &c->scratch_bytes) ||
        __builtin_add_overflow(c->scratch_bytes, a_bytes, &c->scratch_bytes))
        return q_err_set(err, Q_LIMIT, "the product passes the address space");
    op__set(c, 0, Q_F32, &m.out);
    return Q_OK;
}

enum { LANES = 16 };

/* The least and the greatest of x and 0; NaN counts for nothing. */
static void range_of(const float *x, size_t n, float *least, float *most)
{
    float low[LANES] = {0}, high[LANES] = {0};
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++) {
            low[j] = x[i + j] < low[j] ? x[i + j] : low[j];
            high[j] = x[i + j] > high[j] ? x[i + j] : high[j];
        }
    for (; i < n; i++) {
        low[0] = x[i] < low[0] ? x[i] : low[0];
        high[0] = x[i] > high[0] ? x[i] : high[0];
    }
    *least = *most = 0;
    for (size_t j = 0; j < LANES; j++) {
        *least = fminf(*least, low[j]);
        *most = fmaxf(*most, high[j]);
    }
}

typedef struct quantise_job {
    const float *x;
    uint8_t *to;
    float scale, zero;
} quantise_job;

/* 0 and 255 are whole numbers: to clamp before rounding is to clamp after it. */
static void quantise_part(void *ctx, size_t from, size_t to)
{
    const quantise_job *q = ctx;
    const float whole = 12582912; /* 1.5 * 2^23: v + whole has no bits below 1 */
    float least = -q->zero, most = 255 - q->zero, scale = q->scale, zero = q->zero;

    for (size_t i = from; i < to; i++) {
        float v = q->x[i] / scale;

        v = v > least ? v : least; /* NaN too */
        v = v < most ? v : most;
        v = v + whole - whole;
        q->to[i] = (uint8_t)(int)(v + zero);
    }
}

/* All of x as u8 between its least and greatest (and 0), as DynamicQuantizeLinear does. */
static void quantise(q_team *team, const float *x, size_t n, uint8_t *to, float *scale,
                     uint8_t *zero)
{
    quantise_job q = {.x = x, .to = to};
    float least, most;

    range_of(x, n, &least, &most);
    *scale = most > least ? (most - least) / 255 : 1;
    *zero = (uint8_t)lrintf(fminf(fmaxf(-least / *scale, 0), 255));
    q.scale = *scale;
    q.zero = *zero;
    op__parallel(team, n, 16384, quantise_part, &q);
}

typedef struct bytes_job {
    const q_op_call *c;
    bytes_inputs x;
    matmul_plan m;
    float a_scale;
} bytes_job;

/* The sums that lie where the floats go. */
static void scale_row(const bytes_job *j, float *y)
{
    const q_op_call *c = j->c;
    const float *scales = c->in[j->x.b_scale]->data;
    const float *bias = op__has(c, j->x.bias) ? c->in[j->x.bias]->data : NULL;
    size_t step = q_shape_count(&c->in[j->x.b_scale]->shape) > 1;

    for (size_t from = 0; from < j->m.n; from += 64) {
        size_t wide = j->m.n - from < 64 ? j->m.n - from : 64;
        int32_t sums[64];

        memcpy(sums, y + from, wide * sizeof *sums);
        for (size_t q = 0; q < wide; q++)
            y[from + q] = (float)sums[q] * (scales[(from + q) * step] * j->a_scale);
        for (size_t q = 0; q < wide && bias; q++)
            y[from + q] += bias[from + q];
    }
}

static void scale_rows(void *ctx, size_t from, size_t to)
{
    const bytes_job *j = ctx;

    for (size_t r = from; r < to; r++)
        scale_row(j, (float *)j->c->out[0]->data + r * j->m.n);
}

static q_code bytes_run(q_op_call *c, q_err *err)
{
    bytes_job j = {.c = c, .x = inputs_of(c), .a_scale = 1};
    size_t batches, a_bytes;
    uint8_t zero;
    byte_product one;
    const char *a = c->in[0]->data, *b = c->in[1]->data;
    q_code rc = matmul__plan(&c->in[0]->shape, &c->in[1]->shape, &j.m, err);

    if (rc || !q_shape_count(&j.m.out))
        return rc;
    one = bytes_product(c, &j.x, &j.m, &a_bytes);
    if (j.x.dynamic) {
        quantise(c->team, c->in[0]->data, q_shape_count(&c->in[0]->shape), c->scratch, &j.a_scale,
                 &zero);
        a = c->scratch;
        one.a_zero = &zero;
        one.a_zeros = 1;
    } else {
        j.a_scale = *(const float *)c->in[j.x.a_scale]->data;
    }
    batches = j.m.b_shared ? 1 : q_shape_count(&j.m.batch);
    for (size_t i = 0; i < batches; i++) {
        one.a = a + matmul__matrix(&j.m.a_lead, &j.m.batch, i) * j.m.m * j.m.k;
        one.b = b + matmul__matrix(&j.m.b_lead, &j.m.batch, i) * j.m.k * j.m.n;
        one.y = (int32_t *)c->out[0]->data + i * j.m.m * j.m.n;
        byte_product__run(c->team, &one, (char *)c->scratch + a_bytes);
    }
    op__parallel(c->team, q_shape_count(&j.m.out) / j.m.n, 16384 / j.m.n + 1, scale_rows, &j);
    return Q_OK;
}

#define PRODUCT(name, least, most, params, load_fn, infer_fn, run_fn)                              \
    {                                                                                              \
        .domain = "com.microsoft", .type = name, .since = 1, .min_in = least, .max_in = most,      \
        .max_out = 1, .params_bytes = params, .load = load_fn, .infer = infer_fn, .run = run_fn    \
    }

static const q_op ops[] = {
    PRODUCT("FusedMatMul", 2, 2, sizeof(fused_params), fused_load, fused_infer, fused_run),
    PRODUCT("MatMulNBits", 3, 6, sizeof(bits_params), bits_load, bits_infer, bits_run),
    PRODUCT("MatMulIntegerToFloat", 4, 7, 0, NULL, bytes_infer, bytes_run),
    PRODUCT("DynamicQuantizeMatMul", 3, 5, 0, NULL, bytes_infer, bytes_run),
};
const q_op_table op__contrib_matmul = {ops, sizeof ops / sizeof *ops};
