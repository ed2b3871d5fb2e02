#include "document/ppocr_trim.h"

#include "base/utf8.h"
#include "engine/graph.h"

#include <string.h>

bool ppocr__is_read(q_str character)
{
    size_t len;

    if (!character.n)
        return false;
    for (; character.n; character = q_str_sub(character, len, character.n)) {
        uint32_t cp = q_utf8_decode(character, &len);

        /* Latin, Greek, Cyrillic, Armenian; more Latin and Greek, punctuation, signs of money,
         * letters as signs, arrows, mathematics, boxes, shapes.
         */
        if (!(cp < 0x590 || (cp >= 0x1e00 && cp < 0x2c00)))
            return false;
    }
    return true;
}

/* The end of the graph. */
typedef struct head {
    q_node *product, *sum;
    size_t weights, bias;  /* which of their inputs */
    q_value_id outputs[8]; /* that have the classes as their last dimension */
    size_t output_count;
} head;

static const q_tensor *constant(const q_graph *g, q_value_id id)
{
    return id == Q_NO_VALUE ? NULL : g->values[id].constant;
}

/* What makes the value, identities left out; NULL when no node does. */
static q_node *made_by(const graph_uses *uses, q_value_id id, head *h)
{
    for (;;) {
        q_node *n = uses->maker[id];

        if (!n || h->output_count == sizeof h->outputs / sizeof *h->outputs)
            return NULL;
        h->outputs[h->output_count++] = id;
        if (!q_str_is(n->type, "Identity"))
            return n;
        id = n->in[0];
    }
}

static bool is_node(const q_node *n, const char *type, size_t inputs)
{
    return n && !n->domain.n && q_str_is(n->type, type) && n->in_count == inputs;
}

static bool is_matrix(const q_tensor *t, size_t rank, size_t classes)
{
    return t && t->dtype == Q_F32 && t->shape.rank == rank && t->shape.dims[rank - 1] == classes &&
           t->data;
}

/* softmax(x * weights + bias) at the end of the graph, used by nobody else. */
static bool find_head(const q_graph *g, const graph_uses *uses, size_t classes, head *h)
{
    q_node *softmax = g->output_count == 1 ? made_by(uses, g->outputs[0], h) : NULL;

    if (!is_node(softmax, "Softmax", 1))
        return false;
    h->sum = made_by(uses, softmax->in[0], h);
    if (!is_node(h->sum, "Add", 2))
        return false;
    h->bias = constant(g, h->sum->in[0]) ? 0 : 1;
    h->product = made_by(uses, h->sum->in[1 - h->bias], h);
    h->weights = 1;
    if (!is_node(h->product, "MatMul", 2) ||
        !is_matrix(constant(g, h->sum->in[h->bias]), 1, classes) ||
        !is_matrix(constant(g, h->product->in[1]), 2, classes))
        return false;
    for (size_t i = 0; i < h->output_count; i++)
        if (uses->uses[h->outputs[i]] != 1)
            return false;
    return true;
}

/* The tensor with the columns that are kept, as a constant of its own. */
static q_code narrow(q_graph *g, const q_tensor *from, const bool *keep, size_t kept,
                     q_value_id *id, q_err *err)
{
    size_t classes = from->shape.dims[from->shape.rank - 1];
    size_t rows = from->shape.rank == 2 ? from->shape.dims[0] : 1, bytes;
    const float *x = from->data;
    q_tensor t = *from;
    float *y;

    if (!q_size_mul(&bytes, rows * kept, sizeof *y))
        return q_err_nomem(err);
    y = q_arena_alloc(g->arena, bytes + Q_TENSOR_ALIGN);
    if (!y)
        return q_err_nomem(err);
    y = (float *)(((uintptr_t)y + Q_TENSOR_ALIGN - 1) & ~(uintptr_t)(Q_TENSOR_ALIGN - 1));
    t.data = y;
    t.shape.dims[t.shape.rank - 1] = kept;
    for (size_t r = 0; r < rows; r++, x += classes)
        for (size_t c = 0; c < classes; c++)
            if (keep[c])
                *y++ = x[c];
    return graph__add_constant(g, (q_str){"", 0}, &t, id, err);
}

/* Which classes are kept, and the characters of those at the front of the alphabet. */
static size_t choose(ppocr_alphabet *alphabet, bool *keep)
{
    size_t kept = 0, classes = alphabet->count + 2;

    keep[0] = keep[classes - 1] = true;
    for (size_t i = 0; i < alphabet->count; i++) {
        keep[i + 1] = ppocr__is_read(alphabet->characters[i]);
        if (keep[i + 1])
            alphabet->characters[kept++] = alphabet->characters[i];
    }
    alphabet->count = kept;
    return kept + 2;
}

q_code ppocr__trim(q_graph *g, ppocr_alphabet *alphabet, q_err *err)
{
    size_t classes = alphabet->count + 2, kept;
    q_arena *scratch = q_arena_new((size_t)64 << 20);
    q_value_id weights, bias;
    graph_uses uses;
    head h = {0};
    bool *keep;
    q_code rc = scratch ? graph__uses(g, scratch, &uses, err) : q_err_nomem(err);

    if (rc || !find_head(g, &uses, classes, &h))
        goto done;
    keep = q_arena_array(scratch, classes, sizeof *keep);
    if (!keep) {
        rc = q_err_nomem(err);
        goto done;
    }
    kept = choose(alphabet, keep);
    rc = narrow(g, constant(g, h.product->in[h.weights]), keep, kept, &weights, err);
    if (!rc)
        rc = narrow(g, constant(g, h.sum->in[h.bias]), keep, kept, &bias, err);
    if (rc)
        goto done;
    h.product->in[h.weights] = weights;
    h.sum->in[h.bias] = bias;
    for (size_t i = 0; i < h.output_count; i++) {
        q_value_info *v = &g->values[h.outputs[i]];

        if (v->has_shape && v->shape.rank)
            v->shape.dims[v->shape.rank - 1] = kept;
    }
done:
    q_arena_free(scratch);
    return rc;
}
