/* Loops over rows for AVX-512. */
#include "engine/vector_flags.h"

#define LOOP __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define TABLE kernel__loops_avx512
#include "engine/kernel_rows_body.h"
