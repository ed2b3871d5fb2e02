/* The loops for any processor. */
#include "engine/vector_flags.h"

#define LOOP
#define TABLE product__plain
#include "engine/product_loops.h"
