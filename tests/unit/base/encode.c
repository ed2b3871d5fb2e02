#include "base/encode.h"
#include "test.h"

TEST_MAIN("base/encode")
