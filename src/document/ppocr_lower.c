#include "document/ppocr_lower.h"

#include "base/digest.h"
#include "base/file.h"
#include "engine/graph.h"
#include "engine/quantize.h"

#include <fcntl.h>
#include <unistd.h>

enum { CHUNK = 256 << 10 };
static const size_t SCRATCH = (size_t)64 << 20;

bool ppocr__ranges_fit(const char *path)
{
    unsigned char crc[Q_DIGEST_MAX];
    q_digest *d = q_digest_new(Q_CRC32);
    q_arena *a = q_arena_new(CHUNK + 4096);
    char *piece = a ? q_arena_alloc(a, CHUNK) : NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;
    uint32_t found = 0;

    if (d && piece && fd >= 0) {
        while ((n = read(fd, piece, CHUNK)) > 0)
            q_digest_update(d, (q_str){piece, (size_t)n});
        q_digest_final(d, crc);
        found = (uint32_t)crc[0] << 24 | (uint32_t)crc[1] << 16 | (uint32_t)crc[2] << 8 | crc[3];
    }
    q_fd_close(fd);
    q_arena_free(a);
    q_digest_free(d);
    return n == 0 && found == ppocr__ranges_crc;
}

static q_code choose(const q_graph *g, const quantize_layer *layers, size_t layer_count,
                     const ppocr_range *range, quantize_choice *choices, q_err *err)
{
    for (size_t i = 0; i < layer_count; i++)
        if (q_str_is(g->nodes[layers[i].node]->name, range->layer)) {
            choices[i] = (quantize_choice){
                .on = true, .low = (double)range->low, .high = (double)range->high};
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "the recognition model has no layer %s", range->layer);
}

q_code ppocr__lower(q_graph *g, const ppocr_range *ranges, size_t count, q_err *err)
{
    q_arena *a = q_arena_new(SCRATCH);
    quantize_layer *layers = NULL;
    quantize_choice *choices = NULL;
    size_t layer_count = 0;
    q_code rc = a ? quantize__fold_norms(g, err) : q_err_nomem(err);

    if (!rc)
        rc = quantize__layers(g, a, &layers, &layer_count, err);
    if (!rc) {
        choices = q_arena_array(a, layer_count + 1, sizeof *choices);
        rc = choices ? Q_OK : q_err_nomem(err);
    }
    for (size_t i = 0; !rc && i < count; i++)
        rc = choose(g, layers, layer_count, &ranges[i], choices, err);
    if (!rc)
        rc = quantize__insert(g, layers, choices, layer_count, false, err);
    q_arena_free(a);
    return rc;
}
