/* engine/histogram.h - how a value's numbers are spread, and the range to quantise them in.
 *
 * The bins cover [-reach, reach]; when a number lies outside, reach doubles
 * and bins merge, so that one pass over the data is enough.
 */
#ifndef ENGINE_HISTOGRAM_H
#define ENGINE_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BINS 8192

typedef enum histogram_method {
    HISTOGRAM_ERROR,      /* the least mean square error: clipping against rounding */
    HISTOGRAM_MINMAX,     /* all that was met */
    HISTOGRAM_PERCENTILE, /* without this much at either end */
    HISTOGRAM_ENTROPY     /* the least loss of information (Kullback and Leibler) */
} histogram_method;

typedef struct histogram {
    double reach; /* 0: nothing yet */
    double least, most;
    uint64_t count; /* finite numbers; others are not counted */
    uint64_t bins[HISTOGRAM_BINS];
} histogram;

void histogram__add(histogram *h, const float *x, size_t count);
/* A range with 0 in it, for `levels` steps. `tail`: what HISTOGRAM_PERCENTILE
 * leaves out at either end, e.g. 1e-4.
 */
void histogram__range(const histogram *h, histogram_method method, double tail, size_t levels,
                      double *low, double *high);

#endif
