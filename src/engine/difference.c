#include "engine/difference.h"

#include "engine/convert.h"

#include <math.h>

q_code q_difference_add(q_difference *d, const q_tensor *a, const q_tensor *b, q_err *err)
{
    char have[160], want[160];

    if (!convert__knows(a->dtype) || !convert__knows(b->dtype))
        return q_err_set(err, Q_INVALID, "%s and %s are not both numbers", q_dtype_name(a->dtype),
                         q_dtype_name(b->dtype));
    if (!q_shape_eq(&a->shape, &b->shape))
        return q_err_set(err, Q_INVALID, "shape %s, not %s", q_shape_text(&b->shape, have),
                         q_shape_text(&a->shape, want));
    for (size_t i = 0, n = q_shape_count(&a->shape); i < n; i++) {
        double x = convert__f64_at(a, i), y = convert__f64_at(b, i), far = fabs(x - y);

        d->count++;
        if (x == y || (isnan(x) && isnan(y)))
            far = 0;
        else if (!isfinite(far))
            far = (double)INFINITY;
        d->absolute = far > d->absolute ? far : d->absolute;
        if (!isfinite(x) || !isfinite(y))
            continue;
        d->largest = fabs(x) > d->largest ? fabs(x) : d->largest;
        d->aa += x * x;
        d->bb += y * y;
        d->ab += x * y;
        d->dd += far * far;
    }
    d->relative = d->absolute == 0 ? 0 : d->absolute / d->largest;
    return Q_OK;
}

double q_difference_cosine(const q_difference *d)
{
    if (d->aa == 0 || d->bb == 0)
        return d->aa == d->bb ? 1 : 0;
    return d->ab / sqrt(d->aa * d->bb);
}

double q_difference_decibels(const q_difference *d)
{
    return d->dd == 0 ? (double)INFINITY : 10 * log10(d->aa / d->dd);
}
