#include "work/sandbox.h"

#include "base/file.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Run `inside` in a confined child; its exit status, or minus the signal. */
static int confined(bool landlock, int (*inside)(void))
{
    sandbox_limits limits = {(size_t)1 << 30, 5};
    sandbox *s = NULL;
    q_err err = {.code = Q_OK};
    int status = 0;
    pid_t pid;

    if (sandbox__new(landlock, &s, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    pid = fork();
    if (pid == 0)
        _exit(sandbox__enter(s, &limits, &err) ? 99 : inside());
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    sandbox__free(s);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int opens(void)
{
    int in = open("/usr", O_RDONLY), out = open("/dev/null", O_WRONLY);
    int new = open("/tmp/quern-sandbox-test", O_WRONLY | O_CREAT, 0600);

    return (in >= 0) | (out >= 0) << 1 | (new >= 0) << 2;
}

static int reaches(void)
{
    int s = socket(AF_INET, SOCK_STREAM, 0);

    if (s >= 0 || errno != EPERM)
        return 1;
    if (kill(getppid(), 0) == 0 || errno != EPERM)
        return 2;
    return setsid() < 0 && errno == EPERM ? 0 : 3;
}

static int unshares(void)
{
    return unshare(CLONE_NEWNS);
}

TEST(sandbox_opens_what_landlock_allows)
{
    sandbox *s = NULL;
    int version;

    CHECK_EQ(sandbox__new(true, &s, NULL), Q_OK);
    version = sandbox__landlock(s);
    sandbox__free(s);
    CHECK_EQ(confined(true, opens), version ? 3 : 1);
}

TEST(sandbox_without_landlock_writes_nothing)
{
    CHECK_EQ(confined(false, opens), 1);
}

TEST(sandbox_keeps_inside)
{
    CHECK_EQ(confined(true, reaches), 0);
    CHECK_EQ(confined(false, reaches), 0);
}

TEST(sandbox_kills_who_was_taken_over)
{
    CHECK_EQ(confined(true, unshares), -SIGSYS);
}

TEST_MAIN("work/sandbox")
