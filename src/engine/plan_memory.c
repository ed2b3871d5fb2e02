#include "engine/plan.h"

#include <stdlib.h>
#include <string.h>

/* A stretch of the block and the steps in which it is taken. */
typedef struct place {
    size_t bytes, first, last, offset;
    uint32_t slot; /* whose root it is; or */
    size_t step;   /* whose scratch it is, when slot is Q_NO_VALUE */
} place;

typedef struct places {
    place *at;
    size_t count, cap;
} places;

static size_t aligned(size_t bytes)
{
    return (bytes + Q_TENSOR_ALIGN - 1) & ~(size_t)(Q_TENSOR_ALIGN - 1);
}

/* -- How long each value is used -- */

static void use(size_t *last, uint32_t id, size_t step)
{
    if (id != Q_NO_VALUE && last[id] < step)
        last[id] = step;
}

/* The last step that names each slot; SIZE_MAX for outputs. Steps count from 1. */
static size_t *last_uses(plan *p, bool keep)
{
    size_t *last = q_arena_array(p->arena, p->slot_count, sizeof *last);

    if (!last)
        return NULL;
    for (size_t at = 0; at < p->step_count; at++) {
        const plan_step *s = &p->steps[at];
        const q_node *n = s->call.node;

        for (size_t i = 0; i < s->call.out_count; i++)
            use(last, s->out[i], at + 1);
        for (size_t i = 0; i < s->call.in_count; i++)
            use(last, s->in[i], at + 1);
        for (size_t i = 0; i < n->attr_count; i++)
            if (n->attrs[i].kind == Q_ATTR_GRAPH)
                for (size_t k = 0; k < n->attrs[i].graph->value_count; k++)
                    use(last, n->attrs[i].graph->values[k].outer, at + 1);
    }
    for (size_t i = 0; i < p->graph->output_count; i++)
        last[p->graph->outputs[i]] = SIZE_MAX;
    if (keep)
        for (size_t i = 0; i < p->slot_count; i++)
            last[i] = SIZE_MAX;
    return last;
}

static void join(plan *p, uint32_t member, uint32_t root, const size_t *last)
{
    p->slots[member].root = root;
    if (p->slots[root].last < last[member])
        p->slots[root].last = last[member];
}

static bool is_output(const plan *p, uint32_t id)
{
    for (size_t i = 0; i < p->graph->output_count; i++)
        if (p->graph->outputs[i] == id)
            return true;
    return false;
}

/* Reshape and its kind: share what is in the block, or came in and does not go out. */
static bool share_alias(plan *p, plan_step *s, const size_t *last)
{
    const slot *in = &p->slots[s->in[0]];
    slot *out = &p->slots[s->out[0]];

    if (in->state == SLOT_INPUT && !is_output(p, s->out[0]) && last[s->out[0]] != SIZE_MAX)
        out->state = SLOT_INPUT;
    else if (in->state != SLOT_PLANNED)
        return false;
    join(p, s->out[0], in->root, last);
    s->shared = true;
    return true;
}

/* Whether the step reads `root`'s memory by inputs of one shape only, so that
 * each element is read just before it is written over.
 */
static bool read_as_one(const plan *p, const plan_step *s, uint32_t root, const q_shape *shape)
{
    for (size_t i = 0; i < s->call.in_count; i++)
        if (s->in[i] != Q_NO_VALUE && p->slots[s->in[i]].state == SLOT_PLANNED &&
            p->slots[s->in[i]].root == root && !q_shape_eq(&p->slots[s->in[i]].t.shape, shape))
            return false;
    return true;
}

/* Write over an input that nobody reads afterwards. */
static bool write_over(plan *p, plan_step *s, size_t step, const size_t *last)
{
    slot *out = &p->slots[s->out[0]];

    for (size_t i = 0; i < s->call.in_count; i++) {
        if (s->in[i] == Q_NO_VALUE)
            continue;
        const slot *in = &p->slots[s->in[i]];

        if (in->state == SLOT_PLANNED && p->slots[in->root].last == step &&
            q_shape_eq(&in->t.shape, &out->t.shape) &&
            q_dtype_bits(in->t.dtype) == q_dtype_bits(out->t.dtype) &&
            read_as_one(p, s, in->root, &out->t.shape)) {
            join(p, s->out[0], in->root, last);
            return true;
        }
    }
    return false;
}

static q_code add_place(plan *p, places *all, place new, q_err *err)
{
    if (new.bytes == 0)
        return Q_OK;
    if (q_arena_grow(p->arena, &all->at, &all->cap, all->count + 1, sizeof *all->at))
        return q_err_nomem(err);
    new.bytes = aligned(new.bytes);
    all->at[all->count++] = new;
    return Q_OK;
}

static q_code collect(plan *p, const size_t *last, bool keep, places *all, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t at = 0; !rc && at < p->step_count; at++) {
        plan_step *s = &p->steps[at];
        unsigned flags = s->call.node->op->flags;

        if (s->dynamic)
            continue;
        if ((flags & Q_OP_ALIAS) && share_alias(p, s, last))
            continue;
        for (size_t i = 0; !rc && i < s->call.out_count; i++) {
            slot *o = &p->slots[s->out[i]];

            if (i == 0 && (flags & Q_OP_IN_PLACE) && !keep && write_over(p, s, at + 1, last))
                continue;
            o->last = last[s->out[i]];
            rc = add_place(
                p, all, (place){.bytes = q_tensor_bytes(&o->t), .first = at + 1, .slot = s->out[i]},
                err);
        }
        if (!rc && s->call.scratch_bytes)
            rc = add_place(p, all,
                           (place){.bytes = s->call.scratch_bytes,
                                   .first = at + 1,
                                   .last = at + 1,
                                   .slot = Q_NO_VALUE,
                                   .step = at},
                           err);
    }
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].slot != Q_NO_VALUE)
            all->at[i].last = p->slots[all->at[i].slot].last;
    return rc;
}

/* -- Where each lies -- */

static int larger_first(const void *a, const void *b)
{
    const place *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return 0;
}

static int lower_first(const void *a, const void *b)
{
    const place *x = *(place *const *)a, *y = *(place *const *)b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The tightest gap between those that are taken at the same time. */
static size_t find_gap(place **taken, size_t count, size_t bytes)
{
    size_t end = 0, best = SIZE_MAX, best_bytes = SIZE_MAX;

    qsort(taken, count, sizeof *taken, lower_first);
    for (size_t i = 0; i < count; i++) {
        size_t gap = taken[i]->offset > end ? taken[i]->offset - end : 0;

        if (gap >= bytes && gap < best_bytes) {
            best = end;
            best_bytes = gap;
        }
        if (taken[i]->offset + taken[i]->bytes > end)
            end = taken[i]->offset + taken[i]->bytes;
    }
    return best == SIZE_MAX ? end : best;
}

/* Largest first, each into the tightest gap. */
static q_code assign(plan *p, places *all, size_t limit, q_err *err)
{
    place **taken = q_arena_array(p->arena, all->count, sizeof *taken);

    if (!taken)
        return q_err_nomem(err);
    if (all->count)
        qsort(all->at, all->count, sizeof *all->at, larger_first);
    for (size_t i = 0; i < all->count; i++) {
        place *new = &all->at[i];
        size_t count = 0;

        for (size_t k = 0; k < i; k++)
            if (all->at[k].first <= new->last &&new->first <= all->at[k].last)
                taken[count++] = &all->at[k];
        new->offset = find_gap(taken, count, new->bytes);
        if (new->offset + new->bytes > p->block_bytes)
            p->block_bytes = new->offset + new->bytes;
        if (p->block_bytes > limit)
            return q_err_set(err, Q_LIMIT, "activations need more than %zu bytes", limit);
    }
    return Q_OK;
}

/* Which dynamic slots end with each step. */
static q_code set_releases(plan *p, const size_t *last, q_err *err)
{
    uint32_t *ids = q_arena_array(p->arena, p->slot_count, sizeof *ids);
    size_t at = 0;

    if (!ids)
        return q_err_nomem(err);
    for (size_t step = 0; step < p->step_count; step++) {
        plan_step *s = &p->steps[step];

        s->release = ids + at;
        for (size_t i = 0; i < s->call.in_count + s->call.out_count; i++) {
            uint32_t id = i < s->call.in_count ? s->in[i] : s->out[i - s->call.in_count];

            if (id == Q_NO_VALUE || p->slots[id].state != SLOT_DYNAMIC || last[id] != step + 1)
                continue;
            bool listed = false;
            for (size_t k = 0; k < s->release_count; k++)
                listed = listed || s->release[k] == id;
            if (!listed) {
                ids[at++] = id;
                s->release_count++;
            }
        }
    }
    return Q_OK;
}

q_code plan__place(plan *p, const plan_request *r, q_err *err)
{
    size_t *last = last_uses(p, r->keep);
    places all = {0};
    q_code rc;

    if (!last)
        return q_err_nomem(err);
    rc = collect(p, last, r->keep, &all, err);
    if (!rc)
        rc = assign(p, &all, r->memory_limit, err);
    if (!rc)
        rc = set_releases(p, last, err);
    for (size_t i = 0; !rc && i < all.count; i++) {
        if (all.at[i].slot == Q_NO_VALUE)
            p->steps[all.at[i].step].scratch_offset = all.at[i].offset;
        else
            p->slots[all.at[i].slot].offset = all.at[i].offset;
    }
    return rc;
}

void plan__bind(plan *p, char *at)
{
    if (p->bound == at)
        return;
    for (size_t i = 0; i < p->slot_count; i++) {
        slot *s = &p->slots[i];

        if (s->state == SLOT_PLANNED)
            s->t.data = q_shape_count(&s->t.shape) ? at + p->slots[s->root].offset : NULL;
    }
    for (size_t i = 0; i < p->step_count; i++)
        p->steps[i].call.scratch =
            p->steps[i].call.scratch_bytes ? at + p->steps[i].scratch_offset : NULL;
    p->bound = at;
}
