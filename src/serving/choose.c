#include "serving/choose.h"

/* SplitMix64: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number
 * generators". The state only counts, so threads need no lock.
 */
static double next(_Atomic uint64_t *state)
{
    const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = atomic_fetch_add_explicit(state, step, memory_order_relaxed) + step;

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

size_t q_choose(const double *weights, size_t n, _Atomic uint64_t *state)
{
    double total = 0, at;
    size_t last = SIZE_MAX;

    for (size_t i = 0; i < n; i++)
        total += weights[i];
    at = next(state) * total;
    for (size_t i = 0; i < n; i++) {
        if (weights[i] <= 0)
            continue;
        last = i;
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return last; /* what rounding left over */
}
