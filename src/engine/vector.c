#include "engine/vector.h"

#include "engine/kernel.h"

const vector_table *vector__table(void)
{
    switch (kernel__isa()) {
    case KERNEL_PLAIN:
        return &vector__plain;
    case KERNEL_AVX2:
        return &vector__avx2;
    default:
        return &vector__avx512;
    }
}
