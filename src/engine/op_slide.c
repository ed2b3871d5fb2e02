#include "engine/op_slide.h"

#include "engine/op.h"

#define MAX_VALUE ((int64_t)1 << 31) /* of an attribute: products of two do not overflow */

static q_code sizes_read(const q_node *n, const char *name, int64_t least, size_t cap, size_t *out,
                         size_t *count, q_err *err)
{
    const int64_t *v = NULL;
    size_t i;
    q_code rc = op__attr_ints(n, name, &v, count, err);

    if (rc)
        return rc;
    if (*count > cap)
        return q_err_set(err, Q_UNSUPPORTED, "%s has %zu values; at most %zu", name, *count, cap);
    for (i = 0; i < *count; i++) {
        if (v[i] < least || v[i] > MAX_VALUE)
            return q_err_set(err, Q_INVALID, "%s has %lld; wanted %lld or more, up to %lld", name,
                             (long long)v[i], (long long)least, (long long)MAX_VALUE);
        out[i] = (size_t)v[i];
    }
    return Q_OK;
}

q_code slide__load(const q_node *n, window_attrs *a, q_err *err)
{
    static const char *const words[] = {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"};
    q_str word;
    size_t i;
    q_code rc = sizes_read(n, "kernel_shape", 1, WINDOW_MAX, a->kernel, &a->kernel_count, err);

    if (!rc)
        rc = sizes_read(n, "strides", 1, WINDOW_MAX, a->stride, &a->stride_count, err);
    if (!rc)
        rc = sizes_read(n, "dilations", 1, WINDOW_MAX, a->dilation, &a->dilation_count, err);
    if (!rc)
        rc = sizes_read(n, "pads", 0, (size_t)2 * WINDOW_MAX, a->pads, &a->pad_count, err);
    if (!rc)
        rc = op__attr_string(n, "auto_pad", "NOTSET", &word, err);
    if (rc)
        return rc;
    for (i = 0; i < 4; i++)
        if (q_str_is(word, words[i])) {
            a->auto_pad = (window_auto)i;
            return Q_OK;
        }
    if (word.n == 0)
        return Q_OK;
    return q_err_set(err, Q_INVALID,
                     "auto_pad is \"%.*s\"; wanted NOTSET, VALID, SAME_UPPER or SAME_LOWER",
                     Q_ARG(word));
}

static q_code count_check(const char *name, size_t count, size_t want, q_err *err)
{
    if (count != 0 && count != want)
        return q_err_set(err, Q_INVALID, "%s has %zu values; the image wants %zu", name, count,
                         want);
    return Q_OK;
}

q_code slide__shape(const window_attrs *a, const size_t *kernel, size_t rank, window *w, q_err *err)
{
    q_code rc;
    size_t i;

    if (rank == 0 || rank > WINDOW_MAX)
        return q_err_set(err, Q_UNSUPPORTED, "%zu spatial dimensions; 1 to %d are handled", rank,
                         WINDOW_MAX);
    if (!kernel && a->kernel_count == 0)
        return q_err_set(err, Q_INVALID, "kernel_shape is missing");
    rc = count_check("kernel_shape", a->kernel_count, rank, err);
    if (!rc)
        rc = count_check("strides", a->stride_count, rank, err);
    if (!rc)
        rc = count_check("dilations", a->dilation_count, rank, err);
    if (!rc)
        rc = count_check("pads", a->pad_count, 2 * rank, err);
    if (rc)
        return rc;
    w->rank = rank;
    for (i = 0; i < rank; i++) {
        w->kernel[i] = kernel ? kernel[i] : a->kernel[i];
        if (kernel && a->kernel_count && kernel[i] != a->kernel[i])
            return q_err_set(err, Q_INVALID, "kernel_shape has %zu where the weights have %zu",
                             a->kernel[i], kernel[i]);
        if (w->kernel[i] == 0 || w->kernel[i] > (size_t)MAX_VALUE)
            return q_err_set(err, Q_INVALID, "the kernel's dimension %zu is %zu", i, w->kernel[i]);
        w->stride[i] = a->stride_count ? a->stride[i] : 1;
        w->dilation[i] = a->dilation_count ? a->dilation[i] : 1;
    }
    return Q_OK;
}

size_t slide__extent(const window *w, size_t axis)
{
    return (w->kernel[axis] - 1) * w->dilation[axis] + 1;
}

/* SAME: as many positions as strides fit, the padding what that takes. */
static void same_resolve(const window_attrs *a, size_t i, window *w)
{
    size_t extent = slide__extent(w, i), reach, total;

    w->out[i] = (w->in[i] + w->stride[i] - 1) / w->stride[i];
    reach = w->out[i] ? (w->out[i] - 1) * w->stride[i] + extent : 0;
    total = reach > w->in[i] ? reach - w->in[i] : 0;
    w->pad[i] = a->auto_pad == WINDOW_SAME_LOWER ? total - total / 2 : total / 2;
    w->pad_end[i] = total - w->pad[i];
}

q_code slide__resolve(const window_attrs *a, const size_t *kernel, const size_t *in, size_t rank,
                      bool ceil, window *w, q_err *err)
{
    size_t i;
    q_code rc = slide__shape(a, kernel, rank, w, err);

    for (i = 0; i < rank && !rc; i++) {
        size_t extent = slide__extent(w, i), room, stride = w->stride[i];

        w->in[i] = in[i];
        if (a->auto_pad == WINDOW_SAME_UPPER || a->auto_pad == WINDOW_SAME_LOWER) {
            same_resolve(a, i, w);
            continue;
        }
        w->pad[i] = a->auto_pad == WINDOW_GIVEN && a->pad_count ? a->pads[i] : 0;
        w->pad_end[i] = a->auto_pad == WINDOW_GIVEN && a->pad_count ? a->pads[rank + i] : 0;
        room = in[i] + w->pad[i] + w->pad_end[i];
        if (room < extent)
            return q_err_set(err, Q_INVALID,
                             "a window of %zu does not fit into dimension %zu of the image, %zu "
                             "with padding",
                             extent, i, room);
        w->out[i] = (room - extent + (ceil ? stride - 1 : 0)) / stride + 1;
        if (ceil && (w->out[i] - 1) * stride >= in[i] + w->pad[i])
            w->out[i]--; /* it would begin in the padding behind the image */
    }
    return rc;
}

void slide__clip(const window *w, size_t axis, size_t at, size_t *from, size_t *to)
{
    size_t begin = at * w->stride[axis], d = w->dilation[axis], pad = w->pad[axis];
    size_t end = w->in[axis] + pad; /* where the image ends, counted from the padding's begin */

    *from = begin >= pad ? 0 : (pad - begin + d - 1) / d;
    *to = begin >= end ? 0 : (end - begin - 1) / d + 1;
    if (*to > w->kernel[axis])
        *to = w->kernel[axis];
    if (*from > *to)
        *from = *to;
}
