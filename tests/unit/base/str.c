#include "base/str.h"
#include "test.h"

TEST_MAIN("base/str")
