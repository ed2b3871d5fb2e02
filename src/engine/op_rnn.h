/* engine/op_rnn.h - what RNN, LSTM and GRU share: attributes, shapes, the input's
 * products for all steps at once, and the order of steps. The cells themselves
 * are in op_rnn_cell.c, the attributes in op_rnn_load.c.
 */
#ifndef ENGINE_OP_RNN_H
#define ENGINE_OP_RNN_H

#include "engine/kernel.h"
#include "engine/op.h"
#include "engine/vector.h"

typedef enum rnn_kind { RNN_PLAIN, RNN_LSTM, RNN_GRU } rnn_kind;

typedef enum rnn_activation {
    RNN_RELU,
    RNN_TANH,
    RNN_SIGMOID,
    RNN_AFFINE,
    RNN_LEAKY,
    RNN_THRESHOLDED,
    RNN_SCALED_TANH,
    RNN_HARD_SIGMOID,
    RNN_ELU,
    RNN_SOFTSIGN,
    RNN_SOFTPLUS,
    RNN_ACTIVATIONS
} rnn_activation;

typedef struct rnn_function {
    rnn_activation kind;
    float a, b;
} rnn_function;

typedef struct rnn_params {
    rnn_kind kind;
    size_t directions, gates, hidden; /* hidden 0: taken from R */
    bool reverse;                     /* of the first direction */
    bool batch_first, input_forget, linear_before_reset, clips;
    float clip;
    rnn_function functions[2][3]; /* of each direction: f, g, h */
} rnn_params;

/* An operator's load (op.h): params is an rnn_params. */
q_code rnn__load(q_arena *arena, const q_node *n, void *params, q_err *err);

#define RNN_ROWS 6 /* sequences that share a read of R: the kernels' widest tiles take as many */

/* One direction of a few sequences, its rows, which step together. */
typedef struct rnn_cell {
    const rnn_params *p;
    const rnn_function *f;
    const vector_table *v;
    size_t hidden, rows;
    const float *recurrent;      /* [gates * hidden, hidden] */
    const kernel_matrix *packed; /* the same by columns, or NULL: of all gates that read h
                                    as it is; and of GRU's candidate */
    const float *bias_hidden;    /* GRU's [hidden] of the candidate, or NULL */
    const float *peephole;       /* LSTM's [3 * hidden], or NULL */
    float *h, *c;                /* state, [rows, hidden]; c of LSTM */
    float *gates;                /* [rows, gates * hidden], to work in */
    float *spare;                /* [rows, hidden] */
} rnn_cell;

/* One step: x[row] [gates * hidden] is the input's part with the biases; h and c move on.
 * A row whose x is NULL has ended and stays as it is.
 */
void rnn__step(const rnn_cell *cell, const float *const *x);

#endif
