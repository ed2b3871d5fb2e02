/* The loops for AVX2. */
#include "engine/vector_flags.h"

#define LOOP __attribute__((target("avx2,fma")))
#define TABLE product__avx2
#include "engine/product_loops.h"
