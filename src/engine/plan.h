/* engine/plan.h - how a graph is run at given input shapes.
 *
 * A plan is made in two steps: plan.c works out every value's type and shape
 * and computes what is constant at these shapes; plan_memory.c gives each
 * other value its place in one block.
 *
 *     slot state   its data is
 *     INPUT        the caller's, or the enclosing graph's; set at each run
 *     KNOWN        constant at these shapes; the model's or the plan's own
 *     PLANNED      in the block, at a fixed offset
 *     DYNAMIC      allocated while running, since its size depends on values
 */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "engine/op.h"

typedef enum slot_state {
    SLOT_UNMADE,
    SLOT_INPUT,
    SLOT_KNOWN,
    SLOT_PLANNED,
    SLOT_DYNAMIC
} slot_state;

typedef struct slot {
    q_tensor t;
    slot_state state;
    bool owned;    /* KNOWN and computed by the plan; or DYNAMIC and there */
    uint32_t root; /* the slot whose memory this one shares, often itself */
    size_t offset; /* of a PLANNED root in the block */
    size_t last;   /* the last step that uses a root's memory; SIZE_MAX: it stays */
} slot;

typedef struct plan_step {
    q_op_call call;
    const uint32_t *in, *out; /* slots; in: Q_NO_VALUE where left out */
    bool dynamic;             /* outputs are inferred and allocated while running */
    bool shared;              /* an alias whose memory is shared: nothing to do */
    size_t scratch_offset;
    const uint32_t *release; /* DYNAMIC slots to free after the step */
    size_t release_count;
} plan_step;

typedef struct plan {
    q_arena *arena;
    const q_graph *graph;
    slot *slots; /* [graph->value_count] and one for each output left out */
    size_t slot_count;
    plan_step *steps;
    size_t step_count;
    size_t block_bytes;
    const char *bound;      /* the block that the slots' pointers are for */
    struct runner **bodies; /* runners of nodes' bodies, made when first run */
    size_t body_count, body_cap;
    struct plan *next; /* in the runner's list, last used first */
} plan;

typedef struct plan_request {
    const q_graph *graph;
    const q_tensor *in; /* types and shapes of graph->inputs */
    const plan *outer;  /* of the enclosing graph's run, for a body; or NULL */
    size_t memory_limit;
    bool keep; /* every value keeps its memory to the end */
    q_team *team;
} plan_request;

/* Fails with what infer found (Q_INVALID, Q_UNSUPPORTED), Q_LIMIT, Q_NOMEM. */
Q_MUST_USE q_code plan__new(const plan_request *r, plan **out, q_err *err);
void plan__free(plan *p); /* NULL is fine; bodies are the runner's to free before */

/* Types, shapes, constants (plan_infer.c), and then places (plan_memory.c). */
Q_MUST_USE q_code plan__infer(plan *p, const plan_request *r, q_err *err);
Q_MUST_USE q_code plan__place(plan *p, const plan_request *r, q_err *err);

/* Point the slots into this block. */
void plan__bind(plan *p, char *at);

/* Types and shapes the plan was made for. */
bool plan__fits(const plan *p, const q_tensor *in, const plan *outer);

/* Whether elements are numbers, which may lie in the block. */
static inline bool plan__plain(q_dtype d)
{
    return d != Q_NONE && d != Q_STRING && d != Q_SEQUENCE && d != Q_MAP;
}

#endif
