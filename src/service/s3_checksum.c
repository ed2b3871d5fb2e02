#include "base/digest.h"
#include "base/encode.h"
#include "service/s3.h"

#include <string.h>

struct s3_algorithm {
    q_str name, member;
    q_digest_kind kind;
    unsigned bits; /* of a CRC; 0 for a hash */
    uint64_t poly; /* of a CRC, reflected */
};

static const struct s3_algorithm algorithms[] = {
    {Q_STR_INIT("CRC32"), Q_STR_INIT("ChecksumCRC32"), Q_CRC32, 32, 0xEDB88320u},
    {Q_STR_INIT("CRC32C"), Q_STR_INIT("ChecksumCRC32C"), Q_CRC32C, 32, 0x82F63B78u},
    {Q_STR_INIT("CRC64NVME"), Q_STR_INIT("ChecksumCRC64NVME"), Q_CRC64NVME, 64,
     0x9A6C9329AC4BC9B5u},
    {Q_STR_INIT("SHA1"), Q_STR_INIT("ChecksumSHA1"), Q_SHA1, 0, 0},
    {Q_STR_INIT("SHA256"), Q_STR_INIT("ChecksumSHA256"), Q_SHA256, 0, 0},
};

enum { ALGORITHMS = sizeof algorithms / sizeof algorithms[0] };

const struct s3_algorithm *s3__algorithm(q_str name)
{
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (q_str_eq(name, algorithms[i].name))
            return &algorithms[i];
    return NULL;
}

q_str s3__algorithm_name(const struct s3_algorithm *algorithm)
{
    return algorithm->name;
}

q_str s3__algorithm_member(const struct s3_algorithm *algorithm)
{
    return algorithm->member;
}

const struct s3_algorithm *s3__algorithm_of(const q_value *map)
{
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (q_value_get(map, algorithms[i].member))
            return &algorithms[i];
    return NULL;
}

bool s3__algorithm_is_crc(const struct s3_algorithm *algorithm)
{
    return algorithm->bits > 0;
}

/* The algorithm that the request names, by its value or by name alone (the
 * value then travels behind the body).
 */
static q_code algorithm_asked(q_call *call, const struct s3_algorithm **out)
{
    q_str name = s3__text(call, Q_STR("ChecksumAlgorithm"));

    *out = s3__algorithm_of(call->in);
    if (*out || !name.n)
        return Q_OK;
    *out = s3__algorithm(name);
    if (!*out)
        return q_call_fail(call, "NotImplemented", "Checksum algorithm %.*s is not implemented",
                           Q_ARG(name));
    return Q_OK;
}

q_code s3__checksum_start(q_call *call, const struct s3_algorithm *fallback, s3_checksum *out)
{
    q_code rc;

    *out = (s3_checksum){0};
    rc = algorithm_asked(call, &out->algorithm);
    if (rc)
        return rc;
    if (!out->algorithm)
        out->algorithm = fallback;
    if (!out->algorithm || s3__has(call, out->algorithm->member))
        return Q_OK; /* the gateway holds the bytes against a value it was given */
    out->digest = q_digest_new(out->algorithm->kind);
    return out->digest ? Q_OK : q_err_nomem(&call->err);
}

void s3__checksum_update(s3_checksum *c, q_str bytes)
{
    if (c->digest)
        q_digest_update(c->digest, bytes);
}

static q_code base64(q_call *call, const unsigned char *bytes, size_t n, q_str *out)
{
    q_buf b = q_buf_init(call->arena, 256);

    q_buf_base64(&b, (q_str){(const char *)bytes, n});
    return q_buf_finish(&b, out, &call->err);
}

q_code s3__checksum_finish(q_call *call, s3_checksum *c, q_str *out)
{
    unsigned char bytes[Q_DIGEST_MAX];

    *out = c->algorithm ? s3__text(call, c->algorithm->member) : Q_STR("");
    if (!c->algorithm || !c->digest)
        return Q_OK;
    q_digest_final(c->digest, bytes);
    return base64(call, bytes, q_digest_size(c->algorithm->kind), out);
}

void s3__checksum_clear(s3_checksum *c)
{
    q_digest_free(c->digest);
    *c = (s3_checksum){0};
}

/* a * b modulo the polynomial, in reflected order: the highest bit is x^0. */
static uint64_t multiply(uint64_t a, uint64_t b, const struct s3_algorithm *crc)
{
    uint64_t product = 0;

    for (uint64_t bit = 1ull << (crc->bits - 1); bit; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = b & 1 ? b >> 1 ^ crc->poly : b >> 1;
    }
    return product;
}

/* The CRC of A followed by B, from theirs: crc(A) * x^(8 |B|) + crc(B).
 * Source: Mark Adler's crc32_combine in zlib.
 */
static uint64_t crc_join(uint64_t a, uint64_t b, uint64_t b_bytes, const struct s3_algorithm *crc)
{
    uint64_t power = 1ull << (crc->bits - 9); /* x^8 */

    for (; b_bytes; b_bytes >>= 1) {
        if (b_bytes & 1)
            a = multiply(power, a, crc);
        power = multiply(power, power, crc);
    }
    return a ^ b;
}

static uint64_t big_endian(const unsigned char *bytes, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | bytes[i];
    return v;
}

static q_code whole_crc(q_call *call, const struct s3_algorithm *crc, const q_part *parts, size_t n,
                        q_str *out)
{
    size_t size = q_digest_size(crc->kind);
    unsigned char bytes[Q_DIGEST_MAX];
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++) {
        q_str raw;

        if (q_base64_decode(call->arena, parts[i].checksum, &raw, &call->err) || raw.n != size)
            return q_err_set(&call->err, Q_INTERNAL, "part %u has no checksum",
                             (unsigned)parts[i].number);
        v = i ? crc_join(v, big_endian((const unsigned char *)raw.p, size), parts[i].size, crc)
              : big_endian((const unsigned char *)raw.p, size);
    }
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(v >> 8 * (size - 1 - i));
    return base64(call, bytes, size, out);
}

static q_code of_parts(q_call *call, const struct s3_algorithm *algorithm, const q_part *parts,
                       size_t n, q_str *out)
{
    q_digest *d = q_digest_new(algorithm->kind);
    unsigned char bytes[Q_DIGEST_MAX];
    q_code rc = d ? Q_OK : q_err_nomem(&call->err);

    for (size_t i = 0; i < n && !rc; i++) {
        q_str raw;

        rc = q_base64_decode(call->arena, parts[i].checksum, &raw, &call->err);
        if (!rc)
            q_digest_update(d, raw);
    }
    if (!rc) {
        q_digest_final(d, bytes);
        rc = base64(call, bytes, q_digest_size(algorithm->kind), out);
    }
    if (!rc)
        *out = q_str_printf(call->arena, "%.*s-%zu", Q_ARG(*out), n);
    q_digest_free(d);
    return rc ? rc : out->p ? Q_OK : q_err_nomem(&call->err);
}

q_code s3__checksum_combine(q_call *call, const struct s3_algorithm *algorithm, bool full_object,
                            const q_part *parts, size_t n, q_str *out)
{
    return full_object ? whole_crc(call, algorithm, parts, n, out)
                       : of_parts(call, algorithm, parts, n, out);
}
