#include "op_case.h"
#include "test.h"

#include <math.h>

static op_case reduce(const char *type, const q_tensor *x, const q_tensor *axes)
{
    op_case c = op_case_new("", type, 18);

    op_case_in(&c, x);
    op_case_in(&c, axes);
    return c;
}

static const q_tensor *six(void)
{
    return OP_F32(OP_SHAPE(2, 3), 1, -2, 3, 4, 5, 6);
}

TEST(along_rows_and_along_columns)
{
    op_case c = reduce("ReduceSum", six(), OP_I64(OP_SHAPE(1), 1));

    op_case_run(&c);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(2, 1), 2, 15));
    c = reduce("ReduceMean", six(), OP_I64(OP_SHAPE(1), 0));
    op_case_int(&c, "keepdims", 0);
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(3), 2.5F, 1.5F, 4.5F));
    c = reduce("ReduceL2", six(), OP_I64(OP_SHAPE(1), -2));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(1, 3), sqrtf(17), sqrtf(29), sqrtf(45)));
    c = reduce("ReduceLogSumExp", six(), NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(1, 1), 6.4447342F));
    c = reduce("ReduceMax", OP_F32(OP_SHAPE(3), 1, NAN, 3), NULL);
    op_case_int(&c, "keepdims", 0);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SCALAR, NAN));
}

/* Every set of axes, against a plain loop. */
TEST(any_axes_of_four)
{
    enum { A = 3, B = 5, C = 7, D = 129, ALL = A * B * C * D };
    static const size_t dims[4] = {A, B, C, D};
    static float x[ALL], y[ALL];

    for (size_t i = 0; i < ALL; i++)
        x[i] = (float)((i * 7919) % 64) / 8;
    for (unsigned set = 1; set < 16; set++) {
        q_shape to = OP_SHAPE(A, B, C, D);
        int64_t axes[4];
        size_t count = 0, results;

        for (unsigned d = 0; d < 4; d++)
            if (set >> d & 1) {
                axes[count++] = d;
                to.dims[d] = 1;
            }
        results = q_shape_count(&to);
        for (size_t i = 0; i < results; i++)
            y[i] = 0;
        for (size_t i = 0; i < ALL; i++) {
            size_t at = 0, rest = i, index[4];

            for (size_t d = 4; d-- > 0; rest /= dims[d])
                index[d] = rest % dims[d];
            for (size_t d = 0; d < 4; d++)
                at = at * to.dims[d] + (to.dims[d] == 1 ? 0 : index[d]);
            y[at] += x[i];
        }
        op_case c = reduce("ReduceSum", op_case_tensor(Q_F32, OP_SHAPE(A, B, C, D), x, ALL),
                           op_case_tensor(Q_I64, OP_SHAPE(count), axes, count));
        op_case_run(&c);
        OP_WANT(&c, 0, 1e-6, op_case_tensor(Q_F32, to, y, results));
    }
}

TEST(integers_and_narrow_floats)
{
    op_case c = reduce("ReduceProd", OP_I32(OP_SHAPE(2, 2), 2, 3, -4, 5), OP_I64(OP_SHAPE(1), 0));

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(1, 2), -8, 15));
    c = reduce("ReduceMin", OP_BOOL(OP_SHAPE(2, 2), 1, 1, 0, 1), OP_I64(OP_SHAPE(1), 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_BOOL(OP_SHAPE(2, 1), 1, 0));
    c = reduce("ReduceSum", OP_OF(Q_F16, uint16_t, OP_SHAPE(2, 2), 0x3c00, 0x4000, 0x4200, 0x4400),
               OP_I64(OP_SHAPE(1), 0)); /* 1 2 3 4 */
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_OF(Q_F16, uint16_t, OP_SHAPE(1, 2), 0x4400, 0x4600));
    c = reduce("ReduceSum", OP_U8(OP_SHAPE(1), 1), NULL);
    op_case_refuse(&c, Q_UNSUPPORTED);
}

TEST(of_nothing)
{
    const q_tensor *none = op_case_empty(Q_F32, OP_SHAPE(2, 0));
    op_case c = reduce("ReduceSum", none, OP_I64(OP_SHAPE(1), 1));

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 1), 0, 0));
    c = reduce("ReduceMax", none, OP_I64(OP_SHAPE(1), 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 1), -INFINITY, -INFINITY));
    c = reduce("ReduceProd", none, OP_I64(OP_SHAPE(1), 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 1), 1, 1));
    c = reduce("ReduceSum", six(), op_case_empty(Q_I64, OP_SHAPE(0)));
    op_case_int(&c, "noop_with_empty_axes", 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, six());
}

TEST(axes_by_attribute)
{
    op_case c = op_case_new("", "ReduceSum", 11);

    OP_INTS(&c, "axes", 0, 1);
    op_case_int(&c, "keepdims", 0);
    op_case_in(&c, six());
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SCALAR, 17));
    c = reduce("ReduceSum", six(), OP_I64(OP_SHAPE(1), 2));
    op_case_refuse(&c, Q_INVALID);
}

TEST_MAIN("engine/op_reduce")
