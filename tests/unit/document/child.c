#include "document/child.h"

#include "test.h"

#include <fcntl.h>
#include <unistd.h>

static q_code run(const char *script, int timeout_ms, size_t limit, q_str *out,
                  child__result *result, q_err *err)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    child__spec spec = {argv, open("/etc/hostname", O_RDONLY | O_CLOEXEC), timeout_ms};
    q_buf b = q_buf_init(q_test_arena(), limit);
    q_code rc = child__run(&spec, &b, result, err);

    close(spec.fd);
    *out = q_buf_str(&b);
    return rc;
}

TEST(child_collects_output_status_and_complaint)
{
    child__result r;
    q_str out;
    q_err err;

    CHECK_EQ(run("echo hello; echo no good >&2; exit 3", 5000, 100, &out, &r, &err), Q_OK);
    CHECK_STREQ(out, "hello\n");
    CHECK_EQ(r.status, 3);
    CHECK_STR(r.complaint, "no good\n");
    CHECK_EQ(run("kill -SEGV $$", 5000, 100, &out, &r, &err), Q_OK);
    CHECK_EQ(r.status, 128 + 11);
}

TEST(child_reads_the_file_from_its_start)
{
    child__result r;
    q_str twice;
    q_err err;

    CHECK_EQ(run("cmp " CHILD_FILE " /etc/hostname && cmp " CHILD_FILE " /etc/hostname", 5000, 100,
                 &twice, &r, &err),
             Q_OK);
    CHECK_EQ(r.status, 0);
}

TEST(child_is_ended_past_its_limits)
{
    child__result r;
    q_str out;
    q_err err;

    CHECK_EQ(run("sleep 60", 1000, 100, &out, &r, &err), Q_TIMEOUT);
    CHECK_STR(err.msg, "sh did not end within 1 s");
    CHECK_EQ(run("exec >&- 2>&-; sleep 60", 100, 100, &out, &r, &err), Q_TIMEOUT);
    CHECK_EQ(run("while :; do echo aaaaaaaaaa; done", 5000, 100, &out, &r, &err), Q_LIMIT);
}

TEST(child_says_what_is_not_installed)
{
    const char *argv[] = {"no-such-program-here", NULL};
    child__spec spec = {argv, open("/etc/hostname", O_RDONLY | O_CLOEXEC), 1000};
    q_buf b = q_buf_init(q_test_arena(), 100);
    child__result r;
    q_err err;

    CHECK_EQ(child__run(&spec, &b, &r, &err), Q_NOTFOUND);
    CHECK_STR(err.msg, "no-such-program-here is not installed");
    close(spec.fd);
}

TEST_MAIN("document/child")
