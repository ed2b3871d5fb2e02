/* The loops for AVX-512. */
#include "engine/vector_flags.h"

#define LOOP __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define TABLE product__avx512
#include "engine/product_loops.h"
