/* The kernels' common bodies for AVX2 and FMA. */
#include "engine/kernel_tile.h"
#include "engine/kernel_vec256.h"

#include "engine/kernel_epilogue_body.h"

#include "engine/kernel_depthwise_body.h"

#include "engine/kernel_depthtile_body.h"

#include "engine/kernel_pool_body.h"

#include "engine/kernel_winograd_body.h"

const kernel_set kernel__avx2 = {
    .f32 = &kernel__avx2_f32,
    .bf16 = &kernel__avx2_bf16,
    .i8 = &kernel__avx2_i8,
    .vector = &vector__avx2,
    .loops = &kernel__loops_avx2,
    .finish = finish,
    .depthwise = depthwise,
    .widen = widen,
    .narrow = narrow,
    .pool = pool,
    .winograd_in = winograd_in,
    .winograd_out = winograd_out,
};
