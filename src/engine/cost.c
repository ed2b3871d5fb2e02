#include "engine/cost.h"

#include <string.h>

/* Operators by what they do, of any domain; what is not listed is elementwise. */
typedef struct family {
    cost_kind kind;
    const char *types; /* parted and enclosed by blanks */
} family;

static const family families[] = {
    {COST_PRODUCT, " Conv ConvTranspose ConvInteger QLinearConv DeformConv Depthwise Gemm MatMul "
                   "MatMulInteger QLinearMatMul LSTM GRU RNN Einsum FusedConv FusedMatMul "
                   "FusedGemm MatMulNBits Attention MultiHeadAttention "},
    {COST_REDUCE,
     " Softmax LogSoftmax Hardmax BatchNormalization LayerNormalization "
     "InstanceNormalization GroupNormalization RMSNormalization LpNormalization "
     "SkipLayerNormalization MeanVarianceNormalization LRN MaxPool AveragePool LpPool "
     "Pool GlobalMaxPool GlobalAveragePool GlobalLpPool ReduceSum ReduceMean ReduceMax "
     "ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp "
     "ReduceSumSquare ArgMax ArgMin TopK CumSum DFT STFT "},
    {COST_MOVE, " Identity Reshape Transpose Concat Split Slice Gather GatherElements GatherND "
                "Scatter ScatterElements ScatterND Squeeze Unsqueeze Flatten Expand Tile Pad Shape "
                "Size Constant ConstantOfShape DepthToSpace SpaceToDepth Upsample Resize Repeat "
                "Compress ReverseSequence Dropout EyeLike OneHot NonZero Trilu Range "},
    {COST_CONVERT, " Cast CastLike QuantizeLinear DequantizeLinear DynamicQuantizeLinear BitCast "},
    {COST_CONTROL, " If Loop Scan SequenceAt SequenceConstruct SequenceEmpty SequenceErase "
                   "SequenceInsert SequenceLength SequenceMap SplitToSequence ConcatFromSequence "
                   "Optional OptionalGetElement OptionalHasElement "},
};

static bool has_word(const char *words, q_str word)
{
    for (const char *p = words; *p; p++)
        if (*p == ' ' && strncmp(p + 1, word.p, word.n) == 0 && p[1 + word.n] == ' ')
            return true;
    return false;
}

cost_kind cost__kind(const q_node *n)
{
    if (q_str_is(n->domain, "ai.onnx.ml"))
        return COST_OTHER;
    for (size_t i = 0; n->type.n > 0 && i < sizeof families / sizeof *families; i++)
        if (has_word(families[i].types, n->type))
            return families[i].kind;
    return COST_ELEMENTWISE;
}

static double count(const q_tensor *t)
{
    double n = 1;

    for (size_t i = 0; t && i < t->shape.rank; i++)
        n *= (double)t->shape.dims[i];
    return t ? n : 0;
}

static double last_dim(const q_tensor *t)
{
    return t && t->shape.rank > 0 ? (double)t->shape.dims[t->shape.rank - 1] : 0;
}

static double ints_product(const q_node *n, const char *name)
{
    const q_attr *a = q_node_attr(n, name);
    double v = 1;

    for (size_t i = 0; a && a->kind == Q_ATTR_INTS && i < a->count; i++)
        v *= (double)a->ints[i];
    return v;
}

/* Weights [out, in / group, kernel...], in ConvTranspose [in, out / group, kernel...]. */
static double conv_macs(const q_node *n, const q_tensor *x, const q_tensor *w, const q_tensor *y)
{
    bool transposed = q_str_is(n->type, "ConvTranspose");

    if (!w || w->shape.rank < 2)
        return 0;
    return transposed ? count(x) * count(w) / (double)(w->shape.dims[0] ? w->shape.dims[0] : 1)
                      : count(y) * count(w) / (double)(w->shape.dims[0] ? w->shape.dims[0] : 1);
}

/* Ours, with packed weights: what they were is in the attributes. */
static double packed_macs(const q_node *n, const q_tensor *x, const q_tensor *y)
{
    const q_attr *channels = q_node_attr(n, "channels");
    double in = channels && channels->kind == Q_ATTR_INTS && channels->count == 2
                    ? (double)channels->ints[1]
                    : last_dim(x);

    if (q_str_is(n->type, "Depthwise"))
        return count(y) * ints_product(n, "kernel_shape");
    if (q_str_is(n->type, "Conv"))
        return count(y) * ints_product(n, "kernel_shape") * in;
    if (q_str_is(n->type, "ConvTranspose"))
        return count(x) * ints_product(n, "kernel_shape") * last_dim(y);
    return count(y) * in;
}

/* Weights [directions, gates * hidden, input] and [directions, gates * hidden, hidden],
 * at each step of x [steps, batch, input].
 */
static double recurrent_macs(const q_tensor *x, const q_tensor *w, const q_tensor *r)
{
    if (!x || x->shape.rank != 3)
        return 0;
    return (double)x->shape.dims[0] * (double)x->shape.dims[1] * (count(w) + count(r));
}

static double product_macs(const q_node *n, const q_tensor *const *in, const q_tensor *y)
{
    const q_tensor *x = n->in_count > 0 ? in[0] : NULL, *w = n->in_count > 1 ? in[1] : NULL;

    if (q_str_is(n->domain, "quern"))
        return packed_macs(n, x, y);
    if (q_str_is(n->type, "LSTM") || q_str_is(n->type, "GRU") || q_str_is(n->type, "RNN"))
        return recurrent_macs(x, w, n->in_count > 2 ? in[2] : NULL);
    if (q_str_is(n->type, "QLinearConv"))
        return conv_macs(n, x, n->in_count > 3 ? in[3] : NULL, y);
    if (q_str_find(n->type, Q_STR("Conv")) != SIZE_MAX)
        return conv_macs(n, x, w, y);
    if (q_str_is(n->type, "Gemm") && q_node_int(n, "transA", 0) && x && x->shape.rank == 2)
        return count(y) * (double)x->shape.dims[0];
    if (q_str_is(n->type, "Attention") || q_str_is(n->type, "MultiHeadAttention"))
        return w && w->shape.rank > 1 ? 2 * count(y) * (double)w->shape.dims[w->shape.rank - 2] : 0;
    return count(y) * last_dim(x);
}

cost cost__of(const q_graph *g, const q_node *n, const q_tensor *const *in,
              const q_tensor *const *out)
{
    cost c = {0};
    cost_kind kind = cost__kind(n);

    for (size_t i = 0; i < n->out_count; i++)
        if (out[i] && out[i]->dtype < Q_SEQUENCE)
            c.out_bytes += q_tensor_bytes(out[i]);
    for (size_t i = 0; i < n->in_count; i++)
        if (n->in[i] != Q_NO_VALUE && g->values[n->in[i]].constant)
            c.weight_bytes += q_tensor_bytes(g->values[n->in[i]].constant);
    if (n->out_count == 0 || !out[0])
        return c;
    if (kind == COST_PRODUCT)
        c.macs = product_macs(n, in, out[0]);
    c.flops = 2 * c.macs;
    if (kind == COST_ELEMENTWISE || kind == COST_CONVERT)
        c.flops = count(out[0]);
    if (kind == COST_REDUCE && n->in_count > 0)
        c.flops = count(in[0]);
    return c;
}
