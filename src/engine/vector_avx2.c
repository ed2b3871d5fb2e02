/* The loops for AVX2 and FMA. */
#include "engine/vector_flags.h"

#define LOOP __attribute__((target("avx2,fma,f16c")))
#define TABLE vector__avx2
#include "engine/vector_loops.h"
