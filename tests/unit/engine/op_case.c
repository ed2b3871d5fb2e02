#include "op_case.h"

#include "engine/narrow.h"

#include "test.h"

#include <math.h>
#include <stdlib.h>

#define FAIL(...) q_test_fail(__FILE__, __LINE__, __VA_ARGS__)

q_tensor *op_case_tensor(q_dtype dtype, q_shape shape, const void *elements, size_t count)
{
    q_tensor *t = q_arena_alloc(q_test_arena(), sizeof *t);

    *t = (q_tensor){.dtype = dtype, .shape = shape};
    CHECK_EQ(q_shape_count(&shape), count);
    size_t bytes = q_tensor_bytes(t);
    char *block = q_arena_alloc(q_test_arena(), bytes + Q_TENSOR_ALIGN);

    t->data = block + (Q_TENSOR_ALIGN - (uintptr_t)block % Q_TENSOR_ALIGN);
    memcpy(t->data, elements, bytes);
    return t;
}

q_tensor *op_case_empty(q_dtype dtype, q_shape shape)
{
    q_tensor *t = q_arena_alloc(q_test_arena(), sizeof *t);

    CHECK_EQ(q_shape_count(&shape), 0);
    *t = (q_tensor){.dtype = dtype, .shape = shape};
    return t;
}

op_case op_case_new(const char *domain, const char *type, unsigned version)
{
    op_case c = {
        .out_count = 1,
        .budget = {.limit = (size_t)1 << 28},
        .node = {.domain = q_str_of(domain), .type = q_str_of(type), .version = version},
    };

    return c;
}

static q_attr *add(op_case *c, const char *name, q_attr_kind kind, size_t count)
{
    CHECK(c->node.attr_count < OP_CASE_MAX);
    q_attr *a = &c->attrs[c->node.attr_count++];

    *a = (q_attr){.name = q_str_of(name), .kind = kind, .count = count};
    return a;
}

static void *kept(const void *p, size_t bytes)
{
    void *copy = q_arena_alloc(q_test_arena(), bytes);

    if (bytes)
        memcpy(copy, p, bytes);
    return copy;
}

void op_case_int(op_case *c, const char *name, int64_t v)
{
    add(c, name, Q_ATTR_INT, 1)->ints = kept(&v, sizeof v);
}

void op_case_ints(op_case *c, const char *name, const int64_t *v, size_t count)
{
    add(c, name, Q_ATTR_INTS, count)->ints = kept(v, count * sizeof *v);
}

void op_case_float(op_case *c, const char *name, double v)
{
    v = (double)(float)v; /* as a file has it */
    add(c, name, Q_ATTR_FLOAT, 1)->floats = kept(&v, sizeof v);
}

void op_case_floats(op_case *c, const char *name, const double *v, size_t count)
{
    add(c, name, Q_ATTR_FLOATS, count)->floats = kept(v, count * sizeof *v);
}

void op_case_string(op_case *c, const char *name, const char *v)
{
    q_str s = q_str_of(v);

    add(c, name, Q_ATTR_STRING, 1)->strings = kept(&s, sizeof s);
}

void op_case_strings(op_case *c, const char *name, const q_str *v, size_t count)
{
    add(c, name, Q_ATTR_STRINGS, count)->strings = kept(v, count * sizeof *v);
}

void op_case_attr_tensor(op_case *c, const char *name, const q_tensor *t)
{
    add(c, name, Q_ATTR_TENSOR, 1)->tensors = t;
}

void op_case_in(op_case *c, const q_tensor *t)
{
    CHECK(c->in_count < OP_CASE_MAX);
    c->in[c->in_count++] = t;
}

/* -- Running -- */

typedef struct trial {
    q_op_call call;
    q_tensor *outs[OP_CASE_MAX], made[OP_CASE_MAX];
    const q_tensor *in[OP_CASE_MAX];
    void *scratch;
} trial;

static bool made_by_run(const q_op *op, q_dtype d)
{
    return op->flags & Q_OP_ALLOCATES || d == Q_STRING || d == Q_SEQUENCE || d == Q_MAP ||
           d == Q_NONE;
}

static void trial_start(trial *t, op_case *c)
{
    *t = (trial){.call = {.node = &c->node,
                          .params = c->node.params,
                          .in = t->in,
                          .in_count = c->in_count,
                          .out = t->outs,
                          .out_count = c->out_count,
                          .budget = &c->budget}};
    memcpy(t->in, c->in, sizeof t->in);
    for (size_t i = 0; i < OP_CASE_MAX; i++)
        t->outs[i] = &t->made[i];
}

static void trial_clear(trial *t, op_case *c)
{
    for (size_t i = 0; i < c->out_count; i++)
        q_tensor_clear(&t->made[i], &c->budget);
    free(t->scratch);
    t->scratch = NULL;
}

static q_code load(op_case *c)
{
    const q_op *op = op__find(c->node.domain, c->node.type, c->node.version);

    if (!op)
        FAIL("there is no operator %.*s %u", Q_ARG(c->node.type), c->node.version);
    c->node.op = op;
    c->node.attrs = c->attrs;
    c->node.in_count = c->in_count;
    c->node.out_count = c->out_count;
    c->node.in = kept((uint32_t[OP_CASE_MAX]){0}, sizeof(uint32_t[OP_CASE_MAX]));
    c->node.out = c->node.in;
    if (c->in_count < op->min_in || (op->max_in && c->in_count > op->max_in))
        FAIL("%.*s does not take %zu inputs", Q_ARG(c->node.type), c->in_count);
    if (!op->load)
        return Q_OK;
    c->node.params = q_arena_alloc(q_test_arena(), op->params_bytes);
    return op->load(q_test_arena(), &c->node, c->node.params, &c->err);
}

/* Shapes without values: refused, put off, or what they are with values. */
static q_code infer_blind(op_case *c, trial *known)
{
    trial blind;
    q_tensor shapes[OP_CASE_MAX];
    q_code rc;

    trial_start(&blind, c);
    for (size_t i = 0; i < c->in_count; i++)
        if (c->in[i]) {
            shapes[i] = *c->in[i];
            shapes[i].data = NULL;
            blind.in[i] = &shapes[i];
        }
    rc = c->node.op->infer(&blind.call, &c->err);
    c->later = blind.call.later;
    for (size_t i = 0; !rc && !c->later && i < c->out_count; i++)
        if (blind.made[i].dtype != known->made[i].dtype ||
            !q_shape_eq(&blind.made[i].shape, &known->made[i].shape))
            FAIL("without values, output %zu has another type or shape", i);
    return rc;
}

/* What the runner does for operators that only reshape. */
static q_code alias(trial *t, op_case *c, q_err *err)
{
    q_shape shape = t->made[0].shape;
    q_code rc = Q_OK;

    q_tensor_clear(&t->made[0], &c->budget);
    rc = q_tensor_copy(c->in[0], &c->budget, &t->made[0], err);
    t->made[0].shape = shape;
    return rc;
}

/* `over`: output 0 takes the place of a copy of this input; SIZE_MAX: of none. */
static q_code run_one(op_case *c, trial *t, q_team *team, size_t over)
{
    q_code rc = Q_OK;

    trial_start(t, c);
    t->call.team = team;
    if (c->node.op->infer) {
        rc = c->node.op->infer(&t->call, &c->err);
        CHECK(rc || !t->call.later);
    }
    for (size_t i = 0; !rc && i < c->out_count; i++)
        if (!made_by_run(c->node.op, t->made[i].dtype)) {
            q_tensor shape = t->made[i];

            rc = q_tensor_new(shape.dtype, &shape.shape, &c->budget, &t->made[i], &c->err);
            if (!rc && t->made[i].data)
                memset(t->made[i].data, 0xa5, q_tensor_bytes(&t->made[i]));
        }
    if (!rc && t->call.scratch_bytes) {
        t->scratch = aligned_alloc(Q_TENSOR_ALIGN, (t->call.scratch_bytes + Q_TENSOR_ALIGN - 1) /
                                                       Q_TENSOR_ALIGN * Q_TENSOR_ALIGN);
        t->call.scratch = t->scratch;
    }
    if (rc)
        return rc;
    q_tensor place;
    if (over != SIZE_MAX) {
        memcpy(t->made[0].data, c->in[over]->data, q_tensor_bytes(c->in[over]));
        place = *c->in[over];
        place.data = t->made[0].data;
        t->in[over] = &place;
    }
    if (c->node.op->flags & Q_OP_ALIAS)
        rc = alias(t, c, &c->err);
    else
        rc = c->node.op->run(&t->call, &c->err);
    t->in[over == SIZE_MAX ? 0 : over] = NULL;
    return rc;
}

static bool same_bits(const q_tensor *a, const q_tensor *b)
{
    if (a->dtype != b->dtype || !q_shape_eq(&a->shape, &b->shape))
        return false;
    if (a->dtype == Q_STRING || a->dtype == Q_SEQUENCE || a->dtype == Q_MAP)
        return true;
    return !a->data || memcmp(a->data, b->data, q_tensor_bytes(a)) == 0;
}

static void check_again(op_case *c, const trial *first, q_team *team, size_t over, const char *how)
{
    trial t;

    if (run_one(c, &t, team, over))
        FAIL("%.*s %s: %s", Q_ARG(c->node.type), how, c->err.msg);
    for (size_t i = 0; i < c->out_count; i++)
        if (!same_bits(&first->made[i], &t.made[i]))
            FAIL("%.*s %s gives other bits in output %zu", Q_ARG(c->node.type), how, i);
    trial_clear(&t, c);
}

static void keep_outputs(op_case *c, const trial *t)
{
    for (size_t i = 0; i < c->out_count; i++)
        c->out[i] = t->made[i];
}

typedef struct kept_output {
    q_tensor t;
} kept_output;

static void free_output(void *arg)
{
    q_tensor_clear(&((kept_output *)arg)->t, NULL);
}

void op_case_run(op_case *c)
{
    trial first;
    q_team *team = NULL;

    if (load(c) || run_one(c, &first, NULL, SIZE_MAX))
        FAIL("%.*s: %s", Q_ARG(c->node.type), c->err.msg);
    keep_outputs(c, &first);
    for (size_t i = 0; i < c->out_count; i++) {
        kept_output *k = kept(&(kept_output){first.made[i]}, sizeof *k);

        CHECK(!q_arena_defer(q_test_arena(), free_output, k));
    }
    free(first.scratch);
    if (c->node.op->flags & Q_OP_RANDOM)
        return;
    if (c->node.op->infer && infer_blind(c, &first))
        FAIL("%.*s without values: %s", Q_ARG(c->node.type), c->err.msg);
    CHECK(!q_team_new(3, &team, NULL));
    check_again(c, &first, team, SIZE_MAX, "on three threads");
    q_team_free(team);
    if (c->node.op->flags & Q_OP_IN_PLACE)
        for (size_t i = 0; i < c->in_count; i++)
            if (c->in[i] && c->in[i]->data && c->in[i]->dtype != Q_STRING &&
                q_tensor_bytes(c->in[i]) == q_tensor_bytes(&c->out[0]) &&
                q_shape_eq(&c->in[i]->shape, &c->out[0].shape))
                check_again(c, &first, NULL, i, "over its input");
}

void op_case_refuse(op_case *c, q_code code)
{
    trial t;
    q_code rc = load(c);

    if (!rc) {
        rc = run_one(c, &t, NULL, SIZE_MAX);
        trial_clear(&t, c);
    }
    if (rc != code)
        FAIL("%.*s gives %s (%s), not %s", Q_ARG(c->node.type), q_code_name(rc),
             rc ? c->err.msg : "", q_code_name(code));
}

/* -- Comparing -- */

static double number_at(const q_tensor *t, size_t i)
{
    float f;
    const char *p = t->data;

    switch (t->dtype) {
    case Q_F64:
        return ((const double *)t->data)[i];
    case Q_F32:
    case Q_F16:
    case Q_BF16:
    case Q_F8E4M3FN:
    case Q_F8E4M3FNUZ:
    case Q_F8E5M2:
    case Q_F8E5M2FNUZ:
        narrow__widen(p + i * q_dtype_bits(t->dtype) / 8, t->dtype, 1, &f);
        return (double)f;
    case Q_I64:
        return (double)((const int64_t *)t->data)[i];
    case Q_U64:
        return (double)((const uint64_t *)t->data)[i];
    case Q_I32:
        return ((const int32_t *)t->data)[i];
    case Q_U32:
        return ((const uint32_t *)t->data)[i];
    case Q_I16:
        return ((const int16_t *)t->data)[i];
    case Q_U16:
        return ((const uint16_t *)t->data)[i];
    case Q_I8:
        return ((const int8_t *)t->data)[i];
    case Q_I4:
    case Q_U4: {
        int v = ((const uint8_t *)t->data)[i / 2] >> (i % 2 * 4) & 15;

        return t->dtype == Q_I4 && v > 7 ? v - 16 : v;
    }
    default:
        return ((const uint8_t *)t->data)[i];
    }
}

void op_case_want(const char *file, int line, const op_case *c, size_t i, double tolerance,
                  const q_tensor *want)
{
    const q_tensor *got = &c->out[i];
    char a[160], b[160];

    if (got->dtype != want->dtype || !q_shape_eq(&got->shape, &want->shape))
        q_test_fail(file, line, "output %zu is %s %s, not %s %s", i, q_dtype_name(got->dtype),
                    q_shape_text(&got->shape, a), q_dtype_name(want->dtype),
                    q_shape_text(&want->shape, b));
    for (size_t k = 0; k < q_shape_count(&want->shape); k++) {
        if (want->dtype == Q_STRING) {
            q_str g = ((const q_str *)got->data)[k], w = ((const q_str *)want->data)[k];

            if (!q_str_eq(g, w))
                q_test_fail(file, line, "output %zu [%zu] is \"%.*s\", not \"%.*s\"", i, k,
                            Q_ARG(g), Q_ARG(w));
            continue;
        }
        double g = number_at(got, k), w = number_at(want, k);
        bool same = g == w || (isnan(g) && isnan(w)) || fabs(g - w) <= tolerance * (1 + fabs(w));

        if (!same)
            q_test_fail(file, line, "output %zu [%zu] is %.9g, not %.9g", i, k, g, w);
    }
}
