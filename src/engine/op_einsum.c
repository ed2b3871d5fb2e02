/* Einsum: sums of products, their indices named by letters.
 *
 * Every letter is a loop; an operand's stride in a loop is what its dimensions
 * of that letter step by (a repeated letter is a diagonal), 0 when it lacks it.
 * Two float32 operands with one row, one column and one summed letter, as in
 * attention, run as products (product.h) inside the loops of the other letters.
 */
#include "engine/narrow.h"
#include "engine/op_tables.h"
#include "engine/product.h"

#include <string.h>

#define LETTERS 52
#define LABELS (LETTERS + Q_MAX_RANK) /* an ellipsis's dimensions come behind the letters */
#define OPERANDS 8

typedef struct einsum_plan {
    size_t operands;
    size_t dims[LABELS];
    bool used[LABELS];
    size_t strides[OPERANDS + 1][LABELS]; /* the last is the output's */
    bool in_out[LABELS];
    size_t loops[LABELS], loop_count; /* the output's labels in its order, then the summed ones */
    size_t out_count;
    q_shape out;
} einsum_plan;

static int letter_of(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    return c >= 'A' && c <= 'Z' ? c - 'A' : -1;
}

/* The labels of one term, for a tensor of `rank` (SIZE_MAX: as many as the ellipsis has). */
static q_code term_labels(q_str term, size_t rank, size_t ellipsis, size_t *labels, size_t *count,
                          q_err *err)
{
    size_t i, letters = 0, dots = 0, k;

    *count = 0;
    for (i = 0; i < term.n; i++)
        letters += letter_of(term.p[i]) >= 0;
    for (i = 0; i < term.n; i++) {
        if (term.p[i] == ' ')
            continue;
        if (term.p[i] == '.') {
            if (i + 2 >= term.n || term.p[i + 1] != '.' || term.p[i + 2] != '.' || dots++)
                return q_err_set(err, Q_INVALID, "the term \"%.*s\" has a misplaced dot",
                                 Q_ARG(term));
            i += 2;
            if (rank != SIZE_MAX && rank < letters)
                break;
            k = rank == SIZE_MAX ? ellipsis : rank - letters;
            if (k > Q_MAX_RANK || *count + k > Q_MAX_RANK)
                return q_err_set(err, Q_UNSUPPORTED, "the term \"%.*s\" has too many dimensions",
                                 Q_ARG(term));
            for (; k > 0; k--) /* aligned at the right, as broadcasting is */
                labels[(*count)++] = LABELS - k;
            continue;
        }
        if (letter_of(term.p[i]) < 0)
            return q_err_set(err, Q_INVALID, "the term \"%.*s\" has '%c'", Q_ARG(term), term.p[i]);
        if (*count == Q_MAX_RANK)
            return q_err_set(err, Q_UNSUPPORTED, "the term \"%.*s\" has too many dimensions",
                             Q_ARG(term));
        labels[(*count)++] = (size_t)letter_of(term.p[i]);
    }
    if (rank != SIZE_MAX && *count != rank)
        return q_err_set(err, Q_INVALID, "the term \"%.*s\" has %zu indices, the operand %zu",
                         Q_ARG(term), letters, rank);
    return Q_OK;
}

static q_code operand_add(einsum_plan *p, q_str term, const q_shape *s, q_err *err)
{
    size_t labels[Q_MAX_RANK], count = 0, d, step = 1;
    q_code rc = term_labels(term, s->rank, 0, labels, &count, err);

    if (rc)
        return rc;
    for (d = count; d-- > 0;) {
        size_t l = labels[d], dim = s->dims[d];
        size_t *stride = &p->strides[p->operands][l];

        if (p->used[l] && p->dims[l] != dim && p->dims[l] != 1 && dim != 1)
            return q_err_set(err, Q_INVALID, "an index of \"%.*s\" is %zu long here and %zu there",
                             Q_ARG(term), dim, p->dims[l]);
        if (!p->used[l] || p->dims[l] == 1)
            p->dims[l] = dim;
        p->used[l] = true;
        if (dim != 1)
            *stride += step;
        step *= dim;
    }
    p->operands++;
    return Q_OK;
}

/* Without "->": letters that came once, in alphabetical order, behind the ellipsis. */
static size_t implicit_labels(const einsum_plan *p, q_str inputs, size_t *labels)
{
    size_t seen[LABELS] = {0}, count = 0, i;

    for (i = 0; i < inputs.n; i++)
        if (letter_of(inputs.p[i]) >= 0)
            seen[letter_of(inputs.p[i])]++;
    for (i = LETTERS; i < LABELS; i++)
        if (p->used[i])
            labels[count++] = i;
    for (i = 0; i < LETTERS && count < Q_MAX_RANK; i++)
        if (seen[i] == 1)
            labels[count++] = i;
    return count;
}

static q_code output_set(einsum_plan *p, const size_t *labels, size_t count, q_err *err)
{
    size_t d, l, step = 1;

    p->out.rank = count;
    for (d = count; d-- > 0;) {
        l = labels[d];
        if (!p->used[l] || p->in_out[l])
            return q_err_set(err, Q_INVALID, "the output has an index %s",
                             p->in_out[l] ? "twice" : "that no operand has");
        p->in_out[l] = true;
        p->out.dims[d] = p->dims[l];
        p->strides[p->operands][l] = step;
        step *= p->dims[l];
    }
    for (d = 0; d < count; d++)
        p->loops[p->loop_count++] = labels[d];
    p->out_count = count;
    for (l = 0; l < LABELS; l++)
        if (p->used[l] && !p->in_out[l])
            p->loops[p->loop_count++] = l;
    return Q_OK;
}

static q_code plan_make(const q_op_call *c, einsum_plan *p, q_err *err)
{
    q_str equation = q_node_string(c->node, "equation", ""), inputs, output, term, rest;
    size_t labels[Q_MAX_RANK], count = 0, arrow = q_str_find(equation, Q_STR("->")), l;
    size_t ellipsis = 0;
    bool explicit_out = arrow != SIZE_MAX;
    q_code rc = Q_OK;

    *p = (einsum_plan){0};
    inputs = explicit_out ? q_str_sub(equation, 0, arrow) : equation;
    output = explicit_out ? q_str_sub(equation, arrow + 2, SIZE_MAX / 2) : Q_STR("");
    rest = inputs;
    for (l = 0; l < c->in_count && !rc; l++) {
        bool more = q_str_cut(rest, ',', &term, &rest);

        if (more != (l + 1 < c->in_count))
            return q_err_set(err, Q_INVALID, "\"%.*s\" has not one term for each of %zu operands",
                             Q_ARG(equation), c->in_count);
        rc = operand_add(p, term, &c->in[l]->shape, err);
    }
    if (rc)
        return rc;
    for (l = LETTERS; l < LABELS; l++)
        ellipsis += p->used[l];
    if (explicit_out)
        rc = term_labels(output, SIZE_MAX, ellipsis, labels, &count, err);
    else
        count = implicit_labels(p, inputs, labels);
    if (!rc)
        rc = output_set(p, labels, count, err);
    return rc;
}

static q_code einsum_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    q_str equation;

    (void)a;
    (void)params;
    if (n->in_count > OPERANDS)
        return q_err_set(err, Q_UNSUPPORTED, "%zu operands; at most %d are handled", n->in_count,
                         OPERANDS);
    return op__attr_string(n, "equation", "", &equation, err);
}

static q_code einsum_infer(q_op_call *c, q_err *err)
{
    static const q_dtype types[] = {Q_F32, Q_F16, Q_BF16, Q_F64, Q_I32, Q_I64, Q_NONE};
    einsum_plan p;
    size_t i;
    q_code rc = Q_OK;

    for (i = 0; i < c->in_count && !rc; i++) {
        rc = op__want(c, i, err, types);
        if (!rc && c->in[i]->dtype != c->in[0]->dtype)
            rc = q_err_set(err, Q_INVALID, "operand %zu is %s, operand 0 %s", i,
                           q_dtype_name(c->in[i]->dtype), q_dtype_name(c->in[0]->dtype));
    }
    if (!rc)
        rc = plan_make(c, &p, err);
    if (!rc)
        op__set(c, 0, c->in[0]->dtype, &p.out);
    return rc;
}

/* -- Element by element -- */

static double number_at(const q_tensor *t, size_t i)
{
    float v;

    switch (t->dtype) {
    case Q_F32:
        return (double)((const float *)t->data)[i];
    case Q_F64:
        return ((const double *)t->data)[i];
    default:
        narrow__widen((const uint16_t *)t->data + i, t->dtype, 1, &v);
        return (double)v;
    }
}

static void number_set(q_tensor *t, size_t i, double v)
{
    float narrow = (float)v;

    if (t->dtype == Q_F64)
        ((double *)t->data)[i] = v;
    else
        narrow__narrow(&narrow, t->dtype, 1, (char *)t->data + i * q_dtype_bits(t->dtype) / 8);
}

static uint64_t integer_at(const q_tensor *t, size_t i)
{
    return t->dtype == Q_I32 ? (uint64_t)(int64_t)((const int32_t *)t->data)[i]
                             : ((const uint64_t *)t->data)[i];
}

typedef struct einsum_job {
    const einsum_plan *p;
    const q_op_call *call;
} einsum_job;

/* Where loops [from, to) numbered i stand: add their steps to `at` of each operand. */
static void offsets(const einsum_plan *p, size_t from, size_t to, size_t i, size_t *at)
{
    size_t o;

    while (to-- > from) {
        size_t label = p->loops[to], digit = i % p->dims[label];

        i /= p->dims[label];
        for (o = 0; o <= p->operands; o++)
            at[o] += digit * p->strides[o][label];
    }
}

static size_t loops_span(const einsum_plan *p, size_t from, size_t to)
{
    size_t count = 1;

    for (; from < to; from++)
        count *= p->dims[p->loops[from]];
    return count;
}

static void einsum_elements(void *ctx, size_t from, size_t to)
{
    const einsum_job *j = ctx;
    const einsum_plan *p = j->p;
    const q_tensor *const *in = j->call->in;
    size_t sums = loops_span(p, p->out_count, p->loop_count), e, k, o;
    bool is_float = in[0]->dtype != Q_I32 && in[0]->dtype != Q_I64;

    for (e = from; e < to; e++) {
        size_t base[OPERANDS + 1] = {0};
        double sum = 0;
        uint64_t whole = 0;

        offsets(p, 0, p->out_count, e, base);
        for (k = 0; k < sums; k++) {
            size_t at[OPERANDS + 1];
            double term = 1;
            uint64_t whole_term = 1;

            memcpy(at, base, sizeof at);
            offsets(p, p->out_count, p->loop_count, k, at);
            for (o = 0; o < p->operands; o++)
                if (is_float)
                    term *= number_at(in[o], at[o]);
                else
                    whole_term *= integer_at(in[o], at[o]);
            sum += term;
            whole += whole_term;
        }
        if (is_float)
            number_set(j->call->out[0], e, sum);
        else if (in[0]->dtype == Q_I32)
            ((int32_t *)j->call->out[0]->data)[e] = (int32_t)(uint32_t)whole;
        else
            ((uint64_t *)j->call->out[0]->data)[e] = whole;
    }
}

/* -- As products -- */

/* The one label that a has and b lacks (of the output or not), SIZE_MAX when there is none or
 * there are more.
 */
static size_t only_label(const einsum_plan *p, bool in_a, bool in_b, bool in_out)
{
    size_t i, found = SIZE_MAX;

    for (i = 0; i < p->loop_count; i++) {
        size_t l = p->loops[i];

        if (p->dims[l] == 1 || (p->strides[0][l] != 0) != in_a || (p->strides[1][l] != 0) != in_b ||
            p->in_out[l] != in_out)
            continue;
        if (found != SIZE_MAX)
            return SIZE_MAX;
        found = l;
    }
    return found;
}

/* Whether the sum is a product with rows `m`, columns `n`, summed `k`, dense rows in the output
 * and in a.
 */
static bool as_product(const q_op_call *c, const einsum_plan *p, size_t *m, size_t *n, size_t *k)
{
    size_t i;

    if (p->operands != 2 || c->in[0]->dtype != Q_F32)
        return false;
    *m = only_label(p, true, false, true);
    *n = only_label(p, false, true, true);
    *k = only_label(p, true, true, false);
    if (*m == SIZE_MAX || *n == SIZE_MAX || *k == SIZE_MAX || p->strides[2][*n] != 1 ||
        p->strides[0][*k] != 1)
        return false;
    for (i = 0; i < p->loop_count; i++) {
        size_t l = p->loops[i];

        if (p->dims[l] != 1 && !p->in_out[l] && l != *k)
            return false; /* another sum */
    }
    return true;
}

static void run_products(const q_op_call *c, const einsum_plan *p, size_t m, size_t n, size_t k)
{
    product one = {.m = p->dims[m],
                   .n = p->dims[n],
                   .k = p->dims[k],
                   .a_row = p->strides[0][m],
                   .a_col = 1,
                   .b_row = p->strides[1][k],
                   .b_col = p->strides[1][n],
                   .c_row = p->strides[2][m]};
    size_t outs = loops_span(p, 0, p->out_count), e;

    for (e = 0; e < outs; e++) {
        size_t at[OPERANDS + 1] = {0};

        /* Only those places where row and column are 0 begin a product. */
        if (e / p->strides[2][m] % p->dims[m] || e / p->strides[2][n] % p->dims[n])
            continue;
        offsets(p, 0, p->out_count, e, at);
        one.a = (const float *)c->in[0]->data + at[0];
        one.b = (const float *)c->in[1]->data + at[1];
        one.c = (float *)c->out[0]->data + at[2];
        product__run(c->team, &one, NULL);
    }
}

static q_code einsum_run(q_op_call *c, q_err *err)
{
    einsum_plan p;
    einsum_job j = {&p, c};
    size_t m, n, k;
    q_code rc = plan_make(c, &p, err);

    if (rc)
        return rc;
    if (as_product(c, &p, &m, &n, &k) && q_shape_count(&p.out))
        run_products(c, &p, m, n, k);
    else
        op__parallel(c->team, q_shape_count(&p.out), 1024, einsum_elements, &j);
    return Q_OK;
}

static const q_op ops[] = {
    {"", "Einsum", 12, 0, 1, 0, 1, 0, 0, einsum_load, einsum_infer, einsum_run},
};

const q_op_table op__einsum = {ops, sizeof ops / sizeof *ops};
