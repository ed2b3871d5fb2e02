/* The loops for the least that the processor family has. */
#include "engine/vector_flags.h"

#define LOOP
#define TABLE vector__plain
#include "engine/vector_loops.h"
