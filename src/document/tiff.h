/* document/tiff.h - the directories of a TIFF or BigTIFF file, checked before
 * anything is decoded: page count, sizes, and whether the image data lie
 * within the file.
 *
 *     header --> directory 1 --> directory 2 --> ... --> 0
 *                (one a page: tags with width, height, strips or tiles)
 */
#ifndef Q_DOCUMENT_TIFF_H
#define Q_DOCUMENT_TIFF_H

#include "base/str.h"

typedef struct tiff__page {
    uint64_t width, height; /* pixels; 0 when the directory does not say */
    bool data_inside;       /* every strip or tile lies within the file */
} tiff__page;

/* *pages is in the arena. Fails with Q_INVALID (no TIFF, a directory outside
 * of the file or visited twice), Q_LIMIT past max_pages, Q_NOMEM.
 */
Q_MUST_USE q_code tiff__pages(q_str file, size_t max_pages, q_arena *a, tiff__page **pages,
                              size_t *count, q_err *err);

/* How a page's picture is kept. What the file does not say has TIFF's default. */
typedef struct tiff__layout {
    uint64_t width, height;
    unsigned compression, photometric, bits, samples, orientation, fill_order, planar, predictor;
    unsigned extra_samples; /* how many of the samples are no colour */
    double x_dpi, y_dpi;    /* 0: not said */
    bool tiled;
    uint64_t piece_width, piece_height; /* of a strip or tile; the last strip may be lower */
    q_str tables;                       /* of JPEG, for all pieces; may be empty */
    q_str *pieces;                      /* strips or tiles, borrowed from the file */
    size_t piece_count;
} tiff__layout;

/* Of page `index` of a file. In the arena. Fails with Q_INVALID (no such page, or its data are not
 * inside the file), Q_NOMEM. An Exif block is such a file too, without pieces.
 */
Q_MUST_USE q_code tiff__layout_of(q_str file, size_t index, q_arena *a, tiff__layout *out,
                                  q_err *err);

#endif
