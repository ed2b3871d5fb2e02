#include "engine/kernel_tile.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static kernel_isa find(void)
{
    const char *wish = getenv("QUERN_ISA");
    kernel_isa best = KERNEL_PLAIN;

    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        best = KERNEL_AVX2;
    if (best == KERNEL_AVX2 && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni"))
        best = __builtin_cpu_supports("avx512bf16") ? KERNEL_AVX512_BF16 : KERNEL_AVX512;
    if (!wish)
        return best;
    if (!strcmp(wish, "plain"))
        return KERNEL_PLAIN;
    if (!strcmp(wish, "avx2") && best > KERNEL_AVX2)
        return KERNEL_AVX2;
    if (!strcmp(wish, "avx512") && best > KERNEL_AVX512)
        return KERNEL_AVX512;
    return best;
}

/* A fact about the machine, kept because asking for it is slow; threads that
 * ask at once find the same.
 */
kernel_isa kernel__isa(void)
{
    static atomic_int known = -1;
    int isa = atomic_load_explicit(&known, memory_order_relaxed);

    if (isa < 0) {
        isa = (int)find();
        atomic_store_explicit(&known, isa, memory_order_relaxed);
    }
    return (kernel_isa)isa;
}

const kernel_set *kernel__set(kernel_isa isa)
{
    switch (isa) {
    case KERNEL_AVX2:
        return &kernel__avx2;
    case KERNEL_AVX512:
        return &kernel__avx512;
    case KERNEL_AVX512_BF16:
        return &kernel__avx512_bf16;
    default:
        return &kernel__plain;
    }
}

const kernel_tiles *kernel__tiles(const kernel_set *s, q_dtype b)
{
    return b == Q_F32 ? s->f32 : b == Q_BF16 ? s->bf16 : s->i8;
}
