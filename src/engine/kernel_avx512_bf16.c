/* The kernels' common bodies for AVX-512 with BF16. */
#include "engine/kernel_tile.h"
#define VEC512_BF16
#include "engine/kernel_vec512.h"

#include "engine/kernel_epilogue_body.h"

#include "engine/kernel_depthwise_body.h"

#include "engine/kernel_depthtile_body.h"

#include "engine/kernel_pool_body.h"

#include "engine/kernel_winograd_body.h"

const kernel_set kernel__avx512_bf16 = {
    .f32 = &kernel__avx512_f32,
    .bf16 = &kernel__avx512_bf16_tiles,
    .i8 = &kernel__avx512_i8,
    .vector = &vector__avx512,
    .loops = &kernel__loops_avx512,
    .finish = finish,
    .depthwise = depthwise,
    .widen = widen,
    .narrow = narrow,
    .pool = pool,
    .winograd_in = winograd_in,
    .winograd_out = winograd_out,
};
