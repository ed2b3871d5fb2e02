#include "serving/served.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/pool.h"
#include "serving/batch.h"
#include "serving/join.h"
#include "serving/tensors.h"

#include <assert.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    PORTS_BYTES = 4 << 20,
    MESSAGE_BYTES = 1 << 30, /* of tensors, to a host */
    JOINED_BYTES = 1 << 30,  /* for one batch, there and back */
    PLANS_MORE = 8           /* beside those of the batch sizes */
};

/* Of one host; used by whoever runs a batch on it, so by one thread at a time. */
typedef struct seat {
    q_worker *worker; /* NULL: to be opened when it is needed */
} seat;

struct q_served {
    atomic_int refs;
    q_served_config config;
    q_workers *workers;
    int fd;
    q_arena *arena;
    q_ports ports;
    bool may_join; /* as far as the ports tell */
    _Atomic int joining;
    _Atomic uint64_t restarts;
    batch_queue *queue;
    seat seats[Q_SERVED_HOSTS];
    pthread_mutex_t mu; /* held while hosts are added or ended */
    size_t hosts;       /* under mu */
};

/* One request. */
typedef struct ask {
    batch_ask base; /* first */
    const q_tensor *in;
    size_t in_count;
    int64_t until_ns;
    q_arena *arena;
    q_tensor *out;
    size_t out_count;
    q_code rc;
    q_err err;
} ask;

/* ---- hosts ------------------------------------------------------------- */

static q_code seat_open(q_served *s, size_t i, q_arena *a, q_ports *ports, q_err *err)
{
    host_options options = {.threads = s->config.threads,
                            .plans = s->config.max_batch + PLANS_MORE,
                            .timeout_ms = s->config.open_timeout_ms};

    return host__open(s->workers, s->fd, &options, a, ports, &s->seats[i].worker, err);
}

static void seat_close(q_served *s, size_t i)
{
    q_worker_release(s->seats[i].worker);
    s->seats[i].worker = NULL;
}

/* A living host: the one that is there, or a fresh one. The model was opened
 * before, so its ports are known.
 */
static q_code seat_ready(q_served *s, size_t i, q_err *err)
{
    q_arena *scratch;
    q_ports ports;
    q_code rc;

    if (s->seats[i].worker && q_worker_alive(s->seats[i].worker))
        return Q_OK;
    seat_close(s, i);
    atomic_fetch_add(&s->restarts, 1);
    scratch = q_arena_new(PORTS_BYTES);
    rc = scratch ? seat_open(s, i, scratch, &ports, err) : q_err_nomem(err);
    q_arena_free(scratch);
    return rc;
}

/* ---- running ----------------------------------------------------------- */

static q_code run_on(q_served *s, size_t host, const q_tensor *in, size_t count, int timeout_ms,
                     q_arena *a, q_tensor **out, size_t *out_count, q_err *err)
{
    q_buf b = q_buf_init(NULL, MESSAGE_BYTES);
    q_str message;
    q_code rc = seat_ready(s, host, err);

    if (!rc) {
        tensors__put(&b, in, count);
        rc = q_buf_finish(&b, &message, err);
    }
    if (!rc)
        rc = host__run(s->seats[host].worker, message, timeout_ms, a, out, out_count, err);
    q_buf_clear(&b);
    if (!rc && *out_count != s->ports.output_count)
        rc = q_err_set(err, Q_CRASHED, "a host answered %zu outputs instead of %zu", *out_count,
                       s->ports.output_count);
    return rc;
}

static void run_alone(q_served *s, size_t host, ask *k)
{
    int64_t left_ms = (k->until_ns - q_monotonic_ns()) / 1000000;

    if (left_ms <= 0)
        k->rc =
            q_err_set(&k->err, Q_TIMEOUT, "not answered within %d ms", s->config.run_timeout_ms);
    else
        k->rc = run_on(s, host, k->in, k->in_count, (int)left_ms, k->arena, &k->out, &k->out_count,
                       &k->err);
}

/* The inputs of all, one behind the other; run; *out has the rows of all. */
static q_code run_joined(q_served *s, size_t host, batch_ask *const *asks, size_t n, q_arena *a,
                         q_tensor **out, q_err *err)
{
    size_t inputs = s->ports.input_count, count = 0, rows = 0;
    q_tensor *in = q_arena_array(a, inputs, sizeof *in);
    const q_tensor **parts = q_arena_array(a, n, sizeof *parts);
    q_code rc = in && parts ? Q_OK : q_err_nomem(err);

    for (size_t i = 0; i < n; i++)
        rows += asks[i]->rows;
    for (size_t i = 0; i < inputs && !rc; i++) {
        for (size_t k = 0; k < n; k++)
            parts[k] = &((const ask *)asks[k])->in[i];
        rc = join__stack(parts, n, a, &in[i], err);
    }
    if (!rc)
        rc = run_on(s, host, in, inputs, s->config.run_timeout_ms, a, out, &count, err);
    if (!rc && join__rows(*out, count) != rows)
        rc = q_err_set(err, Q_UNSUPPORTED, "the outputs do not have the rows of the inputs");
    return rc;
}

/* Give each its rows. */
static q_code deal_out(q_served *s, const q_tensor *out, batch_ask *const *asks, size_t n,
                       q_err *err)
{
    size_t outputs = s->ports.output_count, at = 0;
    q_code rc = Q_OK;

    for (size_t k = 0; k < n && !rc; k++) {
        ask *one = (ask *)asks[k];

        one->out = q_arena_array(one->arena, outputs, sizeof *one->out);
        one->out_count = outputs;
        one->rc = Q_OK;
        if (!one->out)
            rc = q_err_nomem(err);
        for (size_t i = 0; i < outputs && !rc; i++)
            rc = join__slice(&out[i], at, one->base.rows, one->arena, &one->out[i], err);
        at += one->base.rows;
    }
    return rc;
}

/* The first batch that comes about: all have been answered alone; were the
 * answers the same jointly?
 */
static bool joining_holds(const q_served *s, const q_tensor *out, batch_ask *const *asks, size_t n,
                          q_arena *a)
{
    size_t outputs = s->ports.output_count, at = 0;
    q_tensor *rows = q_arena_array(a, outputs, sizeof *rows);

    for (size_t k = 0; k < n; k++) {
        const ask *one = (const ask *)asks[k];

        for (size_t i = 0; i < outputs && !one->rc; i++)
            if (!rows || join__slice(&out[i], at, one->base.rows, a, &rows[i], NULL) ||
                !join__same(&rows[i], &one->out[i], 1))
                return false;
        at += one->base.rows;
    }
    return true;
}

static void run_each(q_served *s, size_t host, batch_ask *const *asks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        run_alone(s, host, (ask *)asks[i]);
}

/* Several requests at once. When it fails, or may not be, each for itself. */
static void run_batch(q_served *s, size_t host, batch_ask *const *asks, size_t n)
{
    q_arena *a = q_arena_new(JOINED_BYTES);
    bool trying = atomic_load(&s->joining) == Q_JOINING_UNTRIED;
    q_tensor *out = NULL;
    q_err err = {.code = Q_OK};
    q_code rc = a ? run_joined(s, host, asks, n, a, &out, &err) : Q_NOMEM;

    if (!rc && !trying)
        rc = deal_out(s, out, asks, n, &err);
    if (rc || trying)
        run_each(s, host, asks, n);
    if (rc == Q_UNSUPPORTED)
        atomic_store(&s->joining, Q_JOINING_OFF);
    else if (!rc && trying)
        atomic_store(&s->joining, joining_holds(s, out, asks, n, a) ? Q_JOINING_ON : Q_JOINING_OFF);
    q_arena_free(a);
}

static void run(void *ctx, size_t host, batch_ask *const *asks, size_t n)
{
    if (n == 1)
        run_alone(ctx, host, (ask *)asks[0]);
    else
        run_batch(ctx, host, asks, n);
}

static bool joins(void *ctx, const batch_ask *a, const batch_ask *b)
{
    const q_served *s = ctx;
    const ask *x = (const ask *)a, *y = (const ask *)b;

    return atomic_load(&s->joining) != Q_JOINING_OFF && join__alike(x->in, y->in, x->in_count);
}

q_code q_served_run(q_served *s, const q_tensor *in, size_t in_count, q_arena *a, q_tensor **out,
                    size_t *out_count, q_err *err)
{
    ask k = {.in = in,
             .in_count = in_count,
             .arena = a,
             .until_ns = q_monotonic_ns() + s->config.run_timeout_ms * (int64_t)1000000};
    q_code rc;

    if (s->may_join && in_count == s->ports.input_count)
        k.base.rows = join__rows(in, in_count);
    rc = batch__ask(s->queue, &k.base, s->config.run_timeout_ms, err);
    if (rc)
        return rc;
    if (k.rc) {
        if (err)
            *err = k.err;
        return k.rc;
    }
    *out = k.out;
    *out_count = k.out_count;
    return Q_OK;
}

/* ---- life -------------------------------------------------------------- */

static q_code open_seats(q_served *s, q_err *err)
{
    q_code rc = Q_OK;

    while (s->hosts < s->config.hosts && !rc) {
        rc = seat_open(s, s->hosts, s->arena, &s->ports, err);
        s->hosts += !rc;
    }
    return rc;
}

q_code q_served_open(q_workers *hosts, int fd, const q_served_config *config, q_served **out,
                     q_err *err)
{
    q_served *s = calloc(1, sizeof *s);
    batch_config queue = {.hosts = config->hosts,
                          .max_rows = config->max_batch,
                          .max_wait_ms = config->max_wait_ms,
                          .joins = joins,
                          .run = run,
                          .ctx = s};
    q_code rc = Q_OK;

    assert(config->hosts > 0 && config->hosts <= Q_SERVED_HOSTS);
    if (!s)
        return q_err_nomem(err);
    s->refs = 1;
    s->config = *config;
    if (!s->config.threads)
        s->config.threads = q_cpu_count();
    s->workers = hosts;
    pthread_mutex_init(&s->mu, NULL);
    s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    s->arena = q_arena_new((size_t)PORTS_BYTES * Q_SERVED_HOSTS);
    if (s->fd < 0)
        rc = q_err_errno(err, "keep the model's file");
    else if (!s->arena)
        rc = q_err_nomem(err);
    if (!rc)
        rc = open_seats(s, err);
    if (!rc)
        rc = batch__new(&queue, &s->queue, err);
    if (rc) {
        q_served_unref(s);
        return rc;
    }
    s->may_join = config->max_batch > 1 && ports__free_rows(&s->ports);
    *out = s;
    return Q_OK;
}

q_served *q_served_ref(q_served *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void q_served_unref(q_served *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) > 1)
        return;
    batch__free(s->queue);
    for (size_t i = 0; i < s->hosts; i++)
        seat_close(s, i);
    q_fd_close(s->fd);
    q_arena_free(s->arena);
    pthread_mutex_destroy(&s->mu);
    free(s);
}

const q_ports *q_served_ports(const q_served *s)
{
    return &s->ports;
}

q_code q_served_resize(q_served *s, size_t hosts, q_err *err)
{
    q_arena *scratch = q_arena_new((size_t)PORTS_BYTES * Q_SERVED_HOSTS);
    q_ports ports;
    q_code rc = scratch ? Q_OK : q_err_nomem(err);
    size_t n;

    assert(hosts > 0 && hosts <= Q_SERVED_HOSTS);
    pthread_mutex_lock(&s->mu);
    for (n = s->hosts; n < hosts && !rc; n += !rc)
        rc = seat_open(s, n, scratch, &ports, err);
    while (rc && n > s->hosts)
        seat_close(s, --n);
    if (!rc) {
        batch__resize(s->queue, hosts);
        for (n = hosts; n < s->hosts; n++)
            seat_close(s, n);
        s->hosts = hosts;
    }
    pthread_mutex_unlock(&s->mu);
    q_arena_free(scratch);
    return rc;
}

q_served_stats q_served_stats_of(q_served *s)
{
    q_served_stats st = {.restarts = atomic_load(&s->restarts),
                         .joining =
                             s->may_join ? (q_joining)atomic_load(&s->joining) : Q_JOINING_OFF};

    batch__counts(s->queue, &st.requests, &st.batches);
    pthread_mutex_lock(&s->mu);
    st.hosts = s->hosts;
    pthread_mutex_unlock(&s->mu);
    return st;
}
