/* learn/sequence_chain.h - a chain's probabilities, from the scores of its parts.
 *
 * Rows are padded to `stride` labels with zeros. Sums are scaled item by item,
 * so that long chains do not vanish.
 */
#ifndef LEARN_SEQUENCE_CHAIN_H
#define LEARN_SEQUENCE_CHAIN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHAIN_LANES = 8, CHAIN_FORBIDDEN = -10000 };

typedef struct chain_steps {
    size_t labels, stride;
    float *
        score; /* [labels + 1, stride]: from the row's label to the column's; row `labels` starts */
    float *weight; /* exp(score) */
    float *back;   /* [labels, stride]: weight, columns and rows exchanged */
} chain_steps;

typedef struct chain {
    size_t n;
    float *item;     /* [n, stride] weights of the labels, at most 1 */
    float *forward;  /* [n, stride], each row of sum 1 */
    float *backward; /* [n, stride]; forward * backward is a label's probability */
    float *sum;      /* [n] what a forward row was divided by; their product is the whole */
    float *room;     /* [stride] */
} chain;

size_t chain__stride(size_t labels);
q_code chain__steps_init(chain_steps *s, size_t labels, q_arena *a);
/* Scores of what is not allowed (as in q_sequence_options) are CHAIN_FORBIDDEN. */
void chain__steps_forbid(chain_steps *s, const uint8_t *allowed);
void chain__steps_ready(chain_steps *s); /* weight and back, from score */

q_code chain__init(chain *c, size_t n, size_t stride, q_arena *a);
/* forward, backward and sum, from item. False when no path is allowed. */
bool chain__run(chain *c, const chain_steps *s);

/* item = exp(score - the row's most); what is far below still counts a little. */
void chain__weights(chain *c, const chain_steps *s, const float *score);
/* The labels of the best path. `now`, `next`: [stride]; `room`: [n, stride] of back pointers. */
void chain__best(const chain_steps *s, const float *score, size_t n, float *now, float *next,
                 uint16_t *room, uint16_t *labels);

#endif
