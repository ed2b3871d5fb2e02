/* engine/pass.h - what the passes share: looking at a graph and changing it.
 *
 * Who makes and who uses a value is noted by pass__refresh, and kept up by
 * the functions here while a pass works. Nodes a pass removes stay in the
 * list, without outputs, until the next refresh.
 */
#ifndef ENGINE_PASS_H
#define ENGINE_PASS_H

#include "engine/graph.h"
#include "engine/model.h"

/* A value's type and shape for two choices of the free dimensions; what is
 * equal for both is taken to be equal always.
 */
#define PASS_PROBES 2
#define PASS_SIZES 3
typedef struct pass_shape {
    bool known;
    q_dtype dtype;
    q_shape of[PASS_PROBES];
} pass_shape;

typedef struct pass {
    q_graph *g;
    q_arena *scratch; /* until the next refresh */
    q_model_options options;
    const struct pass *around; /* of the graph in whose body this one is; or NULL */
    size_t sizes;              /* which sizes pass__probe puts in; PASS_SIZES: not chosen yet */
    q_node **maker;            /* [value_cap]; NULL for inputs and constants */
    size_t *uses;              /* [value_cap] */
    pass_shape *shapes;        /* [value_cap] after pass__probe; else NULL */
    size_t value_cap;
} pass;

/* `options` and `around` may be NULL. pass__clear in any case. */
Q_MUST_USE q_code pass__init(pass *p, q_graph *g, const q_model_options *options,
                             const pass *around, q_err *err);
void pass__clear(pass *p);
/* Drop what is unused, put nodes in order, bind the new ones, count again. */
Q_MUST_USE q_code pass__refresh(pass *p, q_err *err);
/* Fill p->shapes (pass_probe.c), until the next refresh. */
Q_MUST_USE q_code pass__probe(pass *p, q_err *err);

/* -- Looking -- */

/* Of ONNX's own domain, of this type. */
bool pass__is(const q_node *n, const char *type);
bool pass__is_quern(const q_node *n, const char *type);
/* Of any number of these types, separated by blanks. */
bool pass__is_any(const q_node *n, const char *types);
q_node *pass__maker(const pass *p, q_value_id v);
/* The maker of `v` when it is of this type and nothing else uses v; else NULL. */
q_node *pass__sole(const pass *p, q_value_id v, const char *type);
bool pass__has_in(const q_node *n, size_t i);
/* The value when it never changes, in an enclosing graph too; else NULL. */
const q_tensor *pass__constant(const pass *p, q_value_id v);
/* A constant float32 of one element. */
bool pass__scalar(const pass *p, q_value_id v, float *out);
/* A constant float32 scalar within 1e-6 relative of `want`. */
bool pass__scalar_is(const pass *p, q_value_id v, float want);
/* n is binary with one scalar constant, which adds no dimension: its value and the other operand.
 */
bool pass__scalar_operand(const pass *p, const q_node *n, q_value_id *other, float *scalar);
/* A constant of integers as int64, at most `cap` of them; false otherwise. */
bool pass__ints(const pass *p, q_value_id v, int64_t *out, size_t cap, size_t *count);
/* The attribute or the input that newer operator sets have in its place (`axes` and so on). */
bool pass__attr_or_input(const pass *p, const q_node *n, const char *attr, size_t input,
                         int64_t *out, size_t cap, size_t *count);
size_t pass__rank(const pass *p, q_value_id v, bool *known);
bool pass__same_shape(const pass *p, q_value_id a, q_value_id b);
q_dtype pass__dtype(const pass *p, q_value_id v);

/* -- Changing -- */

Q_MUST_USE q_code pass__value(pass *p, q_dtype dtype, q_value_id *out, q_err *err);
/* A constant whose data the graph owns, and gives back if nothing uses it in the end; *data is
 * zeroed, aligned to Q_TENSOR_ALIGN.
 */
Q_MUST_USE q_code pass__new_constant(pass *p, q_dtype dtype, const q_shape *shape, void **data,
                                     q_value_id *out, q_err *err);
Q_MUST_USE q_code pass__new_floats(pass *p, const float *v, size_t count, q_value_id *out,
                                   q_err *err);
/* A node with one output; *out Q_NO_VALUE makes a new value for it. `version` is of its
 * domain's operator set.
 */
Q_MUST_USE q_code pass__add(pass *p, const char *domain, const char *type, unsigned version,
                            const q_value_id *in, size_t in_count, q_value_id *out, q_node **node,
                            q_err *err);
/* Take the node out; its outputs are free for another to make. */
void pass__remove(pass *p, q_node *n);
/* All uses of n's output 0 become uses of `v`, and n goes. False, and nothing is done, where
 * the graph's output would become an input, a constant or another output.
 */
bool pass__bypass(pass *p, q_node *n, q_value_id v);
/* n's input i becomes `v`. */
void pass__set_input(pass *p, q_node *n, size_t i, q_value_id v);
/* Let `by` make what n's output 0 was; n goes. */
void pass__take_output(pass *p, q_node *by, q_node *n);

#endif
