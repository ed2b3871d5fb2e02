/* Activations become quern:Act, the one form that the later passes put into products. Exporters
 * write many of them out:
 *
 *     hard sigmoid    clip(x + 3, 0, 6) / 6
 *     hard swish      x * clip(x + 3, 0, 6) / 6,    x * hard_sigmoid(x)
 *     silu            x * sigmoid(x)
 *     gelu            x * 0.5 * (1 + erf(x / sqrt 2)),
 *                     x * 0.5 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))
 */
#include "engine/op_quern.h"
#include "engine/pass_list.h"

#include <math.h>

#define MAX_FACTORS 4

static bool is_act(const q_node *n, kernel_activation *a)
{
    return pass__is_quern(n, "Act") && !quern__read_act(n, "act", "act_ab", a, NULL);
}

/* -- Operators that are activations themselves -- */

static bool clip_bounds(const pass *p, const q_node *n, float *low, float *high)
{
    *low = (float)q_node_float(n, "min", -INFINITY);
    *high = (float)q_node_float(n, "max", INFINITY);
    if (pass__has_in(n, 1) && !pass__scalar(p, n->in[1], low))
        return false;
    return !pass__has_in(n, 2) || pass__scalar(p, n->in[2], high);
}

static bool plain_act(const pass *p, const q_node *n, kernel_activation *a)
{
    *a = (kernel_activation){0};
    if (pass__is(n, "Relu"))
        a->kind = KERNEL_ACT_RELU;
    else if (pass__is(n, "Sigmoid"))
        a->kind = KERNEL_ACT_SIGMOID;
    else if (pass__is(n, "Tanh"))
        a->kind = KERNEL_ACT_TANH;
    else if (pass__is(n, "LeakyRelu"))
        *a = (kernel_activation){KERNEL_ACT_LEAKY, (float)q_node_float(n, "alpha", 0.01), 0};
    else if (pass__is(n, "PRelu") && pass__scalar(p, n->in[1], &a->a))
        a->kind = KERNEL_ACT_LEAKY;
    else if (pass__is(n, "HardSigmoid"))
        *a = (kernel_activation){KERNEL_ACT_HARD_SIGMOID, (float)q_node_float(n, "alpha", 0.2),
                                 (float)q_node_float(n, "beta", 0.5)};
    else if (pass__is(n, "HardSwish"))
        *a = (kernel_activation){KERNEL_ACT_HARD_SWISH, 1.0F / 6, 0.5F};
    else if (pass__is(n, "Gelu"))
        a->kind = q_str_is(q_node_string(n, "approximate", "none"), "tanh") ? KERNEL_ACT_GELU_TANH
                                                                            : KERNEL_ACT_GELU;
    else if (pass__is(n, "Clip") && clip_bounds(p, n, &a->a, &a->b))
        a->kind = KERNEL_ACT_CLIP;
    return a->kind != KERNEL_ACT_NONE;
}

/* -- Written out -- */

/* v = clip(x + c, 0, h); *x, *a = 1 / h and *b = c / h of the hard sigmoid it is, times h. */
static bool is_ramp(const pass *p, q_value_id v, q_value_id *x, kernel_activation *a, float *h)
{
    const q_node *clip = pass__maker(p, v), *add;
    kernel_activation bounds;
    float c;

    if (!is_act(clip, &bounds) || bounds.kind != KERNEL_ACT_CLIP || bounds.a != 0 ||
        !(bounds.b > 0 && bounds.b < INFINITY))
        return false;
    add = pass__maker(p, clip->in[0]);
    if (!pass__is(add, "Add") || !pass__scalar_operand(p, add, x, &c))
        return false;
    *h = bounds.b;
    *a = (kernel_activation){KERNEL_ACT_HARD_SIGMOID, 1 / *h, c / *h};
    return true;
}

/* n divides by `h`, or multiplies by 1 / h; *rest is what. */
static bool divides_by(const pass *p, const q_node *n, q_value_id *rest, float *h)
{
    float s;

    if (pass__is(n, "Div") && pass__scalar(p, n->in[1], h) && *h != 0) {
        *rest = n->in[0];
        return true;
    }
    if (pass__is(n, "Mul") && pass__scalar_operand(p, n, rest, &s) && s != 0) {
        *h = 1 / s;
        return true;
    }
    return false;
}

static bool near(float a, float b)
{
    return fabsf(a - b) <= 1e-5F * fabsf(b);
}

/* clip(x + c, 0, h) / h, and x times that. */
static bool is_hard(const pass *p, const q_node *n, q_value_id *x, kernel_activation *a)
{
    q_value_id rest, of;
    const q_node *mul;
    float by, h;

    if (!divides_by(p, n, &rest, &by))
        return false;
    if (is_ramp(p, rest, x, a, &h) && near(h, by))
        return true;
    mul = pass__sole(p, rest, "Mul");
    for (size_t i = 0; mul && mul->in_count == 2 && i < 2; i++)
        if (is_ramp(p, mul->in[i], &of, a, &h) && of == mul->in[1 - i] && near(h, by)) {
            a->kind = KERNEL_ACT_HARD_SWISH;
            *x = of;
            return true;
        }
    return false;
}

/* x * sigmoid(x), x * hard_sigmoid(x). */
static bool is_gated(const pass *p, const q_node *n, q_value_id *x, kernel_activation *a)
{
    for (size_t i = 0; pass__is(n, "Mul") && n->in_count == 2 && i < 2; i++) {
        const q_node *gate = pass__maker(p, n->in[i]);

        if (!is_act(gate, a) || gate->in[0] != n->in[1 - i])
            continue;
        *x = gate->in[0];
        if (a->kind == KERNEL_ACT_SIGMOID) {
            a->kind = KERNEL_ACT_SILU;
            return true;
        }
        if (a->kind == KERNEL_ACT_HARD_SIGMOID) {
            a->kind = KERNEL_ACT_HARD_SWISH;
            return true;
        }
    }
    return false;
}

/* -- GELU -- */

/* The factors of a product of products, scalars multiplied up; false when they are too many. */
static bool factors_of(const pass *p, const q_node *n, q_value_id *factors, size_t *count,
                       float *scalar)
{
    for (size_t i = 0; i < 2; i++) {
        float s;

        if (pass__scalar(p, n->in[i], &s)) {
            *scalar *= s;
            continue;
        }
        const q_node *under = pass__sole(p, n->in[i], "Mul");

        if (under && under->in_count == 2 && *count < MAX_FACTORS) {
            if (!factors_of(p, under, factors, count, scalar))
                return false;
        } else if (*count < MAX_FACTORS) {
            factors[(*count)++] = n->in[i];
        } else {
            return false;
        }
    }
    return true;
}

/* v = x * x * x. */
static bool is_cube(const pass *p, q_value_id v, q_value_id x)
{
    const q_node *n = pass__maker(p, v), *square;

    if (pass__is(n, "Pow"))
        return n->in[0] == x && pass__scalar_is(p, n->in[1], 3);
    for (size_t i = 0; pass__is(n, "Mul") && i < 2; i++) {
        square = pass__maker(p, n->in[1 - i]);
        if (n->in[i] == x &&
            ((pass__is(square, "Mul") && square->in[0] == x && square->in[1] == x) ||
             (pass__is(square, "Pow") && square->in[0] == x &&
              pass__scalar_is(p, square->in[1], 2))))
            return true;
    }
    return false;
}

/* v = sqrt(2 / pi) * (x + 0.044715 x^3) */
static bool is_tanh_argument(const pass *p, q_value_id v, q_value_id x)
{
    const q_node *mul = pass__maker(p, v), *add, *cubic;
    q_value_id sum, cube;
    float s;

    if (!pass__is(mul, "Mul") || !pass__scalar_operand(p, mul, &sum, &s) ||
        fabsf(s - 0.7978846F) > 1e-4F)
        return false;
    add = pass__maker(p, sum);
    for (size_t i = 0; pass__is(add, "Add") && i < 2; i++) {
        cubic = pass__maker(p, add->in[1 - i]);
        if (add->in[i] == x && pass__is(cubic, "Mul") &&
            pass__scalar_operand(p, cubic, &cube, &s) && fabsf(s - 0.044715F) < 1e-5F &&
            is_cube(p, cube, x))
            return true;
    }
    return false;
}

/* v = 1 + erf(x / sqrt 2) or 1 + tanh(...) */
static bool is_bell(const pass *p, q_value_id v, q_value_id x, kernel_activation *a)
{
    const q_node *add = pass__maker(p, v), *curve, *arg;
    kernel_activation tanh_act;
    q_value_id of, rest;
    float s;

    if (!pass__is(add, "Add") || !pass__scalar_operand(p, add, &of, &s) || s != 1)
        return false;
    curve = pass__maker(p, of);
    if (is_act(curve, &tanh_act) && tanh_act.kind == KERNEL_ACT_TANH) {
        *a = (kernel_activation){KERNEL_ACT_GELU_TANH, 0, 0};
        return is_tanh_argument(p, curve->in[0], x);
    }
    if (!pass__is(curve, "Erf"))
        return false;
    arg = pass__maker(p, curve->in[0]);
    *a = (kernel_activation){KERNEL_ACT_GELU, 0, 0};
    return arg && divides_by(p, arg, &rest, &s) && rest == x && fabsf(s - 1.4142135F) < 1e-4F;
}

static bool is_gelu(const pass *p, const q_node *n, q_value_id *x, kernel_activation *a)
{
    q_value_id f[MAX_FACTORS];
    size_t count = 0;
    float scalar = 1;

    if (!pass__is(n, "Mul") || n->in_count != 2 || !factors_of(p, n, f, &count, &scalar) ||
        count != 2 || !near(scalar, 0.5F))
        return false;
    for (size_t i = 0; i < 2; i++)
        if (is_bell(p, f[i], f[1 - i], a)) {
            *x = f[1 - i];
            return true;
        }
    return false;
}

static q_code replace(pass *p, q_node *n, q_value_id x, const kernel_activation *a, q_err *err)
{
    q_value_id out = n->out[0];
    q_str name = n->name;
    q_node *act;
    q_code rc;

    pass__remove(p, n);
    rc = pass__add(p, "quern", "Act", 1, &x, 1, &out, &act, err);
    if (rc)
        return rc;
    act->name = name;
    return quern__write_act(p->g, act, "act", "act_ab", a, err);
}

q_code pass__activations(pass *p, q_err *err)
{
    size_t count = p->g->node_count;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < count; i++) {
        q_node *n = p->g->nodes[i];
        kernel_activation a;
        q_value_id x;

        if (!n->out_count || pass__dtype(p, n->out[0]) != Q_F32)
            continue;
        if (is_hard(p, n, &x, &a) || is_gelu(p, n, &x, &a) || is_gated(p, n, &x, &a))
            rc = replace(p, n, x, &a, err);
        else if (plain_act(p, n, &a))
            rc = replace(p, n, n->in[0], &a, err);
    }
    return rc;
}
