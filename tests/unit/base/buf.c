#include "base/buf.h"
#include "test.h"

TEST_MAIN("base/buf")
