/* document/ppocr_lower.h - the recognition model's heavy layers in eight bits.
 *
 * Nine tenths of the multiplications are pointwise convolutions. With bytes in and int8 weights
 * they take half of what bfloat16 takes; what stands between them stays in bfloat16. The ranges
 * of their inputs were found once, by tools/reading_ranges.py on lines that
 * tools/reading_samples.py draws, and belong to one file of weights.
 */
#ifndef DOCUMENT_PPOCR_LOWER_H
#define DOCUMENT_PPOCR_LOWER_H

#include "base/str.h"

struct q_graph;

/* A layer, by its node's name, and what its input was at least and at most. */
typedef struct ppocr_range {
    const char *layer;
    float low, high;
} ppocr_range;

/* Those of the model that script/bootstrap fetches (ppocr_ranges.c). */
extern const ppocr_range ppocr__ranges[];
extern const size_t ppocr__range_count;
extern const uint32_t ppocr__ranges_crc; /* CRC-32 of the ONNX file they belong to */

/* Whether the file at `path` is the one with these ranges. */
bool ppocr__ranges_fit(const char *path);

/* Put QuantizeLinear and DequantizeLinear before these layers and round their weights. Q_INVALID
 * when the graph lacks one of them, Q_NOMEM.
 */
Q_MUST_USE q_code ppocr__lower(struct q_graph *g, const ppocr_range *ranges, size_t count,
                               q_err *err);

#endif
