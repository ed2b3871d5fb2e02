/* Loops over rows for AVX2 and FMA. */
#include "engine/vector_flags.h"

#define LOOP __attribute__((target("avx2,fma")))
#define TABLE kernel__loops_avx2
#include "engine/kernel_rows_body.h"
