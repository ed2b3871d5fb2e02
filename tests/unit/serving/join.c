#include "serving/join.h"

#include "test.h"

#include <math.h>

TEST(join_and_slice_undo_each_other)
{
    float a[4] = {1, 2, 3, 4}, b[2] = {5, 6};
    q_tensor x = {Q_F32, {2, {2, 2}}, a}, y = {Q_F32, {2, {1, 2}}, b}, all, part;
    const q_tensor *parts[2] = {&x, &y};

    CHECK(join__alike(&x, &y, 1));
    CHECK_EQ(join__stack(parts, 2, q_test_arena(), &all, NULL), Q_OK);
    CHECK_EQ(all.shape.dims[0], 3);
    CHECK_EQ(join__slice(&all, 0, 2, q_test_arena(), &part, NULL), Q_OK);
    CHECK(join__same(&part, &x, 1));
    CHECK_EQ(join__slice(&all, 2, 1, q_test_arena(), &part, NULL), Q_OK);
    CHECK(join__same(&part, &y, 1));
}

TEST(join_knows_what_has_rows)
{
    float v[6] = {0};
    q_tensor two[2] = {{Q_F32, {2, {3, 2}}, v}, {Q_F32, {1, {3}}, v}};
    q_tensor other[2] = {{Q_F32, {2, {3, 2}}, v}, {Q_F32, {1, {2}}, v}};
    q_tensor scalar = {Q_F32, {0, {0}}, v}, nibbles = {Q_I4, {1, {3}}, v};

    CHECK_EQ(join__rows(two, 2), 3);
    CHECK_EQ(join__rows(other, 2), 0);
    CHECK_EQ(join__rows(&scalar, 1), 0);
    CHECK_EQ(join__rows(&nibbles, 1), 0);
    CHECK(!join__alike(two, &scalar, 1));
}

TEST(join_same_allows_rounding_and_nothing_else)
{
    float a[3] = {1000, 0.001F, NAN}, b[3] = {1000.1F, 0.0012F, NAN}, c[3] = {1002, 0.001F, NAN};
    int64_t i[1] = {1}, j[1] = {2};
    q_tensor x = {Q_F32, {1, {3}}, a}, y = {Q_F32, {1, {3}}, b}, z = {Q_F32, {1, {3}}, c};
    q_tensor p = {Q_I64, {1, {1}}, i}, q = {Q_I64, {1, {1}}, j};

    CHECK(join__same(&x, &y, 1));
    CHECK(!join__same(&x, &z, 1));
    CHECK(!join__same(&p, &q, 1));
    CHECK(!join__same(&p, &x, 1));
}

TEST_MAIN("serving/join")
