/* sketch.h - a graph drawn by hand, run as drawn and as the passes leave it.
 *
 *     sketch s = sketch_new();
 *     q_value_id x = sketch_in(&s, OP_SHAPE(2, 3, 8, 8));
 *     q_value_id y = SKETCH(&s, "Relu", 14, x);
 *     sketch_check(&s, y, 1e-6);                   runs, optimises, runs, compares
 *     CHECK_EQ(sketch_count(&s, "quern", "Act"), 1);
 *
 * Inputs and weights are random, and the same every time.
 */
#ifndef SKETCH_H
#define SKETCH_H

#include "engine/graph.h"
#include "engine/model.h"
#include "op_case.h"

enum { SKETCH_INPUTS = 4 };

typedef struct sketch {
    q_graph *g;
    q_value_id in[SKETCH_INPUTS], out;
    q_tensor input[SKETCH_INPUTS];
    size_t in_count;
    uint32_t seed;
    q_node *last; /* the node drawn last, for its attributes */
    q_model_options options;
} sketch;

sketch sketch_new(void);
/* An input of this shape; every dimension but the channels' is free. */
q_value_id sketch_in(sketch *s, q_shape shape);
q_value_id sketch_random(sketch *s, q_shape shape); /* a constant, in [-1, 1) */
q_value_id sketch_scalar(sketch *s, float v);       /* a constant without dimensions */
q_value_id sketch_constant(sketch *s, const q_tensor *t);
q_value_id sketch_op(sketch *s, const char *type, unsigned version, const q_value_id *in,
                     size_t count);
#define SKETCH(s, type, version, ...)                                                              \
    sketch_op(s, type, version, (q_value_id[]){__VA_ARGS__},                                       \
              sizeof((q_value_id[]){__VA_ARGS__}) / sizeof(q_value_id))
void sketch_int(sketch *s, const char *name, int64_t v);
void sketch_ints(sketch *s, const char *name, const int64_t *v, size_t count);
#define SKETCH_INTS(s, name, ...)                                                                  \
    sketch_ints(s, name, (int64_t[]){__VA_ARGS__},                                                 \
                sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
void sketch_string(sketch *s, const char *name, const char *v);
void sketch_float(sketch *s, const char *name, double v);

/* Run as drawn and optimised; the results agree within `tolerance` times 1 + |value|. */
void sketch_check(sketch *s, q_value_id out, double tolerance);
/* Nodes of this type. */
size_t sketch_count(const sketch *s, const char *domain, const char *type);

#endif
