#include "base/file.h"
#include "test.h"

TEST_MAIN("base/file")
