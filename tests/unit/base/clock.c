#include "base/clock.h"
#include "test.h"

TEST_MAIN("base/clock")
