/* A process from its start to its end, on the instance's thread. */
#include "work/runtime_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "work/process.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { ENVIRONMENT = 512, LINE = 1024 };

bool runtime__is_setting(const char *variable)
{
    return strncmp(variable, "AWS_", 4) == 0 || strncmp(variable, "LAMBDA_", 7) == 0 ||
           strncmp(variable, "_HANDLER", 8) == 0;
}

/* The server's environment without its AWS settings, then the function's. */
static void environment_make(const runtime *r, char *api, char **out)
{
    size_t n = 0;

    for (size_t i = 0; environ[i] && n < ENVIRONMENT - 20; i++)
        if (!runtime__is_setting(environ[i]))
            out[n++] = environ[i];
    for (size_t i = 0; r->settings[i]; i++)
        out[n++] = r->settings[i];
    out[n++] = api;
    out[n] = NULL;
}

/* Its output, line by line into the log. `line` keeps an unfinished one. */
static bool output_read(const instance *in, const process *p, char *line, size_t *n)
{
    ssize_t got = read(p->output, line + *n, LINE - 1 - *n);
    size_t from = 0;

    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    *n += (size_t)got;
    for (size_t i = 0; i < *n; i++) {
        if (line[i] != '\n' && i + 1 - from < LINE - 1)
            continue;
        q_log(Q_LOG_INFO, "function", "name=%s %.*s", in->owner->name,
              (int)(i - from + (line[i] != '\n')), line + from);
        from = i + 1;
    }
    *n -= from;
    memmove(line, line + from, *n);
    return true;
}

/* When the instance's thread must act next; 0: only when something happens.
 * *working_ms is the time that its present work may take, 0 without any.
 */
static int64_t deadline_of(instance *in, int64_t init_deadline, bool *closing, int *working_ms)
{
    runtime *r = in->owner;
    int64_t t;

    pthread_mutex_lock(&r->mu);
    *closing = r->closing;
    *working_ms = in->current ? in->current->timeout_ms : 0;
    if (in->current)
        t = in->current->deadline_ns;
    else if (!in->ready)
        t = init_deadline;
    else if (!in->parked) /* it owes us its next poll */
        t = in->ended_ns + r->timeout_ms * 1000000LL;
    else
        t = 0;
    pthread_mutex_unlock(&r->mu);
    return t;
}

static q_code too_late(int working_ms, q_err *err)
{
    if (!working_ms)
        return q_err_set(err, Q_TIMEOUT, "its process did not ask for work in time");
    return q_err_set(err, Q_TIMEOUT, "Task timed out after %.2f seconds", working_ms / 1000.0);
}

/* Watch until the process ends, a time limit passes, or all is closing: why. */
static q_code watch(instance *in, process *p, q_err *err)
{
    int64_t init_deadline = q_monotonic_ns() + RUNTIME_INIT_MS * 1000000LL;
    char line[LINE];
    size_t line_n = 0;
    bool output = true;
    q_code rc = Q_OK;
    uint64_t count;

    while (!rc) {
        struct pollfd fds[3] = {{.fd = p->pidfd, .events = POLLIN},
                                {.fd = in->wake, .events = POLLIN},
                                {.fd = output ? p->output : -1, .events = POLLIN}};
        int working_ms = 0;
        bool closing = false;
        int64_t t = deadline_of(in, init_deadline, &closing, &working_ms), left = -1;

        if (t)
            left = (t - q_monotonic_ns() + 999999) / 1000000;
        if (closing)
            rc = q_err_set(err, Q_CANCELLED, "the server is stopping");
        else if (t && left <= 0)
            rc = too_late(working_ms, err);
        else if (poll(fds, 3, (int)left) < 0 && errno != EINTR)
            rc = q_err_errno(err, "poll");
        if (rc)
            break;
        if (fds[1].revents && read(in->wake, &count, sizeof count) < 0 && errno != EAGAIN)
            rc = q_err_errno(err, "eventfd");
        if (fds[2].revents)
            output = output_read(in, p, line, &line_n);
        if (fds[0].revents)
            rc = q_err_set(err, Q_CRASHED, "it ended");
    }
    errno = 0;
    for (int i = 0; i < 64 && output && errno != EAGAIN; i++) /* its last words */
        output = output_read(in, p, line, &line_n);
    if (line_n)
        q_log(Q_LOG_INFO, "function", "name=%s %.*s", in->owner->name, (int)line_n, line);
    return rc;
}

/* Start a process and see it through; *err says how that went. */
static void run(instance *in, q_err *err)
{
    runtime *r = in->owner;
    char *environment[ENVIRONMENT], api[80];
    process p = {0, -1, -1};
    int status = 0;
    q_code rc = runtime__endpoint_open(in, err);

    if (rc)
        return;
    snprintf(api, sizeof api, "AWS_LAMBDA_RUNTIME_API=%s", q_server_address(in->server));
    environment_make(r, api, environment);
    rc = process__start(r->folder, "bootstrap", environment, &p, err);
    if (rc)
        return;
    rc = watch(in, &p, err);
    process__end(&p, &status);
    if (rc != Q_CRASHED)
        return;
    if (WIFSIGNALED(status))
        q_err_set(err, Q_CRASHED, "its process was ended by signal %d (%s)", WTERMSIG(status),
                  strsignal(WTERMSIG(status)));
    else
        q_err_set(err, Q_CRASHED, "its process exited with status %d", WEXITSTATUS(status));
}

/* The process is gone: fail what it worked on, or, if it never asked for work,
 * the one it was started for.
 */
static void clean_up(instance *in, q_err *err)
{
    runtime *r = in->owner;
    q_exchange *parked;
    invocation *v;

    pthread_mutex_lock(&r->mu);
    parked = in->parked;
    v = in->current;
    if (!v && !in->ready)
        v = runtime__pop(r);
    if (v) {
        v->err = in->init.code ? in->init : *err;
        q_err_add(&v->err, v->err.code, "function %s", r->name);
        runtime__finish(r, v);
    }
    in->parked = NULL;
    in->current = NULL;
    in->alive = in->ready = false;
    in->init.code = Q_OK;
    pthread_mutex_unlock(&r->mu);
    if (parked)
        runtime__reply(parked, 500, "{\"errorType\":\"ProcessGone\"}");
    q_server_free(in->server, 0); /* so that nothing of this process reaches the next */
    in->server = NULL;
    if (!v || err->code != Q_CANCELLED)
        q_log(Q_LOG_INFO, "function", "name=%s process gone: %s", r->name, err->msg);
    runtime__dispatch(r);
}

void *runtime__supervise(void *arg)
{
    instance *in = arg;
    runtime *r = in->owner;

    for (;;) {
        q_err err = {.code = Q_OK};
        bool closing;

        pthread_mutex_lock(&r->mu);
        while (!in->wanted && !r->closing)
            pthread_cond_wait(&r->start, &r->mu);
        closing = r->closing;
        in->wanted = false;
        in->alive = !closing;
        pthread_mutex_unlock(&r->mu);
        if (closing)
            return NULL;
        run(in, &err);
        clean_up(in, &err);
    }
}
