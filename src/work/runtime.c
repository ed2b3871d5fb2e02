/* Who holds what: everything marked "under mu" below. An invocation lives on
 * its caller's stack until `done`; it is in the queue, or some instance's
 * `current`, or done. An exchange is parked in at most one instance, and
 * whoever takes it out of there replies to it, after mu is given back.
 */
#include "work/runtime.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "net/server.h"
#include "work/process.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define API "/2018-06-01/runtime/"

enum { ENVIRONMENT = 512, LINE = 1024 };

typedef struct invocation {
    struct invocation *next;
    char id[37];
    q_str event; /* the caller's */
    int64_t deadline_ns;
    bool done;
    q_err err;    /* code Q_OK: a result */
    char *result; /* on the heap */
    size_t result_n;
} invocation;

typedef struct instance {
    runtime *owner;
    pthread_t thread;
    q_server *server;    /* the endpoint of the process that runs */
    int wake;            /* eventfd: something changed for the thread */
    bool wanted;         /* under mu: start the process */
    bool alive;          /* under mu: it was started, or is being */
    bool ready;          /* under mu: it has asked for work */
    q_exchange *parked;  /* under mu: its waiting poll */
    invocation *current; /* under mu: what it works on */
    int64_t ended_ns;    /* under mu: when it answered last */
    q_err init;          /* under mu: its own account of why it does not start */
} instance;

struct runtime {
    char *name, *folder;
    char *arn;
    int timeout_ms;
    char *settings[16]; /* "NAME=value" that functions get, NULL-terminated */
    pthread_mutex_t mu;
    pthread_cond_t done, start;
    invocation *first, *last; /* under mu; the queue */
    bool closing;             /* under mu */
    size_t count;             /* under mu; instances with a thread */
    instance instances[RUNTIME_INSTANCES];
};

/* ---- the queue (all under mu) ------------------------------------------ */

static void queue_push(runtime *r, invocation *v)
{
    v->next = NULL;
    if (r->last)
        r->last->next = v;
    else
        r->first = v;
    r->last = v;
}

static void queue_push_front(runtime *r, invocation *v)
{
    v->next = r->first;
    r->first = v;
    if (!r->last)
        r->last = v;
}

static invocation *queue_pop(runtime *r)
{
    invocation *v = r->first;

    if (v) {
        r->first = v->next;
        if (!r->first)
            r->last = NULL;
    }
    return v;
}

static void finish(runtime *r, invocation *v)
{
    v->done = true;
    pthread_cond_broadcast(&r->done);
}

static void wake(const instance *in)
{
    uint64_t one = 1;

    if (write(in->wake, &one, sizeof one) < 0)
        q_log(Q_LOG_DEBUG, "function", "eventfd: %s", strerror(errno));
}

/* ---- replies ----------------------------------------------------------- */

static void reply_json(q_exchange *x, int status, const char *json)
{
    q_reply r;

    q_reply_init(&r, q_exchange_arena(x));
    r.status = status;
    r.body = q_str_of(json);
    if (q_reply_header(&r, "Content-Type", Q_STR("application/json")))
        r.header_count = 0;
    q_exchange_reply(x, &r);
}

/* Under mu: make v the instance's work and build the reply that tells it. */
static q_reply delivery(instance *in, invocation *v, q_exchange *x)
{
    runtime *r = in->owner;
    q_arena *a = q_exchange_arena(x);
    int64_t until_ms = q_now_ms() + r->timeout_ms;
    char deadline[24], *mine = q_str_cstr(a, q_str_of(v->id));
    q_reply reply;
    q_code rc;

    in->current = v;
    v->deadline_ns = q_monotonic_ns() + r->timeout_ms * 1000000LL;
    snprintf(deadline, sizeof deadline, "%lld", (long long)until_ms);
    q_exchange_set_state(x, mine);
    q_reply_init(&reply, a);
    reply.body = q_str_copy(a, v->event);
    rc = q_reply_header(&reply, "Content-Type", Q_STR("application/json"));
    if (!rc)
        rc = q_reply_header(&reply, "Lambda-Runtime-Aws-Request-Id", q_str_of(v->id));
    if (!rc)
        rc = q_reply_header(&reply, "Lambda-Runtime-Deadline-Ms", q_str_of(deadline));
    if (!rc)
        rc = q_reply_header(&reply, "Lambda-Runtime-Invoked-Function-Arn", q_str_of(r->arn));
    if (rc || !mine || !reply.body.p) { /* the arena has room for far more */
        reply.status = 500;
        reply.body = Q_STR("");
    }
    wake(in);
    return reply;
}

static void *supervise(void *arg);

/* Under mu. Start a process for the queue if those about to ask for work are too few. */
static void instance_want(runtime *r)
{
    size_t queued = 0, coming = 0;
    instance *rest = NULL;

    for (invocation *v = r->first; v; v = v->next)
        queued++;
    for (size_t i = 0; i < r->count; i++) {
        instance *in = &r->instances[i];

        if (in->wanted || (in->alive && !in->current)) /* it will ask soon */
            coming++;
        else if (!in->alive)
            rest = in;
    }
    if (queued <= coming)
        return;
    if (!rest && r->count < RUNTIME_INSTANCES) {
        rest = &r->instances[r->count];
        rest->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (rest->wake >= 0 && pthread_create(&rest->thread, NULL, supervise, rest) == 0) {
            r->count++;
        } else {
            q_fd_close(rest->wake);
            rest = NULL;
        }
    }
    if (r->count == 0) { /* else those at work come round to the queue */
        invocation *v = queue_pop(r);

        q_err_set(&v->err, Q_IO, "function %s: no thread for its process", r->name);
        finish(r, v);
    }
    if (rest) {
        rest->wanted = true;
        pthread_cond_broadcast(&r->start);
    }
}

/* Bring queued invocations and instances together: a waiting process gets one
 * at once; otherwise one that rests, or another one, is started.
 */
static void dispatch(runtime *r)
{
    q_exchange *to[RUNTIME_INSTANCES];
    q_reply replies[RUNTIME_INSTANCES];
    size_t n = 0;

    pthread_mutex_lock(&r->mu);
    for (size_t i = 0; i < r->count && r->first; i++) {
        instance *in = &r->instances[i];

        if (!in->parked)
            continue;
        to[n] = in->parked;
        in->parked = NULL;
        replies[n] = delivery(in, queue_pop(r), to[n]);
        n++;
    }
    if (r->first && !r->closing)
        instance_want(r);
    pthread_mutex_unlock(&r->mu);
    for (size_t i = 0; i < n; i++)
        q_exchange_reply(to[i], &replies[i]);
}

/* ---- the runtime API (on the endpoint's loop thread) ------------------- */

static bool path_is(q_exchange *x, const char *method, const char *path)
{
    const q_request *q = q_exchange_request(x);

    return q_str_is(q->method, method) && q_str_is(q->path, path);
}

/* /invocation/ID/WHAT */
static q_str path_id(q_exchange *x, const char *what)
{
    q_str path = q_exchange_request(x)->path, prefix = Q_STR(API "invocation/"), id, tail;

    if (!q_str_is(q_exchange_request(x)->method, "POST") || !q_str_starts(path, prefix) ||
        !q_str_cut(q_str_sub(path, prefix.n, path.n), '/', &id, &tail) || !q_str_is(tail, what))
        return (q_str){NULL, 0};
    return id;
}

static void on_begin(void *ctx, q_exchange *x)
{
    q_buf *body;

    (void)ctx;
    if (!q_exchange_has_body(x))
        return;
    body = q_arena_alloc(q_exchange_arena(x), sizeof *body);
    if (!body)
        return;
    *body = q_buf_init(q_exchange_arena(x), RUNTIME_PAYLOAD);
    q_exchange_set_state(x, body);
}

static void on_body(void *ctx, q_exchange *x, q_str bytes)
{
    q_buf *body = q_exchange_state(x);

    (void)ctx;
    if (body)
        q_buf_put(body, bytes);
}

static void next(instance *in, q_exchange *x)
{
    runtime *r = in->owner;
    q_exchange *old = NULL;
    q_reply reply;
    enum { NOW, LATER, NEVER } when;

    pthread_mutex_lock(&r->mu);
    when = !in->alive ? NEVER : r->first && !in->current ? NOW : LATER;
    if (when != NEVER) {
        old = in->parked;
        in->parked = NULL;
        in->ready = true;
    }
    if (when == NOW) {
        reply = delivery(in, queue_pop(r), x);
    } else if (when == LATER) {
        q_exchange_set_state(x, NULL);
        q_exchange_later(x);
        in->parked = x;
    }
    wake(in);
    pthread_mutex_unlock(&r->mu);
    if (when == NOW)
        q_exchange_reply(x, &reply);
    else if (when == NEVER) /* the last words of a process that has ended */
        reply_json(x, 500, "{\"errorType\":\"ProcessGone\"}");
    if (old) /* its process polls anew: that one is not heard any more */
        reply_json(old, 500, "{\"errorType\":\"Superseded\"}");
}

/* The instance's work, if it has this id: taken from it. */
static invocation *current_take(instance *in, q_str id)
{
    invocation *v = in->current;

    if (!v || !q_str_is(id, v->id))
        return NULL;
    in->current = NULL;
    return v;
}

/* What {"errorType", "errorMessage"} says, as one sentence. */
static void error_read(q_arena *a, q_str json, q_err *err)
{
    q_value *v = NULL;
    q_str type = {NULL, 0}, message = {NULL, 0};

    if (q_json_parse(a, json, &v, NULL) == Q_OK) {
        type = q_value_str(v, Q_STR("errorType"), Q_STR("Error"));
        message = q_value_str(v, Q_STR("errorMessage"), Q_STR(""));
    }
    if (type.p)
        q_err_set(err, Q_INVALID, "%.*s: %.*s", Q_ARG(type), Q_ARG(message));
    else
        q_err_set(err, Q_INVALID, "Unhandled: %.*s", Q_ARG(q_str_sub(json, 0, 400)));
}

static void outcome(instance *in, q_exchange *x, q_str id, bool failed, const q_buf *body)
{
    runtime *r = in->owner;
    bool too_long = body && body->rc;
    q_str bytes = body && !too_long ? q_buf_str(body) : (q_str){NULL, 0};
    q_err err = {.code = Q_OK};
    invocation *v;
    char *copy;

    if (failed)
        error_read(q_exchange_arena(x), bytes, &err);
    else if (too_long)
        q_err_set(&err, Q_LIMIT, "Function.ResponseSizeTooLarge: a result of more than %d bytes",
                  RUNTIME_PAYLOAD);
    copy = malloc(bytes.n + 1);
    if (!copy)
        q_err_nomem(&err);
    else if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    pthread_mutex_lock(&r->mu);
    v = current_take(in, id);
    if (v) {
        v->err = err;
        v->result = copy;
        v->result_n = bytes.n;
        copy = NULL;
        in->ended_ns = q_monotonic_ns();
        finish(r, v);
    }
    wake(in);
    pthread_mutex_unlock(&r->mu);
    free(copy);
    if (!v)
        reply_json(x, 400,
                   "{\"errorMessage\":\"not the current invocation\","
                   "\"errorType\":\"InvalidRequestID\"}");
    else if (too_long)
        reply_json(x, 413,
                   "{\"errorMessage\":\"the result is too long\","
                   "\"errorType\":\"RequestEntityTooLarge\"}");
    else
        reply_json(x, 202, "{\"status\":\"OK\"}");
}

static void on_end(void *ctx, q_exchange *x)
{
    instance *in = ctx;
    const q_buf *body = q_exchange_state(x);

    if (path_is(x, "GET", API "invocation/next")) {
        next(in, x);
    } else if (path_id(x, "response").p) {
        outcome(in, x, path_id(x, "response"), false, body);
    } else if (path_id(x, "error").p) {
        outcome(in, x, path_id(x, "error"), true, body);
    } else if (path_is(x, "POST", API "init/error")) {
        pthread_mutex_lock(&in->owner->mu);
        error_read(q_exchange_arena(x), body ? q_buf_str(body) : Q_STR(""), &in->init);
        pthread_mutex_unlock(&in->owner->mu);
        reply_json(x, 202, "{\"status\":\"OK\"}");
    } else {
        reply_json(x, 404, "{\"errorMessage\":\"no such path\",\"errorType\":\"NotFound\"}");
    }
}

/* A delivery that never arrived goes back to the head of the queue. */
static void on_gone(void *ctx, q_exchange *x, bool sent)
{
    instance *in = ctx;
    runtime *r = in->owner;
    const char *id = q_exchange_state(x);
    invocation *v = NULL;

    if (sent || !id || !path_is(x, "GET", API "invocation/next"))
        return;
    pthread_mutex_lock(&r->mu);
    v = current_take(in, q_str_of(id));
    if (v)
        queue_push_front(r, v);
    pthread_mutex_unlock(&r->mu);
    if (v)
        dispatch(r);
}

static q_code endpoint_open(instance *in, q_err *err)
{
    q_server_config c = {.address = "127.0.0.1", .port = "0", .threads = 1};

    /* A process may compute for minutes between two of its requests. */
    c.limits = (q_server_limits){.idle_s = 3600, .connections = 16};
    c.handler = (q_server_handler){on_begin, on_body, on_end, on_gone, in};
    return q_server_new(&c, &in->server, err);
}

/* ---- the process (on the instance's thread) ---------------------------- */

static bool is_setting(const char *variable)
{
    return strncmp(variable, "AWS_", 4) == 0 || strncmp(variable, "LAMBDA_", 7) == 0 ||
           strncmp(variable, "_HANDLER", 8) == 0;
}

/* The server's environment without its AWS settings, then the function's. */
static void environment_make(const runtime *r, char *api, char **out)
{
    size_t n = 0;

    for (size_t i = 0; environ[i] && n < ENVIRONMENT - 20; i++)
        if (!is_setting(environ[i]))
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

/* When the instance's thread must act next; 0: only when something happens. */
static int64_t deadline_of(instance *in, int64_t init_deadline, bool *closing, bool *working)
{
    runtime *r = in->owner;
    int64_t t;

    pthread_mutex_lock(&r->mu);
    *closing = r->closing;
    *working = in->current != NULL;
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

static q_code too_late(const instance *in, bool working, q_err *err)
{
    if (!working)
        return q_err_set(err, Q_TIMEOUT, "its process did not ask for work in time");
    return q_err_set(err, Q_TIMEOUT, "Task timed out after %.2f seconds",
                     in->owner->timeout_ms / 1000.0);
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
        bool closing = false, working = false;
        int64_t t = deadline_of(in, init_deadline, &closing, &working), left = -1;

        if (t)
            left = (t - q_monotonic_ns() + 999999) / 1000000;
        if (closing)
            rc = q_err_set(err, Q_CANCELLED, "the server is stopping");
        else if (t && left <= 0)
            rc = too_late(in, working, err);
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
    q_code rc = endpoint_open(in, err);

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
        v = queue_pop(r);
    if (v) {
        v->err = in->init.code ? in->init : *err;
        q_err_add(&v->err, v->err.code, "function %s", r->name);
        finish(r, v);
    }
    in->parked = NULL;
    in->current = NULL;
    in->alive = in->ready = false;
    in->init.code = Q_OK;
    pthread_mutex_unlock(&r->mu);
    if (parked)
        reply_json(parked, 500, "{\"errorType\":\"ProcessGone\"}");
    q_server_free(in->server, 0); /* so that nothing of this process reaches the next */
    in->server = NULL;
    if (!v || err->code != Q_CANCELLED)
        q_log(Q_LOG_INFO, "function", "name=%s process gone: %s", r->name, err->msg);
    dispatch(r);
}

static void *supervise(void *arg)
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

/* ---- life -------------------------------------------------------------- */

static q_code settings_make(runtime *r, const runtime_config *c, q_err *err)
{
    const char *const pairs[][2] = {
        {"_HANDLER", "function.handler"},
        {"LAMBDA_TASK_ROOT", r->folder},
        {"AWS_LAMBDA_FUNCTION_NAME", r->name},
        {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
        {"AWS_ENDPOINT_URL", c->endpoint_url},
        {"AWS_REGION", c->region},
        {"AWS_DEFAULT_REGION", c->region},
        {"AWS_ACCESS_KEY_ID", c->access_key},
        {"AWS_SECRET_ACCESS_KEY", c->secret_key},
        {"AWS_EC2_METADATA_DISABLED", "true"}, /* SDKs would look for it on the network */
        {"NO_PROXY", "127.0.0.1,localhost,::1"},
        {"no_proxy", "127.0.0.1,localhost,::1"},
    };
    size_t n = 0;

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!is_setting(pairs[i][0]) && getenv(pairs[i][0])) /* the operator's own word */
            continue;
        if (asprintf(&r->settings[n], "%s=%s", pairs[i][0], pairs[i][1]) < 0) {
            r->settings[n] = NULL;
            return q_err_nomem(err);
        }
        n++;
    }
    return Q_OK;
}

q_code runtime__new(const runtime_config *config, runtime **out, q_err *err)
{
    runtime *r = calloc(1, sizeof *r);
    q_code rc = Q_OK;

    if (!r)
        return q_err_nomem(err);
    pthread_mutex_init(&r->mu, NULL);
    pthread_cond_init(&r->done, NULL);
    pthread_cond_init(&r->start, NULL);
    r->timeout_ms = config->timeout_ms;
    r->name = strndup(config->name.p, config->name.n);
    r->folder = strndup(config->folder.p, config->folder.n);
    for (size_t i = 0; i < RUNTIME_INSTANCES; i++)
        r->instances[i] = (instance){.owner = r, .wake = -1};
    if (asprintf(&r->arn, "arn:aws:lambda:%s:000000000000:function:%.*s", config->region,
                 Q_ARG(config->name)) < 0)
        r->arn = NULL;
    if (!r->name || !r->folder || !r->arn)
        rc = q_err_nomem(err);
    if (!rc)
        rc = settings_make(r, config, err);
    if (rc) {
        runtime__free(r);
        return rc;
    }
    *out = r;
    return Q_OK;
}

void runtime__free(runtime *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->mu);
    assert(!r->first);
    r->closing = true;
    pthread_cond_broadcast(&r->start);
    for (size_t i = 0; i < r->count; i++)
        wake(&r->instances[i]);
    pthread_mutex_unlock(&r->mu);
    for (size_t i = 0; i < r->count; i++) {
        pthread_join(r->instances[i].thread, NULL);
        q_fd_close(r->instances[i].wake);
    }
    for (size_t i = 0; r->settings[i]; i++)
        free(r->settings[i]);
    free(r->name);
    free(r->folder);
    free(r->arn);
    pthread_cond_destroy(&r->done);
    pthread_cond_destroy(&r->start);
    pthread_mutex_destroy(&r->mu);
    free(r);
}

q_code runtime__invoke(runtime *r, q_str event, q_arena *a, q_str *result, q_err *err)
{
    invocation v = {.event = event};
    q_code rc = Q_OK;
    char *copy;

    if (event.n > RUNTIME_PAYLOAD)
        return q_err_set(err, Q_LIMIT, "an event of %zu bytes; at most %d", event.n,
                         RUNTIME_PAYLOAD);
    if (!q_uuid(v.id))
        return q_err_set(err, Q_INTERNAL, "the kernel gave no random bytes");
    pthread_mutex_lock(&r->mu);
    queue_push(r, &v);
    pthread_mutex_unlock(&r->mu);
    dispatch(r);
    pthread_mutex_lock(&r->mu);
    while (!v.done)
        pthread_cond_wait(&r->done, &r->mu);
    pthread_mutex_unlock(&r->mu);
    if (v.err.code) {
        rc = q_err_set(err, v.err.code, "%s", v.err.msg);
    } else {
        copy = q_str_cstr(a, (q_str){v.result, v.result_n});
        *result = (q_str){copy, v.result_n};
        rc = copy ? Q_OK : q_err_nomem(err);
    }
    free(v.result);
    return rc;
}
