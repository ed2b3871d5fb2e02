#include "base/utf8.h"
#include "test.h"

TEST_MAIN("base/utf8")
