/* engine/kernel_chain.h - several elementwise operations in one pass over memory.
 *
 * A chain is a short program: the running value begins as an element of `in`,
 * each step changes it, and it ends in `out`. It is worked off a block of
 * elements at a time, which stay in L1 between the steps.
 *
 * The tensor is seen as [rows][columns], columns the last axis; image_rows rows
 * make an image (NHWC: height * width), for operands that have one row an image.
 */
#ifndef ENGINE_KERNEL_CHAIN_H
#define ENGINE_KERNEL_CHAIN_H

#include "engine/team.h"
#include "engine/tensor.h"
#include "engine/vector.h"

#define CHAIN_STEPS 32
#define CHAIN_KEPT 4
#define CHAIN_PATTERNS 8

/* A tensor of Q_F32, Q_BF16, Q_U8 or Q_I8; 8-bit ones mean (q - zero) * scale. */
typedef struct chain_tensor {
    q_dtype dtype;
    void *data; /* of operands and `in` it is only read */
    float scale;
    int zero;
} chain_tensor;

typedef enum chain_shape {
    CHAIN_SCALAR,  /* `value` */
    CHAIN_SAME,    /* [rows][columns] */
    CHAIN_COLUMNS, /* [columns], for every row */
    CHAIN_IMAGE,   /* [rows / image_rows][columns] */
    CHAIN_ROWS,    /* [rows], for every column */
    CHAIN_SAVED    /* what CHAIN_SAVE kept under `slot` */
} chain_shape;

typedef struct chain_operand {
    chain_shape shape;
    chain_tensor tensor;
    float value;
    size_t slot;
} chain_operand;

typedef enum chain_kind {
    CHAIN_UNARY,   /* v = unary(v; a, b) */
    CHAIN_BINARY,  /* v = binary(v, x) */
    CHAIN_SWAPPED, /* v = binary(x, v) */
    CHAIN_SAVE,    /* keep v under x.slot, below CHAIN_KEPT */
    CHAIN_STORE    /* v into x.tensor too, a CHAIN_SAME */
} chain_kind;

typedef struct chain_step {
    chain_kind kind;
    vector_unary unary;
    float a, b;
    vector_binary binary;
    chain_operand x;
} chain_step;

typedef struct kernel_chain {
    size_t rows, columns, image_rows; /* image_rows may be 0 without CHAIN_IMAGE */
    chain_tensor in, out;             /* out.data may be in.data when elements are as large */
    const chain_step *steps;
    size_t step_count;
} kernel_chain;

/* Whether the steps are few enough: CHAIN_STEPS in all, CHAIN_PATTERNS of them with
 * operands in CHAIN_COLUMNS or CHAIN_IMAGE. kernel__chain wants one that fits.
 */
bool kernel__chain_fits(const chain_step *steps, size_t count);
void kernel__chain(q_team *team, const kernel_chain *c);
void kernel__chain_ref(const kernel_chain *c);

#endif
