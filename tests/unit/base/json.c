#include "base/json.h"
#include "test.h"

TEST_MAIN("base/json")
