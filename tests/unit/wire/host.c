#include "wire/host.h"
#include "base/buf.h"
#include "test.h"

static const char *const domains[] = {"localhost", "s3.example.com", NULL};

static q_str bucket(const char *host)
{
    return host__bucket(q_str_of(host), domains);
}

TEST(buckets_stand_before_known_names)
{
    CHECK_STREQ(bucket("photos.localhost"), "photos");
    CHECK_STREQ(bucket("photos.localhost:8470"), "photos");
    CHECK_STREQ(bucket("my.photos.LocalHost:8470"), "my.photos");
    CHECK_STREQ(bucket("photos.s3.localhost:8470"), "photos");
    CHECK_STREQ(bucket("photos.s3.example.com"), "photos");
}

TEST(other_hosts_have_none)
{
    static const char *const bare[] = {"localhost",
                                       "localhost:8470",
                                       "s3.localhost:8470",
                                       "127.0.0.1:80",
                                       "[::1]:8470",
                                       "s3.example.com",
                                       "photos.other",
                                       "xlocalhost",
                                       ".localhost",
                                       "10.20.30.40",
                                       "",
                                       ":80"};

    for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
        CHECK_STREQ(bucket(bare[i]), "");
}

TEST(the_path_gets_its_bucket)
{
    CHECK_STREQ(host__path(Q_STR("b"), Q_STR("/k%20k"), q_test_arena()), "/b/k%20k");
}

TEST_MAIN("wire/host")
