#include "store/temporary.h"

#include "base/file.h"
#include "test.h"

#include <string.h>
#include <sys/stat.h>

TEST_MAIN("store/temporary")

static const int64_t NOW = 1795336200000;
#define WHO "us-east-1:00112233-4455-6677-8899-aabbccddeeff"

static q_temporary_keys *opened(const char *dir)
{
    q_temporary_keys *t = NULL;
    q_err e = {0};

    if (q_temporary_keys_open(dir, &t, &e))
        q_test_fail(__FILE__, __LINE__, "%s", e.msg);
    return t;
}

static q_temporary_key made(const q_temporary_keys *t, int64_t expires_ms)
{
    q_temporary_key key;

    CHECK_EQ(q_temporary_key_new(t, Q_STR(WHO), expires_ms, q_test_arena(), &key, NULL), Q_OK);
    return key;
}

static q_code reading(const q_temporary_keys *t, q_str access_key, q_str token, int64_t now_ms)
{
    q_temporary_key key;

    return q_temporary_key_read(t, access_key, token, now_ms, q_test_arena(), &key, NULL);
}

TEST(a_token_says_whose_it_is)
{
    const char *dir = q_test_dir();
    q_temporary_keys *t = opened(dir), *again = opened(dir);
    q_temporary_key key = made(t, NOW + 1000), read;
    struct stat st;

    CHECK_EQ(key.access_key.n, 20);
    CHECK_EQ(key.secret.n, 40);
    CHECK(q_str_starts(key.access_key, Q_STR("ASIA")));
    /* Another process over the same folder gets to the same secret. */
    CHECK_EQ(
        q_temporary_key_read(again, key.access_key, key.token, NOW, q_test_arena(), &read, NULL),
        Q_OK);
    CHECK_STREQ(read.subject, WHO);
    CHECK_EQ(read.expires_ms, NOW + 1000);
    CHECK(q_str_eq(read.secret, key.secret));
    CHECK(!q_str_eq(made(t, NOW + 1000).secret, key.secret));
    CHECK_EQ(stat(q_str_printf(q_test_arena(), "%s/temporary-key", dir).p, &st), 0);
    CHECK_EQ(st.st_mode & 07777, 0600);
    q_temporary_keys_free(t);
    q_temporary_keys_free(again);
}

TEST(it_ends)
{
    q_temporary_keys *t = opened(q_test_dir());
    q_temporary_key key = made(t, NOW);

    CHECK_EQ(reading(t, key.access_key, key.token, NOW - 1), Q_OK);
    CHECK_EQ(reading(t, key.access_key, key.token, NOW), Q_DENIED);
    CHECK_EQ(reading(t, key.access_key, key.token, NOW + 1), Q_DENIED);
    q_temporary_keys_free(t);
}

/* Every character of the token counts, and so does every one that is missing. */
TEST(an_altered_token_holds_no_more)
{
    q_temporary_keys *t = opened(q_test_dir());
    q_temporary_key key = made(t, NOW + 1000);
    char *copy = q_str_cstr(q_test_arena(), key.token);

    for (size_t i = 0; i < key.token.n; i++) {
        char was = copy[i];

        copy[i] = was == 'A' ? 'B' : 'A';
        CHECK_EQ(reading(t, key.access_key, (q_str){copy, key.token.n}, NOW), Q_INVALID);
        copy[i] = was;
        CHECK_EQ(reading(t, key.access_key, (q_str){copy, i}, NOW), Q_INVALID);
    }
    CHECK_EQ(reading(t, key.access_key, (q_str){copy, key.token.n}, NOW), Q_OK);
    CHECK_EQ(reading(t, key.access_key, Q_STR(""), NOW), Q_INVALID);
    CHECK_EQ(reading(t, key.access_key, Q_STR("not base64!"), NOW), Q_INVALID);
    q_temporary_keys_free(t);
}

TEST(a_token_is_good_for_its_key_and_its_folder_only)
{
    q_temporary_keys *t = opened(q_test_dir()), *other = opened(q_test_dir());
    q_temporary_key key = made(t, NOW + 1000), second = made(t, NOW + 1000);

    CHECK_EQ(reading(t, second.access_key, key.token, NOW), Q_INVALID);
    CHECK_EQ(reading(other, key.access_key, key.token, NOW), Q_INVALID);
    q_temporary_keys_free(t);
    q_temporary_keys_free(other);
}

TEST(tags_of_different_purpose_differ)
{
    q_temporary_keys *t = opened(q_test_dir());
    unsigned char one[32], other[32], again[32];

    CHECK(q_temporary_tag(t, "one", Q_STR("text"), one));
    CHECK(q_temporary_tag(t, "other", Q_STR("text"), other));
    CHECK(q_temporary_tag(t, "one", Q_STR("text"), again));
    CHECK(memcmp(one, other, 32) != 0);
    CHECK(memcmp(one, again, 32) == 0);
    q_temporary_keys_free(t);
}

static const char *refusal(const char *text, mode_t mode, q_code want)
{
    const char *dir = q_test_dir();
    q_temporary_keys *t = NULL;
    q_err e;

    CHECK_EQ(q_file_replace(q_str_printf(q_test_arena(), "%s/temporary-key", dir).p, q_str_of(text),
                            mode, NULL),
             Q_OK);
    CHECK_EQ(q_temporary_keys_open(dir, &t, &e), want);
    CHECK(t == NULL);
    return q_str_cstr(q_test_arena(), q_str_of(e.msg + strlen(dir) + 1));
}

TEST(says_what_is_wrong_with_its_file)
{
    CHECK_STR(
        refusal("abc\n", 0600, Q_INVALID),
        "temporary-key does not hold 64 hexadecimal digits: remove it, and a new one is made");
    CHECK_STR(refusal("", 0644, Q_DENIED),
              "temporary-key may be read by others (mode 0644): chmod 600 it");
}

TEST(subjects_have_a_length)
{
    q_temporary_keys *t = opened(q_test_dir());
    char long_name[Q_TEMPORARY_SUBJECT_MAX + 1];
    q_temporary_key key;

    memset(long_name, 'a', sizeof long_name);
    CHECK_EQ(q_temporary_key_new(t, (q_str){long_name, sizeof long_name - 1}, NOW, q_test_arena(),
                                 &key, NULL),
             Q_OK);
    CHECK_EQ(reading(t, key.access_key, key.token, NOW - 1), Q_OK);
    CHECK_EQ(q_temporary_key_new(t, (q_str){long_name, sizeof long_name}, NOW, q_test_arena(), &key,
                                 NULL),
             Q_INVALID);
    CHECK_EQ(q_temporary_key_new(t, Q_STR(""), NOW, q_test_arena(), &key, NULL), Q_INVALID);
    q_temporary_keys_free(t);
}
