/* engine/attention.h - scaled dot product attention over heads.
 *
 *     out = softmax(scale q k^T + bias + key_bias, masked) v
 *
 * A position's values lie together; steps between batches, heads and positions
 * are given in elements, so any layout works. Heads of k and v may be fewer than those
 * of q: each then serves several.
 */
#ifndef ENGINE_ATTENTION_H
#define ENGINE_ATTENTION_H

#include "engine/team.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct attention_view {
    const float *data;
    size_t batch, head, row; /* steps */
} attention_view;

typedef struct attention {
    size_t batch, heads, kv_heads; /* heads a multiple of kv_heads */
    size_t queries, keys, dim, v_dim;
    attention_view q, k, v;
    float *out;
    size_t out_batch, out_head, out_row;
    float scale, softcap; /* softcap 0: none; c tanh(x / c) otherwise */
    const float *bias;    /* NULL, or with these steps (0: the same again) */
    size_t bias_batch, bias_head, bias_row;
    const float *key_bias; /* NULL or [batch][keys] */
    const size_t *past;    /* [batch]: queries stand behind that many keys; NULL: at the end */
    const size_t *used;    /* [batch]: keys that count; NULL: all */
    bool causal;           /* a query sees no key behind it */
    size_t window;         /* and only that many up to itself; 0: all */
} attention;

/* False when it passes the address space. Pointers need not be set. */
bool attention__scratch(const attention *a, size_t *bytes);
void attention__run(q_team *team, const attention *a, void *scratch);

#endif
