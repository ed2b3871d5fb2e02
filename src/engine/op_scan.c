/* Scan: a body run along an axis of its inputs, with states carried on.
 *
 * Operator set 8 has a batch in front of everything and the axis behind it;
 * later ones name axes and directions for each input and output.
 */
#include "engine/cut.h"
#include "engine/op_control.h"
#include "engine/op_tables.h"
#include "engine/real.h"

#include <assert.h>
#include <stdlib.h>

typedef struct scan_params {
    q_graph *body;
    size_t first; /* of the node's inputs that are states: 1 in operator set 8 */
    size_t states, ins, outs;
    const int64_t *in_axes, *in_back, *out_axes, *out_back; /* NULL: all 0 */
} scan_params;

static q_code list_load(const q_node *n, const char *name, size_t want, const int64_t **out,
                        q_err *err)
{
    size_t count;
    q_code rc = op__attr_ints(n, name, out, &count, err);

    if (!rc && count && count != want)
        return q_err_set(err, Q_INVALID, "%s has %zu numbers; wanted %zu", name, count, want);
    if (!count)
        *out = NULL;
    return rc;
}

static q_code scan_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    scan_params *p = params;
    bool batched = n->version < 9;
    int64_t ins = 0;
    q_code rc = control__graph(n, "body", &p->body, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "num_scan_inputs", 0, &ins, err);
    if (rc)
        return rc;
    p->first = batched ? 1 : 0;
    if (n->in_count < p->first || ins < 1 || (uint64_t)ins > n->in_count - p->first)
        return q_err_set(err, Q_INVALID, "num_scan_inputs is %lld of %zu inputs", (long long)ins,
                         n->in_count);
    p->ins = (size_t)ins;
    p->states = n->in_count - p->first - p->ins;
    if (p->body->input_count != p->states + p->ins || p->body->output_count < p->states ||
        n->out_count > p->body->output_count)
        return q_err_set(err, Q_INVALID,
                         "the body has %zu inputs and %zu outputs; the node %zu and %zu",
                         p->body->input_count, p->body->output_count, n->in_count, n->out_count);
    p->outs = p->body->output_count - p->states;
    rc = list_load(n, batched ? "directions" : "scan_input_directions", p->ins, &p->in_back, err);
    if (!rc && !batched)
        rc = list_load(n, "scan_input_axes", p->ins, &p->in_axes, err);
    if (!rc && !batched)
        rc = list_load(n, "scan_output_directions", p->outs, &p->out_back, err);
    if (!rc && !batched)
        rc = list_load(n, "scan_output_axes", p->outs, &p->out_axes, err);
    return rc;
}

/* One pass over the inputs (of one batch). */
typedef struct scan {
    q_op_call *c;
    const scan_params *p;
    const q_tensor **from; /* [states + ins], borrowed */
    size_t turns;
    const q_tensor **in; /* of the body */
    q_tensor *state, *slice, *out, *kept;
    size_t kept_count;
} scan;

static void scan_clear(scan *s)
{
    q_budget *b = s->c->budget;

    cut__free(s->state, s->state ? s->p->states : 0, b);
    cut__free(s->slice, s->slice ? s->p->ins : 0, b);
    cut__free(s->out, s->out ? s->p->states + s->p->outs : 0, b);
    cut__free(s->kept, s->kept_count, b);
    free(s->in);
}

static q_code in_axis(const scan *s, size_t i, size_t *axis, q_err *err)
{
    const q_tensor *t = s->from[s->p->states + i];

    assert(t); /* looked at before the first pass */
    return op__axis(s->p->in_axes ? s->p->in_axes[i] : 0, t->shape.rank, axis, err);
}

static q_code scan_init(scan *s, q_err *err)
{
    const scan_params *p = s->p;
    size_t cells, axis;
    q_code rc;

    s->in = calloc(p->states + p->ins + 1, sizeof(*s->in));
    s->state = calloc(p->states + 1, sizeof(*s->state));
    s->slice = calloc(p->ins + 1, sizeof(*s->slice));
    s->out = calloc(p->states + p->outs + 1, sizeof(*s->out));
    if (!s->in || !s->state || !s->slice || !s->out)
        return q_err_nomem(err);
    for (size_t i = 0; i < p->states; i++)
        s->in[i] = s->from[i];
    for (size_t i = 0; i < p->ins; i++) {
        const q_tensor *t = s->from[p->states + i];
        s->in[p->states + i] = &s->slice[i];
        rc = in_axis(s, i, &axis, err);
        if (rc)
            return rc;
        if (s->turns == SIZE_MAX)
            s->turns = t->shape.dims[axis];
        if (t->shape.dims[axis] < s->turns || (!p->first && t->shape.dims[axis] != s->turns))
            return q_err_set(err, Q_INVALID, "scan input %zu has %zu steps; wanted %zu", i,
                             t->shape.dims[axis], s->turns);
    }
    if (!q_size_mul(&cells, s->turns, p->outs) || cells == SIZE_MAX)
        return q_err_nomem(err);
    s->kept = calloc(cells + 1, sizeof(*s->kept));
    return s->kept ? Q_OK : q_err_nomem(err);
}

static q_code scan_turn(scan *s, size_t turn, q_err *err)
{
    const scan_params *p = s->p;
    q_budget *budget = s->c->budget;
    size_t axis;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < p->ins; i++) {
        bool back = p->in_back && p->in_back[i];
        q_tensor_clear(&s->slice[i], budget);
        rc = in_axis(s, i, &axis, err);
        if (!rc)
            rc = cut__take(s->from[p->states + i], axis, back ? s->turns - 1 - turn : turn, budget,
                           &s->slice[i], err);
    }
    if (!rc)
        rc = op__body(s->c, p->body, s->in, p->states + p->ins, s->out, p->states + p->outs, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < p->states; i++) {
        q_tensor_clear(&s->state[i], budget);
        s->state[i] = s->out[i];
        s->in[i] = &s->state[i];
        s->out[i] = (q_tensor){0};
    }
    for (size_t i = 0; i < p->outs; i++) {
        bool back = p->out_back && p->out_back[i];
        s->kept[(back ? s->turns - 1 - turn : turn) * p->outs + i] = s->out[p->states + i];
        s->out[p->states + i] = (q_tensor){0};
    }
    return Q_OK;
}

/* Behind the last step of a shorter sequence of a batch come zeros. */
static q_code pad(q_tensor *t, size_t length, q_budget *budget, q_err *err)
{
    q_tensor parts[2] = {*t}, joined;
    q_shape s = t->shape;
    q_code rc;

    if (s.dims[0] == length)
        return Q_OK;
    s.dims[0] = length - s.dims[0];
    rc = q_tensor_new(t->dtype, &s, budget, &parts[1], err);
    if (rc)
        return rc;
    rc = cut__join(parts, 2, 0, budget, &joined, err);
    q_tensor_clear(&parts[1], budget);
    if (!rc) {
        q_tensor_clear(t, budget);
        *t = joined;
    }
    return rc;
}

/* All turns; made[states + outs] gets the results. */
static q_code scan_all(scan *s, size_t length, q_tensor *made, q_err *err)
{
    const scan_params *p = s->p;
    q_code rc = scan_init(s, err);

    if (rc)
        return rc;
    s->kept_count = s->turns * p->outs;
    for (size_t t = 0; !rc && t < s->turns; t++)
        rc = scan_turn(s, t, err);
    for (size_t i = 0; !rc && i < p->states; i++)
        if (s->in[i] == &s->state[i]) {
            made[i] = s->state[i];
            s->state[i] = (q_tensor){0};
        } else {
            rc = q_tensor_copy(s->in[i], s->c->budget, &made[i], err);
        }
    for (size_t i = 0; !rc && i < p->outs; i++) {
        q_tensor *to = &made[p->states + i];
        size_t axis = 0;
        if (p->out_axes && s->turns)
            rc = op__axis(p->out_axes[i], s->kept[i].shape.rank + 1, &axis, err);
        if (!rc && s->turns)
            rc = control__gather(s->kept, s->turns, p->outs, i, axis, s->c->budget, to, err);
        else if (!rc)
            rc = control__empty_scan(p->body, p->states + i, axis, s->c->budget, to, err);
        if (!rc && p->first)
            rc = pad(to, length, s->c->budget, err);
    }
    return rc;
}

static q_code plain_run(q_op_call *c, q_tensor *made, q_err *err)
{
    const scan_params *p = c->params;
    scan s = {.c = c, .p = p, .turns = SIZE_MAX};
    q_code rc;

    s.from = calloc(c->in_count + 1, sizeof(*s.from));
    if (!s.from)
        return q_err_nomem(err);
    for (size_t i = 0; i < c->in_count; i++)
        s.from[i] = c->in[i];
    rc = scan_all(&s, 0, made, err);
    scan_clear(&s);
    free(s.from);
    return rc;
}

/* -- With a batch in front -- */

static q_code batch_size(const q_op_call *c, size_t *batch, size_t *length, q_err *err)
{
    const scan_params *p = c->params;

    *batch = SIZE_MAX;
    *length = 0;
    for (size_t i = 1; i < c->in_count; i++) {
        const q_shape *s = &c->in[i]->shape;
        bool scanned = i > p->states;
        if (s->rank < 1 + (size_t)scanned || (*batch != SIZE_MAX && s->dims[0] != *batch))
            return q_err_set(err, Q_INVALID, "input %zu has another batch than the others", i);
        *batch = s->dims[0];
        if (scanned && s->dims[1] > *length)
            *length = s->dims[1];
    }
    return Q_OK;
}

/* [begin] of one batch entry, of `inputs` taken from it. */
static q_code entry_run(q_op_call *c, size_t b, size_t length, size_t turns, q_tensor *made,
                        q_err *err)
{
    const scan_params *p = c->params;
    size_t n = p->states + p->ins;
    scan s = {.c = c, .p = p, .turns = turns};
    q_tensor *taken = calloc(n + 1, sizeof(*taken));
    q_code rc = Q_OK;

    s.from = calloc(n + 1, sizeof(*s.from));
    if (!taken || !s.from)
        rc = q_err_nomem(err);
    for (size_t i = 0; !rc && i < n; i++) {
        rc = cut__take(c->in[1 + i], 0, b, c->budget, &taken[i], err);
        s.from[i] = &taken[i];
    }
    if (!rc) {
        rc = scan_all(&s, length, made, err);
        scan_clear(&s);
    }
    cut__free(taken, taken ? n : 0, c->budget);
    free(s.from);
    return rc;
}

static q_code batched_run(q_op_call *c, q_tensor *made, q_err *err)
{
    const scan_params *p = c->params;
    size_t n = p->states + p->outs, batch, length, cells = 0;
    q_tensor *all = NULL;
    q_code rc = batch_size(c, &batch, &length, err);

    if (!rc && (batch < 1 || !q_size_mul(&cells, batch, n)))
        rc = q_err_set(err, Q_UNSUPPORTED, "a batch of %zu", batch);
    if (!rc && op__has(c, 0) &&
        (!q_dtype_is_integer(c->in[0]->dtype) || q_shape_count(&c->in[0]->shape) != batch))
        rc = q_err_set(err, Q_INVALID, "sequence_lens must have one integer an entry of the batch");
    if (rc)
        return rc;
    all = calloc(cells + 1, sizeof(*all));
    if (!all)
        return q_err_nomem(err);
    for (size_t b = 0; !rc && b < batch; b++) {
        int64_t turns = op__has(c, 0) ? real__int(c->in[0], b) : (int64_t)length;
        if (turns < 1 || (uint64_t)turns > length)
            rc = q_err_set(err, Q_INVALID, "sequence length %lld of %zu", (long long)turns, length);
        else
            rc = entry_run(c, b, length, (size_t)turns, all + b * n, err);
    }
    for (size_t i = 0; !rc && i < n; i++)
        rc = control__gather(all, batch, n, i, 0, c->budget, &made[i], err);
    cut__free(all, cells, c->budget);
    return rc;
}

static q_code scan_run(q_op_call *c, q_err *err)
{
    const scan_params *p = c->params;
    size_t n = p->states + p->outs;
    q_tensor *made = calloc(n + 1, sizeof(*made));
    q_code rc = Q_OK;

    if (!made)
        return q_err_nomem(err);
    for (size_t i = p->first; !rc && i < c->in_count; i++)
        if (!c->in[i])
            rc = q_err_set(err, Q_INVALID, "input %zu is left out", i);
    if (!rc)
        rc = p->first ? batched_run(c, made, err) : plain_run(c, made, err);
    for (size_t i = 0; !rc && i < c->out_count; i++)
        control__give(c, i, &made[i]);
    cut__free(made, n, c->budget);
    return rc;
}

static const q_op ops[] = {
    {.domain = "",
     .type = "Scan",
     .since = 8,
     .flags = Q_OP_ALLOCATES,
     .params_bytes = sizeof(scan_params),
     .load = scan_load,
     .run = scan_run},
};
const q_op_table op__scan = {ops, sizeof ops / sizeof *ops};
