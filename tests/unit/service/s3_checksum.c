#include "service/s3_checksum.c"

#include "test.h"

#include <stdlib.h>

TEST_MAIN("service/s3_checksum")

/* Stand-ins for what the module calls elsewhere in the service. */
q_str s3__text(const q_call *call, q_str name)
{
    return q_value_str(call->in, name, Q_STR(""));
}

bool s3__has(const q_call *call, q_str name)
{
    return q_value_get(call->in, name) != NULL;
}

q_code q_call_fail(q_call *call, const char *error, const char *fmt, ...)
{
    (void)fmt;
    call->error = error;
    return Q_INVALID;
}

static q_str sum_of(q_call *call, const struct s3_algorithm *algorithm, q_str bytes)
{
    s3_checksum c;
    q_str out;

    CHECK_EQ(s3__checksum_start(call, algorithm, &c), Q_OK);
    s3__checksum_update(&c, bytes);
    CHECK_EQ(s3__checksum_finish(call, &c, &out), Q_OK);
    s3__checksum_clear(&c);
    return out;
}

/* The whole's CRC must follow from the parts', wherever the cuts are. */
TEST(crcs_of_parts_join)
{
    q_call call = {.arena = q_test_arena(), .in = q_value_map(q_test_arena())};
    const char *const names[] = {"CRC32", "CRC32C", "CRC64NVME"};
    static char bytes[100000];
    const size_t cuts[] = {0, 1, 77, 78, 4096, 70001, sizeof bytes};
    q_part parts[6];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 + i / 251);
    for (size_t k = 0; k < 3; k++) {
        const struct s3_algorithm *crc = s3__algorithm(q_str_of(names[k]));
        q_str joined;

        for (size_t i = 0; i < 6; i++) {
            q_str piece = {bytes + cuts[i], cuts[i + 1] - cuts[i]};

            parts[i] = (q_part){
                .number = (uint32_t)i + 1, .size = piece.n, .checksum = sum_of(&call, crc, piece)};
        }
        CHECK_EQ(s3__checksum_combine(&call, crc, true, parts, 6, &joined), Q_OK);
        CHECK_STREQ(joined, sum_of(&call, crc, (q_str){bytes, sizeof bytes}).p);
    }
}

TEST(composite_is_over_the_parts_values)
{
    q_call call = {.arena = q_test_arena(), .in = q_value_map(q_test_arena())};
    const struct s3_algorithm *crc = s3__algorithm(Q_STR("CRC32"));
    q_part parts[2] = {{.checksum = Q_STR("AAAAAA==")}, {.checksum = Q_STR("y/Q5Jg==")}};
    q_str sum;

    /* The CRC-32 of 00 00 00 00 CB F4 39 26. */
    CHECK_EQ(s3__checksum_combine(&call, crc, false, parts, 2, &sum), Q_OK);
    CHECK_STREQ(sum, q_str_printf(q_test_arena(), "%.*s-2",
                                  Q_ARG(sum_of(&call, crc, Q_STR("\0\0\0\0\xcb\xf4\x39\x26"))))
                         .p);
}

TEST(an_unknown_algorithm_is_named)
{
    q_value *in = q_value_map(q_test_arena());
    q_call call = {.arena = q_test_arena(), .in = in};
    s3_checksum c;

    q_map_str(in, Q_STR("ChecksumAlgorithm"), Q_STR("XXHASH3"));
    CHECK(s3__checksum_start(&call, NULL, &c) != Q_OK);
    CHECK_STR(call.error, "NotImplemented");
}
