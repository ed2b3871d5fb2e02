#include "language/dominant_model.h"

#include "base/digest.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is left to read; `bad` once it was too short. */
typedef struct reader {
    q_str rest;
    bool bad;
} reader;

static const unsigned char *take(reader *r, size_t n)
{
    const unsigned char *p = (const unsigned char *)r->rest.p;

    if (r->bad || n > r->rest.n) {
        r->bad = true;
        return NULL;
    }
    r->rest = (q_str){r->rest.p + n, r->rest.n - n};
    return p;
}

static uint32_t u32_at(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t u32(reader *r)
{
    const unsigned char *p = take(r, 4);

    return p ? u32_at(p) : 0;
}

/* Slots for the hashes, at most half full. */
static q_code slots_make(dominant_table *t, const unsigned char *hashes, size_t count, q_err *err)
{
    size_t size = 2;

    while (size < 2 * count)
        size *= 2;
    t->mask = (uint32_t)size - 1;
    t->slots = malloc(size * sizeof *t->slots);
    if (!t->slots)
        return q_err_nomem(err);
    memset(t->slots, 0xFF, size * sizeof *t->slots);
    for (size_t row = 0; row < count; row++) {
        uint32_t hash = u32_at(hashes + 4 * row), i = hash & t->mask;

        while ((t->slots[i] & 0xFFFF) != DOMINANT_EMPTY)
            i = (i + 1) & t->mask;
        t->slots[i] = (hash & 0xFFFF0000u) | (uint32_t)row;
    }
    return Q_OK;
}

static q_code table_read(reader *r, dominant_table *t, q_err *err)
{
    size_t languages = u32(r), count = u32(r);
    uint32_t worth = u32(r);
    const unsigned char *codes, *hashes, *weights;

    memcpy(&t->worth, &worth, sizeof t->worth);
    if (r->bad || languages < 2 || languages > DOMINANT_MOST || !count || count > DOMINANT_ROWS ||
        !isfinite(t->worth)) {
        r->bad = true;
        return Q_OK;
    }
    codes = take(r, languages * DOMINANT_CODE);
    hashes = take(r, count * 4);
    weights = take(r, count * languages);
    if (!codes || !hashes || !weights)
        return Q_OK;
    t->languages = languages;
    t->width = (languages + 15) / 16 * 16;
    for (size_t i = 0; i < languages; i++)
        memcpy(t->codes[i], codes + i * DOMINANT_CODE, DOMINANT_CODE - 1);
    t->rows = calloc(count, t->width);
    if (!t->rows)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++)
        memcpy(t->rows + i * t->width, weights + i * languages, languages);
    return slots_make(t, hashes, count, err);
}

q_code dominant__load(q_str bytes, q_str name, dominant_model **out, q_err *err)
{
    reader r = {.rest = bytes};
    const unsigned char *magic = take(&r, sizeof DOMINANT_MAGIC - 1), *sum = take(&r, 4);
    unsigned char want[4];
    dominant_model *m;
    q_code rc = Q_OK;

    if (!sum || memcmp(magic, DOMINANT_MAGIC, sizeof DOMINANT_MAGIC - 1) != 0)
        return q_err_set(err, Q_INVALID, "%.*s is no model of languages", Q_ARG(name));
    if (!q_digest_of(Q_CRC32, r.rest, want))
        return q_err_nomem(err);
    if (memcmp(want, sum, sizeof want) != 0)
        return q_err_set(err, Q_INVALID, "%.*s was cut short or altered: its checksum is another",
                         Q_ARG(name));
    m = calloc(1, sizeof *m);
    if (!m)
        return q_err_nomem(err);
    for (size_t i = 0; i < SCRIPT_MODELS && !rc && !r.bad; i++)
        rc = table_read(&r, &m->tables[i], err);
    if (!rc && (r.bad || r.rest.n))
        rc = q_err_set(err, Q_INVALID, "%.*s is malformed: its counts and its %zu bytes differ",
                       Q_ARG(name), bytes.n);
    if (rc) {
        dominant__free(m);
        return rc;
    }
    *out = m;
    return Q_OK;
}

void dominant__free(dominant_model *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < SCRIPT_MODELS; i++) {
        free(m->tables[i].slots);
        free(m->tables[i].rows);
    }
    free(m);
}
