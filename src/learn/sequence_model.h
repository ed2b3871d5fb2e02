/* learn/sequence_model.h - what a trained chain holds. */
#ifndef LEARN_SEQUENCE_MODEL_H
#define LEARN_SEQUENCE_MODEL_H

#include "learn/sequence.h"
#include "learn/sequence_chain.h"

/* Which of 64 feature ids have a row of weights, and how many before them. */
typedef struct sequence_group {
    uint64_t present;
    uint32_t before;
} sequence_group;

struct q_sequence_model {
    q_arena *arena; /* of all that follows */
    unsigned bits;
    size_t rows;
    chain_steps steps;
    sequence_group *groups; /* [groups of 2^bits] */
    float scale;            /* of the weights */
    int8_t *weights;        /* [rows, stride] */
};

/* How many bits are set: the compiler's own calls a function where the processor may lack the
 * instruction.
 */
static inline uint32_t sequence__bits_set(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555U;
    x = (x & 0x3333333333333333U) + (x >> 2 & 0x3333333333333333U);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0FU;
    return (uint32_t)(x * 0x0101010101010101U >> 56);
}

size_t sequence__groups(unsigned bits);
/* All but the rows' ids and weights, which are 0. */
q_code sequence__new(unsigned bits, size_t labels, size_t rows, q_sequence_model **out, q_err *err);
/* Once `present` of all groups is set. */
void sequence__count(q_sequence_model *m);

#endif
