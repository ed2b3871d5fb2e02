#include "engine/block.h"
#include "test.h"

#include <stdint.h>
#include <string.h>

TEST(grows_stays_and_shrinks)
{
    block b = {0};
    char *at;

    CHECK_EQ(block__fit(&b, 100, NULL), Q_OK);
    CHECK(b.at != NULL && b.bytes >= 100);
    CHECK_EQ(block__fit(&b, (size_t)20 << 20, NULL), Q_OK);
    memset(b.at, 1, b.bytes);
    at = b.at;
    CHECK_EQ(block__fit(&b, (size_t)12 << 20, NULL), Q_OK);
    CHECK(b.at == at);
    CHECK_EQ(block__fit(&b, 1000, NULL), Q_OK);
    CHECK(b.bytes <= 1 << 20);
    block__drop(&b);
    CHECK(b.at == NULL);
}

TEST(refuses_what_no_machine_has)
{
    block b = {0};
    q_err err;

    CHECK_EQ(block__fit(&b, SIZE_MAX - 5, &err), Q_NOMEM);
    CHECK(b.at == NULL);
}

TEST_MAIN("engine/block")
