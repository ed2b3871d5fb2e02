#include "base/digest.h"

#include "base/encode.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <zlib.h>

struct q_digest {
    q_digest_kind kind;
    EVP_MD_CTX *md; /* NULL for CRCs */
    uint64_t crc;
};

static const EVP_MD *md_of(q_digest_kind kind)
{
    switch (kind) {
    case Q_MD5:
        return EVP_md5();
    case Q_SHA1:
        return EVP_sha1();
    case Q_SHA256:
        return EVP_sha256();
    case Q_CRC32:
    case Q_CRC32C:
    case Q_CRC64NVME:
        break;
    }
    return NULL;
}

q_digest *q_digest_new(q_digest_kind kind)
{
    q_digest *d = calloc(1, sizeof *d);
    const EVP_MD *md = md_of(kind);

    if (!d)
        return NULL;
    d->kind = kind;
    if (md) {
        d->md = EVP_MD_CTX_new();
        if (!d->md || EVP_DigestInit_ex(d->md, md, NULL) != 1) {
            q_digest_free(d);
            return NULL;
        }
    }
    return d;
}

void q_digest_free(q_digest *d)
{
    if (!d)
        return;
    EVP_MD_CTX_free(d->md);
    free(d);
}

/* CRC-32C (Castagnoli), eight bytes at a time by table (slicing-by-8).
 * Source: RFC 3720 appendix B.4 for the polynomial.
 */
typedef struct crc32c_tables {
    uint32_t t[8][256];
} crc32c_tables;

static crc32c_tables crc32c;

static void __attribute__((constructor)) crc32c_tables_init(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0x82F63B78u : c >> 1;
        crc32c.t[0][i] = c;
    }
    for (int k = 1; k < 8; k++)
        for (uint32_t i = 0; i < 256; i++)
            crc32c.t[k][i] = crc32c.t[k - 1][i] >> 8 ^ crc32c.t[0][crc32c.t[k - 1][i] & 255];
}

static uint32_t crc32c_update(uint32_t crc, q_str bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t n = bytes.n;

    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        crc = crc32c.t[7][crc & 255] ^ crc32c.t[6][crc >> 8 & 255] ^ crc32c.t[5][crc >> 16 & 255] ^
              crc32c.t[4][crc >> 24] ^ crc32c.t[3][p[4]] ^ crc32c.t[2][p[5]] ^ crc32c.t[1][p[6]] ^
              crc32c.t[0][p[7]];
    }
    while (n--)
        crc = crc >> 8 ^ crc32c.t[0][(crc ^ *p++) & 255];
    return ~crc;
}

/* CRC-64/NVME, by the same method; the polynomial is reflected.
 * Source: NVM Express NVM Command Set Specification 1.0, section 5.2.1.3.4.
 */
typedef struct crc64_tables {
    uint64_t t[8][256];
} crc64_tables;

static crc64_tables crc64;

static void __attribute__((constructor)) crc64_tables_init(void)
{
    for (uint64_t i = 0; i < 256; i++) {
        uint64_t c = i;

        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0x9A6C9329AC4BC9B5u : c >> 1;
        crc64.t[0][i] = c;
    }
    for (int k = 1; k < 8; k++)
        for (uint32_t i = 0; i < 256; i++)
            crc64.t[k][i] = crc64.t[k - 1][i] >> 8 ^ crc64.t[0][crc64.t[k - 1][i] & 255];
}

static uint64_t crc64_update(uint64_t crc, q_str bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t n = bytes.n;

    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t v = crc;

        for (int i = 0; i < 8; i++)
            v ^= (uint64_t)p[i] << 8 * i;
        crc = 0;
        for (int i = 0; i < 8; i++)
            crc ^= crc64.t[7 - i][v >> 8 * i & 255];
    }
    while (n--)
        crc = crc >> 8 ^ crc64.t[0][(crc ^ *p++) & 255];
    return ~crc;
}

void q_digest_update(q_digest *d, q_str bytes)
{
    if (bytes.n == 0)
        return;
    if (d->md)
        EVP_DigestUpdate(d->md, bytes.p, bytes.n);
    else if (d->kind == Q_CRC32)
        d->crc = crc32_z((uint32_t)d->crc, (const unsigned char *)bytes.p, bytes.n);
    else if (d->kind == Q_CRC32C)
        d->crc = crc32c_update((uint32_t)d->crc, bytes);
    else
        d->crc = crc64_update(d->crc, bytes);
}

void q_digest_final(q_digest *d, unsigned char *out)
{
    if (d->md) {
        EVP_DigestFinal_ex(d->md, out, NULL);
        EVP_DigestInit_ex(d->md, md_of(d->kind), NULL);
        return;
    }
    for (size_t i = q_digest_size(d->kind); i-- > 0; d->crc >>= 8)
        out[i] = (unsigned char)d->crc;
    d->crc = 0;
}

size_t q_digest_size(q_digest_kind kind)
{
    switch (kind) {
    case Q_MD5:
        return 16;
    case Q_SHA1:
        return 20;
    case Q_SHA256:
        return 32;
    case Q_CRC64NVME:
        return 8;
    case Q_CRC32:
    case Q_CRC32C:
        break;
    }
    return 4;
}

bool q_digest_of(q_digest_kind kind, q_str bytes, unsigned char *out)
{
    q_digest *d = q_digest_new(kind);

    if (!d)
        return false;
    q_digest_update(d, bytes);
    q_digest_final(d, out);
    q_digest_free(d);
    return true;
}

bool q_sha256_hex(q_str bytes, char out[65])
{
    unsigned char raw[32];

    if (!q_digest_of(Q_SHA256, bytes, raw))
        return false;
    q_hex(raw, sizeof raw, out);
    return true;
}

static bool hmac(const EVP_MD *md, q_str key, q_str text, unsigned char *out)
{
    unsigned int n = 0;

    return key.n <= INT32_MAX &&
           HMAC(md, key.p, (int)key.n, (const unsigned char *)text.p, text.n, out, &n) != NULL;
}

bool q_hmac_sha256(q_str key, q_str text, unsigned char out[32])
{
    return hmac(EVP_sha256(), key, text, out);
}

bool q_hmac_sha1(q_str key, q_str text, unsigned char out[20])
{
    return hmac(EVP_sha1(), key, text, out);
}

bool q_equal_secret(q_str a, q_str b)
{
    return a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

bool q_random(void *out, size_t n)
{
    unsigned char *p = out;

    while (n) {
        ssize_t got = getrandom(p, n < 256 ? n : 256, 0);

        if (got < 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

bool q_uuid(char out[37])
{
    unsigned char raw[16];
    char hex[33];
    static const unsigned char dash_before[] = {8, 12, 16, 20};
    size_t w = 0, d = 0;

    if (!q_random(raw, sizeof raw))
        return false;
    raw[6] = (unsigned char)((raw[6] & 0x0F) | 0x40);
    raw[8] = (unsigned char)((raw[8] & 0x3F) | 0x80);
    q_hex(raw, sizeof raw, hex);
    for (size_t i = 0; i < 32; i++) {
        if (d < sizeof dash_before && i == dash_before[d]) {
            out[w++] = '-';
            d++;
        }
        out[w++] = hex[i];
    }
    out[w] = 0;
    return true;
}
