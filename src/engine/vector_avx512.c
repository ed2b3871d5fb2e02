/* The loops for AVX-512. */
#include "engine/vector_flags.h"

#define LOOP __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))
#define TABLE vector__avx512
#include "engine/vector_loops.h"
