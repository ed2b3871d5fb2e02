#include "base/pool.h"
#include "test.h"

TEST_MAIN("base/pool")
