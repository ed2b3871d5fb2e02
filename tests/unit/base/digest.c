#include "base/digest.h"
#include "test.h"

TEST_MAIN("base/digest")
