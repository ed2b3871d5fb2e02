#include "base/value.h"
#include "test.h"

TEST_MAIN("base/value")
