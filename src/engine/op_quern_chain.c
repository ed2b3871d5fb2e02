#include "engine/op_quern_chain.h"

#include "engine/kernel_tile.h"
#include "engine/op_tables.h"

#include <assert.h>
#include <string.h>

/* Elements of a piece that goes through all steps at once, in the nearest cache. */
enum { TILE = 1024 };

/* -- Attributes -- */

static q_code check_step(const chain_step *s, size_t operands, q_err *err)
{
    bool unary = s->kind == CHAIN_UNARY;

    if (s->function >= (unary ? (unsigned)VECTOR_UNARY_COUNT : (unsigned)VECTOR_BINARY_COUNT) ||
        (!unary && s->operand >= operands))
        return q_err_set(err, Q_INVALID, "a step has function %u and operand %u of %zu",
                         s->function, s->operand, operands);
    return Q_OK;
}

chain_params chain__nothing(void)
{
    chain_params p = {.out = Q_F32, .out_q = {1, 0}};

    for (size_t i = 0; i < CHAIN_OPERANDS; i++)
        p.operand_q[i] = (quern_q){1, 0};
    return p;
}

/* Pairs of a scale and a zero point; `count` of them or none. */
static q_code read_q(const q_node *n, const char *name, size_t count, quern_q *out, q_err *err)
{
    const double *v;
    size_t got;
    q_code rc = op__attr_floats(n, name, &v, &got, err);

    if (!rc && got && got != 2 * count)
        rc = q_err_set(err, Q_INVALID, "attribute %s has %zu numbers; %zu are right", name, got,
                       2 * count);
    for (size_t i = 0; !rc && 2 * i < got; i++)
        rc = quern__check_q(name, v[2 * i], v[2 * i + 1], &out[i], err);
    return rc;
}

q_code chain__read(const q_node *n, chain_params *out, q_err *err)
{
    const int64_t *steps;
    const double *numbers;
    size_t step_count, number_count;
    int64_t type;
    q_code rc = op__attr_ints(n, "steps", &steps, &step_count, err);

    if (!rc)
        rc = op__attr_floats(n, "numbers", &numbers, &number_count, err);
    if (!rc)
        rc = op__attr_int(n, "out_type", Q_F32, &type, err);
    if (rc)
        return rc;
    if (!step_count || step_count % 3 || step_count / 3 > CHAIN_STEPS ||
        number_count / 2 != step_count / 3 || number_count % 2 || n->in_count > CHAIN_OPERANDS ||
        (type != Q_F32 && type != Q_BF16 && type != Q_U8))
        return q_err_set(err, Q_INVALID, "attributes steps, numbers and out_type disagree");
    *out = chain__nothing();
    out->count = step_count / 3;
    out->out = (q_dtype)type;
    rc = read_q(n, "out_q", 1, &out->out_q, err);
    if (!rc)
        rc = read_q(n, "operand_q", n->in_count, out->operand_q, err);
    for (size_t i = 0; !rc && i < out->count; i++) {
        const int64_t *v = steps + 3 * i;

        for (size_t k = 0; k < 3; k++)
            if (v[k] < 0 || v[k] > (k ? INT16_MAX : CHAIN_KINDS - 1))
                return q_err_set(err, Q_INVALID, "attribute steps has %lld", (long long)v[k]);
        out->steps[i] = (chain_step){(chain_kind)v[0], (unsigned)v[1], (unsigned)v[2],
                                     (float)numbers[2 * i], (float)numbers[2 * i + 1]};
        rc = check_step(&out->steps[i], n->in_count, err);
    }
    return rc;
}

q_code chain__write(q_graph *g, q_node *n, const chain_params *p, q_err *err)
{
    int64_t steps[3 * CHAIN_STEPS];
    double numbers[2 * CHAIN_STEPS];
    bool plain = true;
    q_code rc;

    for (size_t i = 0; i < p->count; i++) {
        steps[3 * i] = p->steps[i].kind;
        steps[3 * i + 1] = p->steps[i].function;
        steps[3 * i + 2] = p->steps[i].operand;
        numbers[2 * i] = p->steps[i].a;
        numbers[2 * i + 1] = p->steps[i].b;
    }
    rc = graph__set_ints(g, n, "steps", steps, 3 * p->count, err);
    if (!rc)
        rc = graph__set_floats(g, n, "numbers", numbers, 2 * p->count, err);
    if (!rc && p->out != Q_F32)
        rc = graph__set_int(g, n, "out_type", p->out, err);
    for (size_t i = 0; i < n->in_count; i++) {
        numbers[2 * i] = p->operand_q[i].scale;
        numbers[2 * i + 1] = p->operand_q[i].zero;
        plain = plain && p->operand_q[i].scale == 1 && !p->operand_q[i].zero;
    }
    if (!rc && !plain)
        rc = graph__set_floats(g, n, "operand_q", numbers, 2 * n->in_count, err);
    numbers[0] = p->out_q.scale;
    numbers[1] = p->out_q.zero;
    if (!rc && p->out == Q_U8)
        rc = graph__set_floats(g, n, "out_q", numbers, 2, err);
    n->op = NULL;
    return rc;
}

chain_step chain__of_act(const kernel_activation *a)
{
    static const unsigned functions[] = {
        [KERNEL_ACT_NONE] = VECTOR_AFFINE,
        [KERNEL_ACT_RELU] = VECTOR_RELU,
        [KERNEL_ACT_CLIP] = VECTOR_CLIP,
        [KERNEL_ACT_LEAKY] = VECTOR_LEAKY,
        [KERNEL_ACT_HARD_SIGMOID] = VECTOR_HARD_SIGMOID,
        [KERNEL_ACT_HARD_SWISH] = VECTOR_HARD_SWISH,
        [KERNEL_ACT_SIGMOID] = VECTOR_SIGMOID,
        [KERNEL_ACT_SILU] = VECTOR_SILU,
        [KERNEL_ACT_TANH] = VECTOR_TANH,
        [KERNEL_ACT_GELU] = VECTOR_GELU,
        [KERNEL_ACT_GELU_TANH] = VECTOR_GELU_TANH,
    };
    chain_step s = {CHAIN_UNARY, functions[a->kind], 0, a->a, a->b};

    if (a->kind == KERNEL_ACT_NONE || a->kind == KERNEL_ACT_SILU)
        s.a = 1;
    return s;
}

/* -- Shapes -- */

static q_code chain_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return chain__read(n, params, err);
}

static q_code chain_infer(q_op_call *c, q_err *err)
{
    static const q_dtype types[] = {Q_F32, Q_BF16, Q_U8, Q_NONE};
    const chain_params *p = c->params;
    q_shape out = {0};
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < c->in_count; i++) {
        rc = op__want(c, i, err, types);
        if (!rc)
            rc = i ? op__broadcast(&out, &c->in[i]->shape, &out, err) : Q_OK;
        if (!rc && !i)
            out = c->in[0]->shape;
    }
    if (!rc)
        op__set(c, 0, p->out, &out);
    return rc;
}

/* -- Running: the output as [outer..., rows, columns], dimensions that all operands treat alike
 * taken together -- */

typedef struct chain_operand {
    const char *data;
    q_dtype dtype;
    quern_q q;
    size_t outer_strides[Q_MAX_RANK], row_stride, column_stride; /* elements; 0: the same again */
} chain_operand;

typedef struct chain_job {
    const chain_params *p;
    const kernel_set *set;
    chain_operand operands[CHAIN_OPERANDS];
    size_t operand_count;
    size_t outer_dims[Q_MAX_RANK], outer_rank;
    size_t rows, columns;
    size_t tile_rows, tile_columns; /* of a piece; one of them is all there is, or 1 */
    size_t row_tiles, column_tiles;
    char *out;
} chain_job;

/* Whether the operand has all of output dimension `d`. */
static bool spans(const q_shape *s, const q_shape *out, size_t d)
{
    return d + s->rank >= out->rank && (s->dims[d + s->rank - out->rank] == out->dims[d]);
}

static bool alike(const q_op_call *c, const q_shape *out, size_t d, size_t e)
{
    for (size_t i = 0; i < c->in_count; i++)
        if (spans(&c->in[i]->shape, out, d) != spans(&c->in[i]->shape, out, e))
            return false;
    return true;
}

/* Output dimensions grouped: group g is dims [starts[g], starts[g + 1]); those of 1 join any. */
static size_t group_dims(const q_op_call *c, const q_shape *out, size_t *sizes, size_t *sample)
{
    size_t count = 0;

    for (size_t d = 0; d < out->rank; d++) {
        if (out->dims[d] == 1)
            continue;
        if (count && alike(c, out, sample[count - 1], d)) {
            sizes[count - 1] *= out->dims[d];
        } else {
            sample[count] = d;
            sizes[count++] = out->dims[d];
        }
    }
    return count;
}

static void set_strides(const q_op_call *c, const q_shape *out, const size_t *sizes,
                        const size_t *sample, size_t groups, chain_job *j)
{
    for (size_t i = 0; i < c->in_count; i++) {
        chain_operand *o = &j->operands[i];
        size_t stride = 1;

        o->data = c->in[i]->data;
        o->dtype = c->in[i]->dtype;
        o->q = j->p->operand_q[i];
        for (size_t g = groups; g-- > 0;) {
            bool full = spans(&c->in[i]->shape, out, sample[g]);
            size_t s = full ? stride : 0;

            if (g + 1 == groups)
                o->column_stride = s;
            else if (g + 2 == groups)
                o->row_stride = s;
            else
                o->outer_strides[g] = s;
            stride *= full ? sizes[g] : 1;
        }
    }
}

static void cut(chain_job *j)
{
    assert(j->rows && j->columns);
    j->tile_columns = j->columns < TILE ? j->columns : TILE;
    j->tile_rows = TILE / j->tile_columns;
    j->tile_rows = j->tile_rows > j->rows ? j->rows : j->tile_rows;
    j->row_tiles = (j->rows + j->tile_rows - 1) / j->tile_rows;
    j->column_tiles = (j->columns + j->tile_columns - 1) / j->tile_columns;
}

/* -- A piece -- */

/* Room for an operand's elements; which row it holds, repeated, and how often. */
typedef struct pattern {
    float room[TILE];
    size_t at, rows; /* rows 0: none */
} pattern;

typedef struct tile {
    size_t rows, columns; /* of this piece; columns are all the row has, when rows > 1 */
} tile;

/* Elements [at, at + n) as floats. */
static void copy_run(const chain_job *j, const chain_operand *o, size_t at, size_t n, float *to)
{
    const char *from = o->data + at * q_dtype_bits(o->dtype) / 8;

    if (o->dtype == Q_F32)
        memcpy(to, from, n * sizeof *to);
    else
        j->set->widen(o->dtype, from, o->q.scale, o->q.zero, to, n);
}

static void fill(float *to, size_t n, float v)
{
    for (size_t i = 0; i < n; i++)
        to[i] = v;
}

/* The operand's elements for a piece, as floats with the step they are to be read with. */
static const float *fetch(const chain_job *j, const chain_operand *o, size_t at, const tile *t,
                          pattern *b, size_t *step)
{
    float *buffer = b->room;
    size_t n = t->rows * t->columns;
    bool along = o->column_stride != 0, down = o->row_stride != 0;

    *step = 1;
    if (!along && (!down || t->rows == 1)) {
        copy_run(j, o, at, 1, buffer);
        *step = 0;
        return buffer;
    }
    if (along && (down || t->rows == 1)) {
        if (o->dtype == Q_F32)
            return (const float *)(const void *)o->data + at;
        copy_run(j, o, at, n, buffer);
        b->rows = 0;
        return buffer;
    }
    if (along) { /* one row for all, and often for the next piece too */
        if (b->at == at && b->rows >= t->rows)
            return buffer;
        copy_run(j, o, at, t->columns, buffer);
        for (size_t r = 1; r < t->rows; r++)
            memcpy(buffer + r * t->columns, buffer, t->columns * sizeof *buffer);
        b->at = at;
        b->rows = t->rows;
        return buffer;
    }
    for (size_t r = 0; r < t->rows; r++) { /* one element for each row */
        float v;

        copy_run(j, o, at + r * o->row_stride, 1, &v);
        fill(buffer + r * t->columns, t->columns, v);
    }
    return buffer;
}

static void run_steps(const chain_job *j, const float *const *in, const size_t *steps, size_t n,
                      float *acc, float *out)
{
    const float *x = in[0];

    if (!steps[0]) {
        fill(acc, n, *x);
        x = acc;
    }
    for (size_t i = 0; i < j->p->count; i++) {
        const chain_step *s = &j->p->steps[i];
        float *to = i + 1 == j->p->count ? out : acc;

        if (s->kind == CHAIN_UNARY)
            j->set->vector->unary[s->function](x, to, n, s->a, s->b);
        else if (s->kind == CHAIN_BINARY)
            j->set->vector->binary[s->function](x, 1, in[s->operand], steps[s->operand], to, n);
        else
            j->set->vector->binary[s->function](in[s->operand], steps[s->operand], x, 1, to, n);
        x = to;
    }
}

static void run_tile(const chain_job *j, const size_t *base, size_t row, size_t column, size_t to,
                     const tile *t, pattern *patterns, float *acc)
{
    const float *in[CHAIN_OPERANDS];
    size_t steps[CHAIN_OPERANDS], n = t->rows * t->columns;

    assert(j->operand_count);
    for (size_t i = 0; i < j->operand_count; i++) {
        const chain_operand *o = &j->operands[i];

        in[i] = fetch(j, o, base[i] + row * o->row_stride + column * o->column_stride, t,
                      &patterns[i], &steps[i]);
    }
    if (j->p->out == Q_F32) {
        run_steps(j, in, steps, n, acc, (float *)(void *)j->out + to);
    } else {
        run_steps(j, in, steps, n, acc, acc);
        j->set->narrow(j->p->out, acc, j->p->out_q.scale, j->p->out_q.zero,
                       j->out + to * q_dtype_bits(j->p->out) / 8, n);
    }
}

static void run_tiles(void *ctx, size_t from, size_t to)
{
    const chain_job *j = ctx;
    pattern patterns[CHAIN_OPERANDS];
    float acc[TILE];
    size_t each = j->row_tiles * j->column_tiles;

    for (size_t i = 0; i < j->operand_count; i++)
        patterns[i].at = patterns[i].rows = 0;
    for (size_t at = from; at < to; at++) {
        size_t outer = at / each, rest = outer, base[CHAIN_OPERANDS] = {0};
        size_t row = at % each / j->column_tiles * j->tile_rows;
        size_t column = at % j->column_tiles * j->tile_columns;
        tile t = {j->rows - row < j->tile_rows ? j->rows - row : j->tile_rows,
                  j->columns - column < j->tile_columns ? j->columns - column : j->tile_columns};

        for (size_t d = j->outer_rank; d-- > 0; rest /= j->outer_dims[d])
            for (size_t i = 0; i < j->operand_count; i++)
                base[i] += rest % j->outer_dims[d] * j->operands[i].outer_strides[d];
        run_tile(j, base, row, column, (outer * j->rows + row) * j->columns + column, &t, patterns,
                 acc);
    }
}

static q_code chain_run(q_op_call *c, q_err *err)
{
    const q_shape *out = &c->out[0]->shape;
    size_t sizes[Q_MAX_RANK], sample[Q_MAX_RANK] = {0}, groups, outer = 1;
    chain_job j = {.p = c->params,
                   .set = kernel__set(kernel__isa()),
                   .operand_count = c->in_count,
                   .rows = 1,
                   .columns = 1,
                   .out = c->out[0]->data};

    (void)err;
    if (!q_shape_count(out))
        return Q_OK;
    groups = group_dims(c, out, sizes, sample);
    set_strides(c, out, sizes, sample, groups, &j);
    if (groups)
        j.columns = sizes[groups - 1];
    if (groups > 1)
        j.rows = sizes[groups - 2];
    for (size_t g = 0; g + 2 < groups; g++) {
        j.outer_dims[g] = sizes[g];
        outer *= sizes[g];
        j.outer_rank++;
    }
    cut(&j);
    op__parallel(c->team, outer * j.row_tiles * j.column_tiles, 16, run_tiles, &j);
    return Q_OK;
}

/* -- Act: a chain of one activation -- */

static q_code act_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    chain_params *p = params;
    kernel_activation act;
    q_code rc = quern__read_act(n, "act", "act_ab", &act, err);

    (void)a;
    if (rc)
        return rc;
    *p = chain__nothing();
    p->count = 1;
    p->steps[0] = chain__of_act(&act);
    return Q_OK;
}

static const q_op ops[] = {
    {.domain = "quern",
     .type = "Chain",
     .since = 1,
     .min_in = 1,
     .max_in = CHAIN_OPERANDS,
     .max_out = 1,
     .flags = Q_OP_IN_PLACE,
     .params_bytes = sizeof(chain_params),
     .load = chain_load,
     .infer = chain_infer,
     .run = chain_run},
    {.domain = "quern",
     .type = "Act",
     .since = 1,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .flags = Q_OP_IN_PLACE,
     .params_bytes = sizeof(chain_params),
     .load = act_load,
     .infer = chain_infer,
     .run = chain_run},
};
const q_op_table op__quern_chain = {ops, sizeof ops / sizeof *ops};
