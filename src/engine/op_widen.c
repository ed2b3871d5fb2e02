#include "engine/op_widen.h"

#include "engine/narrow.h"

#include <assert.h>

#define MAX_TENSORS 16

const q_dtype widen__floats[] = {Q_F32, Q_F16, Q_BF16, Q_F64, Q_NONE};

static bool is_foreign(const q_tensor *t)
{
    return t && (t->dtype == Q_F16 || t->dtype == Q_BF16 || t->dtype == Q_F64 || t->dtype == Q_U8 ||
                 t->dtype == Q_I8);
}

static size_t padded_bytes(const q_tensor *t)
{
    size_t bytes = q_shape_count(&t->shape) * sizeof(float);

    return (bytes + Q_TENSOR_ALIGN - 1) / Q_TENSOR_ALIGN * Q_TENSOR_ALIGN;
}

static q_code room_add(const q_tensor *t, size_t *bytes, q_err *err)
{
    size_t one = 0;
    q_code rc;

    if (!is_foreign(t))
        return Q_OK;
    rc = q_tensor_measure(Q_F32, &t->shape, SIZE_MAX / 4, &one, err);
    if (rc)
        return rc;
    one = padded_bytes(t);
    if (*bytes > SIZE_MAX / 4 - one)
        return q_err_set(err, Q_LIMIT, "copies in float32 pass the address space");
    *bytes += one;
    return Q_OK;
}

q_code widen__infer(q_op_call *c, q_err *err)
{
    q_code rc = Q_OK;
    size_t i;

    if (c->later)
        return Q_OK;
    for (i = 0; i < c->in_count && !rc; i++)
        rc = room_add(c->in[i], &c->scratch_bytes, err);
    for (i = 0; i < c->out_count && !rc; i++)
        rc = room_add(c->out[i], &c->scratch_bytes, err);
    return rc;
}

/* *as is t, or float32 of its shape at *room. */
static q_tensor *stand_in(q_tensor *t, q_tensor *as, char **room)
{
    if (!is_foreign(t))
        return t;
    *as = (q_tensor){Q_F32, t->shape, *room};
    *room += padded_bytes(t);
    return as;
}

q_code widen__run(q_op_call *c, q_code (*compute)(q_op_call *c, q_err *err), q_err *err)
{
    q_tensor in[MAX_TENSORS], out[MAX_TENSORS];
    const q_tensor *in_of[MAX_TENSORS];
    q_tensor *out_of[MAX_TENSORS];
    q_op_call narrow = *c;
    char *room = c->scratch;
    bool any = false;
    q_code rc;
    size_t i;

    for (i = 0; i < c->in_count; i++)
        any = any || is_foreign(c->in[i]);
    for (i = 0; i < c->out_count; i++)
        any = any || is_foreign(c->out[i]);
    if (!any)
        return compute(c, err);

    assert(c->in_count <= MAX_TENSORS && c->out_count <= MAX_TENSORS);
    for (i = 0; i < c->in_count; i++) {
        const q_tensor *t = c->in[i];

        in_of[i] = t;
        if (is_foreign(t)) {
            in[i] = (q_tensor){Q_F32, t->shape, room};
            in_of[i] = &in[i];
            room += padded_bytes(t);
            narrow__widen(t->data, t->dtype, q_shape_count(&t->shape), in[i].data);
        }
    }
    for (i = 0; i < c->out_count; i++)
        out_of[i] = stand_in(c->out[i], &out[i], &room);
    narrow.in = in_of;
    narrow.out = out_of;
    narrow.scratch = room;
    rc = compute(&narrow, err);
    for (i = 0; i < c->out_count && !rc; i++)
        if (out_of[i] == &out[i])
            narrow__narrow(out[i].data, c->out[i]->dtype, q_shape_count(&out[i].shape),
                           c->out[i]->data);
    return rc;
}
