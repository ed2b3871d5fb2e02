/* Loops over rows for any processor. */
#include "engine/vector_flags.h"

#define LOOP
#define TABLE kernel__loops_plain
#include "engine/kernel_rows_body.h"
