#include "language/names.h"

#include "base/digest.h"

#include <string.h>

enum { VERSION = 1, HEAD = 16, DIGEST = 32 };

static uint32_t get_u32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

q_code names__open(q_str bytes, q_str name, names *out, q_err *err)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    unsigned char digest[DIGEST];
    uint64_t slots, sets;

    if (bytes.n < HEAD + DIGEST || memcmp(p, "QNAM", 4) != 0 || get_u32(p + 4) != VERSION)
        return q_err_set(err, Q_INVALID, "model %.*s: %zu bytes that are no table of names",
                         Q_ARG(name), bytes.n);
    if (!q_digest_of(Q_SHA256, q_str_sub(bytes, 0, bytes.n - DIGEST), digest))
        return q_err_nomem(err);
    if (memcmp(digest, p + bytes.n - DIGEST, DIGEST) != 0)
        return q_err_set(err, Q_INVALID,
                         "model %.*s is cut short or altered: its checksum does not fit; build or "
                         "copy it again",
                         Q_ARG(name));
    slots = get_u32(p + 8);
    sets = get_u32(p + 12);
    if (!slots || (slots & (slots - 1)) || HEAD + 4 * sets + 6 * slots + DIGEST != bytes.n)
        return q_err_set(err, Q_INVALID, "model %.*s: %u slots do not fit its %zu bytes",
                         Q_ARG(name), (unsigned)slots, bytes.n);
    *out = (names){.sets = p + HEAD,
                   .prints = p + HEAD + 4 * sets,
                   .which = p + HEAD + 4 * sets + 4 * slots,
                   .slots = (uint32_t)slots,
                   .set_count = (uint32_t)sets};
    return Q_OK;
}

/* FNV-1a. */
uint64_t names__hash(uint64_t h, q_str word)
{
    for (size_t i = 0; i < word.n; i++)
        h = (h ^ (unsigned char)word.p[i]) * 0x100000001B3U;
    return h;
}

uint64_t names__join(uint64_t h)
{
    return names__hash(h, Q_STR(" "));
}

void names__foresee(const names *n, uint64_t hash)
{
    size_t slot = (uint32_t)(hash >> 32) & (n->slots - 1);

    __builtin_prefetch(n->prints + 4 * slot);
    __builtin_prefetch(n->which + 2 * slot);
}

uint32_t names__kinds(const names *n, uint64_t hash)
{
    uint32_t print = (uint32_t)hash ? (uint32_t)hash : 1, at = (uint32_t)(hash >> 32);

    for (uint32_t tried = 0; tried < n->slots; tried++, at++) {
        uint32_t slot = at & (n->slots - 1), found = get_u32(n->prints + 4 * (size_t)slot);

        if (!found)
            return 0;
        if (found == print) {
            const unsigned char *w = n->which + 2 * (size_t)slot;
            uint32_t set = (uint32_t)w[0] | (uint32_t)w[1] << 8;

            return set < n->set_count ? get_u32(n->sets + 4 * (size_t)set) : 0;
        }
    }
    return 0;
}
