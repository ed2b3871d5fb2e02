/* engine/kernel_job.h - from tiles to whole products: which tile comes next.
 *
 * A job is what all tiles of a kernel share. Its caller walks over rows of A;
 * job__tile multiplies a few of them with a range of columns of B.
 */
#ifndef ENGINE_KERNEL_JOB_H
#define ENGINE_KERNEL_JOB_H

#include "engine/kernel_tile.h"

typedef struct kernel_job {
    const kernel_set *set;
    const kernel_tiles *tiles;
    const kernel_matrix *b;
    const kernel_epilogue *epilogue;
    size_t element;     /* bytes of an element of A */
    size_t out_element; /* and of out */
    size_t tap_bytes;   /* of B, from tap to tap */
    size_t panel_bytes; /* and from panel to panel */
    size_t out_stride;  /* elements from row to row */
    kernel_fast fast;   /* form FAST_NONE when the tiles do not know the epilogue */
} kernel_job;

kernel_job job__new(kernel_isa isa, const kernel_matrix *b, const kernel_epilogue *e,
                    size_t out_stride);

/* A few rows of A, at most job__rows of them. */
typedef struct job_rows {
    const kernel_tap *taps;
    size_t tap_count;
    size_t k;        /* elements of each */
    size_t b_offset; /* bytes of B's panels before the first tap */
    size_t rows;
    void *out; /* the first row's column 0 */
    const void *residual;
} job_rows;

/* Rows that a tile takes at best, of `rows`. Even parts leave no thin last tile. */
size_t job__rows(const kernel_job *j, size_t rows);

extern const size_t job__widths[TILE_WIDTHS]; /* columns of each */

/* Columns c0 <= c < c1; c0 is a multiple of KERNEL_PANEL. */
void job__tile(const kernel_job *j, const job_rows *r, size_t c0, size_t c1);

/* The same in steps, for rows that come in parts: columns are taken `width` at a time. */
size_t job__width(const kernel_job *j, size_t rows, size_t columns, tile_width *w);
void job__sums(const kernel_job *j, const job_rows *r, size_t c, tile_width w, bool more,
               void *sums);
bool job__fast(const kernel_job *j, const job_rows *r, size_t c, tile_width w, bool whole);
void job__finish(const kernel_job *j, const job_rows *r, size_t c, size_t columns,
                 const void *sums);

/* How work is cut into tasks. */
typedef struct job_split {
    size_t rows, columns;           /* of a task, at most */
    size_t row_tasks, column_tasks; /* their numbers */
    size_t chunk;                   /* columns whose panels stay in cache */
} job_split;
/* `rows` of `depth` bytes of A each (taps * k). */
job_split job__split(const kernel_job *j, size_t rows);

#endif
