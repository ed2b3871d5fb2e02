#include "engine/fft.h"

#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

static size_t inner_length(size_t n)
{
    size_t m = 1;

    if ((n & (n - 1)) == 0)
        return n;
    while (m < 2 * n - 1)
        m *= 2;
    return m;
}

size_t fft__plan_doubles(size_t n)
{
    size_t m = inner_length(n);

    return m == n ? m + 2 : m + 2 * n + 2 * m;
}

size_t fft__work_doubles(size_t n)
{
    size_t m = inner_length(n);

    return m == n ? 0 : 2 * m;
}

static void multiply(double *z, const double *w)
{
    double re = z[0] * w[0] - z[1] * w[1];

    z[1] = z[0] * w[1] + z[1] * w[0];
    z[0] = re;
}

static void reverse_bits(double *z, size_t n)
{
    for (size_t i = 1, j = 0; i < n; i++) {
        size_t bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j)
            for (size_t k = 0; k < 2; k++) {
                double t = z[2 * i + k];
                z[2 * i + k] = z[2 * j + k];
                z[2 * j + k] = t;
            }
    }
}

/* Forward, n a power of two; turn of f->m. */
static void radix2(const fft *f, double *z)
{
    size_t n = f->m;

    reverse_bits(z, n);
    for (size_t half = 1; half < n; half *= 2)
        for (size_t base = 0; base < n; base += 2 * half)
            for (size_t k = 0; k < half; k++) {
                double *a = z + 2 * (base + k), *b = a + 2 * half;
                double t[2] = {b[0], b[1]};
                multiply(t, f->turn + 2 * (k * (n / (2 * half))));
                b[0] = a[0] - t[0];
                b[1] = a[1] - t[1];
                a[0] += t[0];
                a[1] += t[1];
            }
}

void fft__init(fft *f, size_t n, double *memory)
{
    f->n = n;
    f->m = inner_length(n);
    f->turn = memory;
    f->chirp = memory + f->m;
    f->chirp_image = f->chirp + 2 * n;
    for (size_t k = 0; k < f->m / 2; k++) {
        f->turn[2 * k] = cos(2 * PI * (double)k / (double)f->m);
        f->turn[2 * k + 1] = -sin(2 * PI * (double)k / (double)f->m);
    }
    if (f->m == n)
        return;
    for (size_t k = 0; k < n; k++) {
        double angle = PI * (double)(k * k % (2 * n)) / (double)n;
        f->chirp[2 * k] = cos(angle);
        f->chirp[2 * k + 1] = -sin(angle);
    }
    memset(f->chirp_image, 0, 2 * f->m * sizeof(double));
    for (size_t k = 0; k < n; k++)
        for (size_t side = 0; side < 2; side++) {
            size_t at = side ? (f->m - k) % f->m : k;
            f->chirp_image[2 * at] = f->chirp[2 * k];
            f->chirp_image[2 * at + 1] = -f->chirp[2 * k + 1];
        }
    radix2(f, f->chirp_image);
}

static void conjugate(double *z, size_t n)
{
    for (size_t k = 0; k < n; k++)
        z[2 * k + 1] = -z[2 * k + 1];
}

static void bluestein(const fft *f, double *z, double *work)
{
    double scale = 1 / (double)f->m;

    memset(work, 0, 2 * f->m * sizeof(double));
    for (size_t k = 0; k < f->n; k++) {
        multiply(z + 2 * k, f->chirp + 2 * k);
        memcpy(work + 2 * k, z + 2 * k, 2 * sizeof(double));
    }
    radix2(f, work);
    for (size_t k = 0; k < f->m; k++)
        multiply(work + 2 * k, f->chirp_image + 2 * k);
    conjugate(work, f->m); /* back again, by the forward transform */
    radix2(f, work);
    for (size_t k = 0; k < f->n; k++) {
        z[2 * k] = work[2 * k] * scale;
        z[2 * k + 1] = -work[2 * k + 1] * scale;
        multiply(z + 2 * k, f->chirp + 2 * k);
    }
}

void fft__run(const fft *f, double *z, bool inverse, double *work)
{
    if (inverse)
        conjugate(z, f->n);
    if (f->m == f->n)
        radix2(f, z);
    else
        bluestein(f, z, work);
    if (inverse)
        conjugate(z, f->n);
}
