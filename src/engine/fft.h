/* engine/fft.h - the discrete Fourier transform of any length, in double.
 *
 *     Z[k] = sum over j of z[j] exp(-2 pi i j k / n)       + i for the inverse, not scaled
 *
 * Powers of two by the radix-2 algorithm; other lengths as a convolution of such
 * a length (Bluestein 1970). A plan is read only once made: threads may
 * share it, each with its own work.
 */
#ifndef ENGINE_FFT_H
#define ENGINE_FFT_H

#include <stdbool.h>
#include <stddef.h>

#define FFT_LONGEST ((size_t)1 << 26)

typedef struct fft {
    size_t n, m;         /* m = n, or the power of two that the convolution takes */
    double *turn;        /* [m / 2] complex: exp(-2 pi i k / m) */
    double *chirp;       /* [n] complex: exp(-pi i k^2 / n) */
    double *chirp_image; /* [m] complex: the transform of its conjugate */
} fft;

size_t fft__plan_doubles(size_t n); /* memory of a plan, 1 <= n <= FFT_LONGEST */
size_t fft__work_doubles(size_t n); /* of one call at a time */
void fft__init(fft *f, size_t n, double *memory);
/* In place over z, n complex numbers as pairs. */
void fft__run(const fft *f, double *z, bool inverse, double *work);

#endif
