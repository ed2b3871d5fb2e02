#include "base/digest.h"
#include "base/encode.h"
#include "test.h"

static q_str hex_of(q_digest_kind kind, q_str bytes)
{
    unsigned char raw[Q_DIGEST_MAX];
    char *hex = q_arena_alloc(q_test_arena(), 2 * Q_DIGEST_MAX + 1);

    CHECK(q_digest_of(kind, bytes, raw));
    q_hex(raw, q_digest_size(kind), hex);
    return q_str_of(hex);
}

/* Check values: RFC 1321, FIPS 180-4, and the CRC catalogue's "123456789". */
TEST(published_values)
{
    CHECK_STREQ(hex_of(Q_MD5, Q_STR("abc")), "900150983cd24fb0d6963f7d28e17f72");
    CHECK_STREQ(hex_of(Q_SHA1, Q_STR("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK_STREQ(hex_of(Q_SHA256, Q_STR("abc")),
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_STREQ(hex_of(Q_CRC32, Q_STR("123456789")), "cbf43926");
    CHECK_STREQ(hex_of(Q_CRC32C, Q_STR("123456789")), "e3069283");
    CHECK_STREQ(hex_of(Q_CRC64NVME, Q_STR("123456789")), "ae8b14860a799888");
}

TEST(pieces_give_the_same_as_the_whole)
{
    static const q_digest_kind kinds[] = {Q_MD5, Q_SHA1, Q_SHA256, Q_CRC32, Q_CRC32C, Q_CRC64NVME};
    q_str text = Q_STR("The quick brown fox jumps over the lazy dog, twice over and again.");

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        q_digest *d = q_digest_new(kinds[k]);
        unsigned char whole[Q_DIGEST_MAX], pieces[Q_DIGEST_MAX];
        size_t size = q_digest_size(kinds[k]);

        CHECK(q_digest_of(kinds[k], text, whole));
        for (int round = 0; round < 2; round++) { /* final starts afresh */
            for (size_t i = 0; i < text.n; i += 7)
                q_digest_update(d, q_str_sub(text, i, 7));
            q_digest_final(d, pieces);
            CHECK(q_equal_secret((q_str){(char *)whole, size}, (q_str){(char *)pieces, size}));
        }
        q_digest_free(d);
    }
}

/* RFC 4231 test case 2, RFC 2202 test case 2. */
TEST(hmac_published_values)
{
    unsigned char raw[32];
    char hex[65];

    CHECK(q_hmac_sha256(Q_STR("Jefe"), Q_STR("what do ya want for nothing?"), raw));
    q_hex(raw, 32, hex);
    CHECK_STR(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(q_hmac_sha1(Q_STR("Jefe"), Q_STR("what do ya want for nothing?"), raw));
    q_hex(raw, 20, hex);
    CHECK_STR(hex, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(uuids_are_version_4_and_differ)
{
    char a[37], b[37];

    CHECK(q_uuid(a) && q_uuid(b));
    CHECK_EQ(q_str_of(a).n, 36);
    CHECK(a[8] == '-' && a[13] == '-' && a[14] == '4' && a[18] == '-' && a[23] == '-');
    CHECK(!q_str_is(q_str_of(a), b));
}

TEST_MAIN("base/digest")
