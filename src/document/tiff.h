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

#endif
