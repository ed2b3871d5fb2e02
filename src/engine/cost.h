/* engine/cost.h - what a node costs at given shapes, for people who look at models. */
#ifndef ENGINE_COST_H
#define ENGINE_COST_H

#include "engine/graph.h"

typedef struct cost {
    double macs;         /* multiplications with addition, of convolutions and products */
    double flops;        /* twice the macs, and one for each number that another operator makes or
                            reduces; what only moves numbers counts none */
    size_t weight_bytes; /* of constant inputs */
    size_t out_bytes;
} cost;

/* `in` and `out` need types and shapes alone; in[i] NULL where it is left out. */
cost cost__of(const q_graph *g, const q_node *n, const q_tensor *const *in,
              const q_tensor *const *out);

typedef enum cost_kind {
    COST_PRODUCT,     /* convolutions, matrix products, recurrent cells */
    COST_ELEMENTWISE, /* arithmetic on each number */
    COST_REDUCE,      /* sums, norms, softmax, pooling */
    COST_MOVE,        /* copies, shapes, layouts */
    COST_CONVERT,     /* types and quantisation */
    COST_CONTROL,     /* If, Loop, Scan, sequences */
    COST_OTHER
} cost_kind;
cost_kind cost__kind(const q_node *n);

#endif
