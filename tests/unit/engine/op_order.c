#include "op_case.h"
#include "test.h"

#include <math.h>

TEST(arg_max_and_min)
{
    const q_tensor *x = OP_F32(OP_SHAPE(2, 3), 2, 7, 7, 5, -1, 0);
    op_case c = op_case_new("", "ArgMax", 13);

    op_case_int(&c, "axis", 1);
    op_case_in(&c, x);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(2, 1), 1, 0));
    c = op_case_new("", "ArgMax", 13);
    op_case_int(&c, "axis", -1);
    op_case_int(&c, "select_last_index", 1);
    op_case_int(&c, "keepdims", 0);
    op_case_in(&c, x);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(2), 2, 0));
    c = op_case_new("", "ArgMin", 13);
    op_case_in(&c, x);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(1, 3), 0, 1, 1));
    c = op_case_new("", "ArgMin", 13);
    op_case_in(&c, op_case_empty(Q_F32, OP_SHAPE(0)));
    op_case_refuse(&c, Q_INVALID);
}

TEST(top_k_in_order)
{
    const q_tensor *x = OP_F32(OP_SHAPE(2, 5), 1, 5, 3, 5, 2, 9, 8, 7, NAN, 5);
    op_case c = op_case_new("", "TopK", 11);

    c.out_count = 2;
    op_case_in(&c, x);
    op_case_in(&c, OP_I64(OP_SHAPE(1), 3));
    op_case_run(&c);
    CHECK(c.later);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 5, 5, 3, NAN, 9, 8));
    OP_WANT(&c, 1, 0, OP_I64(OP_SHAPE(2, 3), 1, 3, 2, 3, 0, 1));
    c = op_case_new("", "TopK", 11);
    c.out_count = 2;
    op_case_int(&c, "largest", 0);
    op_case_int(&c, "axis", 0);
    op_case_in(&c, x);
    op_case_in(&c, OP_I64(OP_SHAPE(1), 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(1, 5), 1, 5, 3, 5, 2));
    c = op_case_new("", "TopK", 9);
    op_case_int(&c, "k", 2);
    op_case_in(&c, OP_F32(OP_SHAPE(3), 1, 3, 2));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2), 3, 2));
    c = op_case_new("", "TopK", 11);
    op_case_in(&c, OP_F32(OP_SHAPE(3), 1, 3, 2));
    op_case_in(&c, OP_I64(OP_SHAPE(1), 4));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "the 4 largest of 3");
}

TEST(top_k_of_many_matches_sorting)
{
    enum { N = 5000, K = 700 };
    static int32_t x[N], y[K];
    static int64_t at[K];

    for (int i = 0; i < N; i++)
        x[i] = (int32_t)((i * 2654435761U) >> 20);
    for (int k = 0; k < K; k++) { /* by selection */
        int best = -1;

        for (int i = 0; i < N; i++) {
            bool taken = false;

            for (int j = 0; j < k && !taken; j++)
                taken = at[j] == i;
            if (!taken && (best < 0 || x[i] > x[best]))
                best = i;
            if (best >= 0 && k > 0 && x[best] == y[k - 1])
                break;
        }
        at[k] = best;
        y[k] = x[best];
    }
    op_case c = op_case_new("", "TopK", 11);
    c.out_count = 2;
    op_case_in(&c, op_case_tensor(Q_I32, OP_SHAPE(N), x, N));
    op_case_in(&c, OP_I64(OP_SHAPE(1), K));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, op_case_tensor(Q_I32, OP_SHAPE(K), y, K));
    OP_WANT(&c, 1, 0, op_case_tensor(Q_I64, OP_SHAPE(K), at, K));
}

TEST_MAIN("engine/op_order")
