/* Det: the determinant of each matrix, by elimination with the largest pivot. */
#include "engine/op_tables.h"
#include "engine/op_widen.h"

#include <math.h>

static q_code det_infer(q_op_call *c, q_err *err)
{
    q_shape out;
    char text[160];
    size_t bytes = 0;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (rc)
        return rc;
    out = c->in[0]->shape;
    if (out.rank < 2 || out.dims[out.rank - 1] != out.dims[out.rank - 2])
        return q_err_set(err, Q_INVALID, "shape %s is not of square matrices",
                         q_shape_text(&out, text));
    if (!q_size_mul(&bytes, out.dims[out.rank - 1] * out.dims[out.rank - 1], sizeof(double)))
        return q_err_set(err, Q_LIMIT, "the matrix passes the address space");
    c->scratch_bytes = bytes;
    out.rank -= 2;
    op__set(c, 0, c->in[0]->dtype, &out);
    return widen__infer(c, err);
}

static double determinant(double *m, size_t n)
{
    double det = 1;
    size_t col, row, k;

    for (col = 0; col < n; col++) {
        size_t pivot = col;

        for (row = col + 1; row < n; row++)
            if (fabs(m[row * n + col]) > fabs(m[pivot * n + col]))
                pivot = row;
        if (m[pivot * n + col] == 0)
            return 0;
        for (k = col; k < n && pivot != col; k++) {
            double swap = m[col * n + k];

            m[col * n + k] = m[pivot * n + k];
            m[pivot * n + k] = swap;
        }
        det *= pivot == col ? m[col * n + col] : -m[col * n + col];
        for (row = col + 1; row < n; row++) {
            double by = m[row * n + col] / m[col * n + col];

            for (k = col; k < n; k++)
                m[row * n + k] -= by * m[col * n + k];
        }
    }
    return det;
}

static q_code det_compute(q_op_call *c, q_err *err)
{
    const q_shape *s = &c->in[0]->shape;
    size_t n = s->dims[s->rank - 1], count = q_shape_count(&c->out[0]->shape), i, k;
    const float *x = c->in[0]->data;

    (void)err;
    for (i = 0; i < count; i++) {
        double *m = c->scratch;

        for (k = 0; k < n * n; k++)
            m[k] = x[i * n * n + k];
        ((float *)c->out[0]->data)[i] = (float)determinant(m, n);
    }
    return Q_OK;
}

static q_code det_run(q_op_call *c, q_err *err)
{
    return widen__run(c, det_compute, err);
}

static const q_op ops[] = {
    {"", "Det", 11, 0, 1, 1, 1, 0, 0, NULL, det_infer, det_run},
};

const q_op_table op__det = {ops, sizeof ops / sizeof *ops};
