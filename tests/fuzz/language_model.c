/* Any bytes as a model: refused, or a model that labels and is saved as it was. The corpus holds
 * heads and bodies without their checksums, which are put behind them here.
 */
#include "base/digest.h"
#include "language/names.h"
#include "language/recognizer.h"
#include "learn/sequence.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DIGEST = 32, MOST = 1 << 16 };

static void sequence(q_str bytes)
{
    static const uint32_t FEATURES[] = {0, 1, 77, 0xFFFFFFFF}, STARTS[] = {0, 2, 2, 4};
    q_sequence s = {FEATURES, STARTS, NULL, 3};
    q_sequence_model *m = NULL;
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_buf b = q_buf_init(NULL, (size_t)1 << 28);
    uint16_t labels[3];
    float sure[3];

    if (!q_sequence_load(bytes, Q_STR("fuzz"), &m, NULL)) {
        if (q_sequence_decode(m, &s, a, labels, sure, NULL))
            abort();
        for (size_t i = 0; i < 3; i++)
            if (labels[i] >= q_sequence_labels(m))
                abort();
        if (q_sequence_save(m, &b) || !q_str_eq(q_buf_str(&b), bytes))
            abort();
    }
    q_buf_clear(&b);
    q_arena_free(a);
    q_sequence_free(m);
}

static void others(q_str bytes)
{
    q_recognizer *r = NULL;
    names n;

    if (!q_recognizer_load(bytes, Q_STR("fuzz"), &r, NULL))
        for (size_t i = 0; i < q_recognizer_types(r); i++)
            (void)q_recognizer_type(r, i);
    q_recognizer_free(r);
    if (!names__open(bytes, Q_STR("fuzz"), &n, NULL))
        for (uint64_t h = 1; h < 1000; h++)
            (void)names__kinds(&n, h * 0x9E3779B97F4A7C15U);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char bytes[MOST + DIGEST];

    if (size > MOST)
        return 0;
    memcpy(bytes, data, size);
    sequence((q_str){bytes, size});
    others((q_str){bytes, size});
    if (!q_digest_of(Q_SHA256, (q_str){bytes, size}, (unsigned char *)bytes + size))
        return 0;
    sequence((q_str){bytes, size + DIGEST});
    others((q_str){bytes, size + DIGEST});
    return 0;
}
