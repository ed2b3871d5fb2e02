#include "store/credentials.h"

#include "base/file.h"
#include "test.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TEST_MAIN("store/credentials")

static q_credentials *opened(const char *dir)
{
    q_credentials *c = NULL;
    q_err e = {0};

    if (q_credentials_open(dir, &c, &e))
        q_test_fail(__FILE__, __LINE__, "%s", e.msg);
    return c;
}

static const char *written(const char *text, mode_t mode)
{
    const char *dir = q_test_dir();

    CHECK_EQ(q_file_replace(q_str_printf(q_test_arena(), "%s/credentials", dir).p, q_str_of(text),
                            mode, NULL),
             Q_OK);
    return dir;
}

/* How opening fails, without the folder in front. */
static const char *refusal(const char *text, mode_t mode, q_code want)
{
    const char *dir = written(text, mode);
    q_credentials *c = NULL;
    q_err e;

    CHECK_EQ(q_credentials_open(dir, &c, &e), want);
    CHECK(c == NULL);
    CHECK(strlen(e.msg) > strlen(dir) + 1);
    return q_str_cstr(q_test_arena(), q_str_of(e.msg + strlen(dir) + 1));
}

TEST(makes_a_key_once)
{
    const char *dir = q_test_dir();
    q_credentials *first = opened(dir), *second = opened(dir);
    q_str secret;
    struct stat st;

    CHECK_STR(q_credentials_root(first), q_credentials_root(second));
    CHECK_EQ(strlen(q_credentials_root(first)), 20);
    CHECK_EQ(strlen(q_credentials_root_secret(first)), 40);
    CHECK(q_credentials_secret(second, q_str_of(q_credentials_root(first)), &secret));
    CHECK_STREQ(secret, q_credentials_root_secret(first));
    CHECK(!q_credentials_secret(first, Q_STR("AKIAIOSFODNN7EXAMPLE"), &secret));
    CHECK(!q_credentials_secret(first, Q_STR(""), &secret));
    CHECK_EQ(stat(q_str_printf(q_test_arena(), "%s/credentials", dir).p, &st), 0);
    CHECK_EQ(st.st_mode & 07777, 0600);
    q_credentials_free(first);
    q_credentials_free(second);
}

TEST(processes_agree_on_one_key)
{
    const char *dir = q_test_dir();
    q_credentials *c;
    char keys[4][21];
    int pipes[2];

    CHECK_EQ(pipe(pipes), 0);
    for (int i = 0; i < 4; i++) {
        pid_t pid = fork();

        CHECK(pid >= 0);
        if (pid == 0) {
            c = NULL;
            if (q_credentials_open(dir, &c, NULL))
                _exit(1);
            _exit(write(pipes[1], q_credentials_root(c), 21) != 21);
        }
    }
    for (int i = 0; i < 4; i++) {
        int status = -1;

        CHECK_EQ(read(pipes[0], keys[i], 21), 21);
        CHECK(wait(&status) > 0);
        CHECK_EQ(status, 0);
    }
    c = opened(dir);
    for (int i = 0; i < 4; i++)
        CHECK_STR(keys[i], q_credentials_root(c));
    q_credentials_free(c);
    close(pipes[0]);
    close(pipes[1]);
}

TEST(reads_the_default_profile)
{
    const char *dir = written("; by hand\r\n[other]\naws_access_key_id=AKIAOTHEROTHEROTHER\n"
                              "[default]\r\n  aws_access_key_id=AKIAIOSFODNN7EXAMPLE\r\n"
                              "region = here\naws_secret_access_key = a=b/c+d \n",
                              0600);
    q_credentials *c = opened(dir);

    CHECK_STR(q_credentials_root(c), "AKIAIOSFODNN7EXAMPLE");
    CHECK_STR(q_credentials_root_secret(c), "a=b/c+d");
    q_credentials_free(c);
}

TEST(says_what_is_wrong)
{
    const char *good = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
                       "aws_secret_access_key = x\n";

    CHECK_STR(refusal("[default]\nnonsense\n", 0600, Q_INVALID),
              "credentials: line 2: neither a profile nor a setting");
    CHECK_STR(refusal("[default\n", 0600, Q_INVALID),
              "credentials: line 1: a profile's name without its ]");
    CHECK_STR(refusal("", 0600, Q_INVALID), "credentials: [default] has no aws_access_key_id of 16 "
                                            "to 128 letters, digits and _");
    CHECK_STR(refusal("[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n", 0600, Q_INVALID),
              "credentials: [default] has no aws_secret_access_key");
    CHECK_STR(refusal(good, 0644, Q_DENIED),
              "credentials may be read by others (mode 0644): chmod 600 it");
}
