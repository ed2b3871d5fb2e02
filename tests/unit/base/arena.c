#include "base/arena.h"
#include "test.h"

TEST_MAIN("base/arena")
