/* engine/describe.h - a model node by node: shapes, costs, memory, and what runs it.
 *
 * With all inputs' shapes given the numbers are those of a run; with free
 * dimensions the shapes are symbolic (shapes.h) and there are no costs.
 */
#ifndef Q_ENGINE_DESCRIBE_H
#define Q_ENGINE_DESCRIBE_H

#include "engine/cost.h"
#include "engine/model.h"

typedef struct q_described_node {
    const struct q_node *node;
    q_str title;   /* its name, or its first output's */
    q_str type;    /* "Conv", "quern.Conv" */
    q_str detail;  /* "3x3 /2 + Relu": what people want to know of its attributes */
    q_str shape;   /* of output 0: "[N, 24, H/4, W/4]"; "?" where values decide */
    q_dtype dtype; /* of output 0 */
    cost_kind kind;
    const char *kernel;   /* what its packed weights are: "f32", "bf16", "int8"; NULL: a general
                             operator, which the passes left as the file has it */
    bool constant;        /* not run: its value is known at these shapes */
    cost cost;            /* zeros where dimensions are free */
    size_t offset, bytes; /* of output 0 in the block of a run; 0 where it is not planned */
} q_described_node;

typedef struct q_description {
    bool concrete;           /* all shapes were given: costs and memory are there */
    q_described_node *nodes; /* of the top graph, in their order */
    size_t count;
    size_t steps;         /* nodes that a run executes */
    size_t params;        /* elements of all constants */
    size_t weight_bytes;  /* of all constants */
    size_t peak_bytes;    /* of a run's values */
    double macs, flops;   /* of a run */
    const q_str *symbols; /* the free dimensions' names */
    size_t symbol_count;
    q_str *values; /* shapes of all values of the top graph, by number */
} q_description;

/* `in`: the inputs' shapes, Q_DIM_UNKNOWN (graph.h) where free. All is in the
 * arena or borrowed from the model. Fails as shapes__infer does.
 */
Q_MUST_USE q_code q_model_describe(const q_model *m, const q_shape *in, q_arena *a,
                                   q_description *out, q_err *err);

#endif
