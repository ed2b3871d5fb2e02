#include "op_case.h"
#include "test.h"

static op_case with(const char *type, unsigned version, const q_tensor *x, const q_tensor *y)
{
    op_case c = op_case_new("", type, version);

    op_case_in(&c, x);
    if (y)
        op_case_in(&c, y);
    return c;
}

TEST(transpose_permutes)
{
    op_case c = with("Transpose", 13, OP_F32(OP_SHAPE(2, 1, 3), 1, 2, 3, 4, 5, 6), NULL);

    OP_INTS(&c, "perm", 2, 0, 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(3, 2, 1), 1, 4, 2, 5, 3, 6));
    c = with("Transpose", 13, OP_U8(OP_SHAPE(2, 2), 1, 2, 3, 4), NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_U8(OP_SHAPE(2, 2), 1, 3, 2, 4));
    c = with("Transpose", 13, OP_STRINGS(OP_SHAPE(1, 2), Q_STR("a"), Q_STR("b")), NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_STRINGS(OP_SHAPE(2, 1), Q_STR("a"), Q_STR("b")));
    c = with("Transpose", 13, OP_U8(OP_SHAPE(2, 2), 1, 2, 3, 4), NULL);
    OP_INTS(&c, "perm", 0, 0);
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "perm is no permutation: entry 1 is 0");
}

/* Every permutation of a tensor whose sizes are no multiples of a tile, against plain indices. */
TEST(transpose_of_all_kinds_matches_its_definition)
{
    enum { A = 3, B = 37, C = 50, D = 19 };
    static const size_t dims[4] = {A, B, C, D};
    static float x[A * B * C * D], y[A * B * C * D];

    for (size_t i = 0; i < A * B * C * D; i++)
        x[i] = (float)i;
    for (int64_t p = 0; p < 256; p++) {
        const int64_t perm[4] = {p >> 6, p >> 4 & 3, p >> 2 & 3, p & 3};
        size_t strides[4] = {B * C * D, C * D, D, 1}, at = 0;

        if ((1 << perm[0] | 1 << perm[1] | 1 << perm[2] | 1 << perm[3]) != 15)
            continue;
        for (size_t i = 0; i < dims[perm[0]]; i++)
            for (size_t j = 0; j < dims[perm[1]]; j++)
                for (size_t k = 0; k < dims[perm[2]]; k++)
                    for (size_t l = 0; l < dims[perm[3]]; l++)
                        y[at++] = x[i * strides[perm[0]] + j * strides[perm[1]] +
                                    k * strides[perm[2]] + l * strides[perm[3]]];
        op_case c = with("Transpose", 13,
                         op_case_tensor(Q_F32, OP_SHAPE(A, B, C, D), x, A * B * C * D), NULL);
        op_case_ints(&c, "perm", perm, 4);
        op_case_run(&c);
        OP_WANT(&c, 0, 0,
                op_case_tensor(Q_F32,
                               OP_SHAPE(dims[perm[0]], dims[perm[1]], dims[perm[2]], dims[perm[3]]),
                               y, A * B * C * D));
    }
}

TEST(concat_joins_and_split_parts)
{
    op_case c =
        with("Concat", 13, OP_F32(OP_SHAPE(2, 1), 1, 2), OP_F32(OP_SHAPE(2, 2), 3, 4, 5, 6));

    op_case_int(&c, "axis", -1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 1, 3, 4, 2, 5, 6));
    c = with("Concat", 13, OP_F32(OP_SHAPE(2, 1), 1, 2), OP_F32(OP_SHAPE(3), 3, 4, 5));
    op_case_int(&c, "axis", 0);
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "shapes [2, 1] and [3] do not join at axis 0");

    c = with("Split", 18, OP_F32(OP_SHAPE(5), 1, 2, 3, 4, 5), NULL);
    c.out_count = 3;
    op_case_int(&c, "num_outputs", 3);
    op_case_run(&c);
    OP_WANT(&c, 1, 0, OP_F32(OP_SHAPE(2), 3, 4));
    OP_WANT(&c, 2, 0, OP_F32(OP_SHAPE(1), 5));
    c = with("Split", 13, OP_STRINGS(OP_SHAPE(1, 3), Q_STR("a"), Q_STR("b"), Q_STR("c")),
             OP_I64(OP_SHAPE(2), 2, 1));
    c.out_count = 2;
    op_case_int(&c, "axis", 1);
    op_case_run(&c);
    OP_WANT(&c, 1, 0, OP_STRINGS(OP_SHAPE(1, 1), Q_STR("c")));
    c = with("Split", 11, OP_I32(OP_SHAPE(4), 1, 2, 3, 4), NULL);
    c.out_count = 2;
    OP_INTS(&c, "split", 3, 2);
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "split 1 is 2; 1 are left");
}

TEST(expand_and_tile_repeat)
{
    op_case c = with("Expand", 13, OP_F32(OP_SHAPE(2, 1), 1, 2), OP_I64(OP_SHAPE(3), 2, 1, 2));

    op_case_run(&c);
    CHECK(c.later);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 2, 2), 1, 1, 2, 2, 1, 1, 2, 2));
    c = with("Tile", 13, OP_I32(OP_SHAPE(1, 2), 1, 2), OP_I64(OP_SHAPE(2), 2, 2));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2, 4), 1, 2, 1, 2, 1, 2, 1, 2));
    c = with("Tile", 13, OP_I32(OP_SHAPE(1, 2), 1, 2), OP_I64(OP_SHAPE(2), -1, 2));
    op_case_refuse(&c, Q_INVALID);
}

TEST(blocks_move_between_depth_and_space)
{
    const q_tensor *deep = OP_I32(OP_SHAPE(1, 4, 1, 2), 0, 1, 2, 3, 4, 5, 6, 7);
    op_case c = with("DepthToSpace", 13, deep, NULL);

    op_case_int(&c, "blocksize", 2);
    op_case_run(&c);
    const q_tensor *wide = OP_I32(OP_SHAPE(1, 1, 2, 4), 0, 2, 1, 3, 4, 6, 5, 7);
    OP_WANT(&c, 0, 0, wide);
    c = with("SpaceToDepth", 13, wide, NULL);
    op_case_int(&c, "blocksize", 2);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, deep);
}

TEST_MAIN("engine/op_move")
