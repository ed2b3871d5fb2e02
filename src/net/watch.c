#include "net/watch.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
    TICK_MS = 500,
    LINGER_TICK_MS = 10,
    LINGER_MS = 3000,
    LINGER_MAX = 64, /* sockets kept at a time */
    LINGER_BYTES = 1 << 20,
    STAGE_PHASES = 8
};

struct watched {
    watched *next, *prev; /* under watch.mu */
    int fd;
    bool cut; /* under watch.mu */
    char remote[64];
    atomic_bool linger;
    _Atomic int64_t stage;       /* when it began, in ms, times STAGE_PHASES, plus the phase */
    _Atomic uint64_t body_bytes; /* in this window */
    int64_t send_stage, send_ms; /* the watching thread's: the sending stage it looks at, */
    uint64_t acked;              /* and how much the peer had taken at send_ms */
};

typedef struct lingering {
    int fd;
    int64_t until_ms;
} lingering;

struct watch {
    watch_limits limits;
    pthread_t thread;
    bool started;
    pthread_mutex_t mu;
    pthread_cond_t wake;        /* of the thread */
    pthread_cond_t empty;       /* count became 0 */
    watched *first;             /* under mu */
    size_t count;               /* under mu */
    bool draining, closing;     /* under mu */
    lingering kept[LINGER_MAX]; /* under mu */
    size_t kept_count;          /* under mu */
};

static int64_t now_ms(void)
{
    return q_monotonic_ns() / 1000000;
}

static int64_t stage_of(watch_phase phase, int64_t now)
{
    return now * STAGE_PHASES + phase;
}

static bool body_too_slow(const watch *w, watched *c, int64_t stage, int64_t now)
{
    if (atomic_exchange(&c->body_bytes, 0) >= w->limits.window_bytes) {
        atomic_compare_exchange_strong(&c->stage, &stage, stage_of(WATCH_BODY, now));
        return false;
    }
    return atomic_load(&c->stage) == stage; /* it did not just end */
}

static uint64_t acked_bytes(int fd)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof info;

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) ? 0 : info.tcpi_bytes_acked;
}

/* A peer that reads next to nothing, too, is measured by what it takes. */
static bool send_too_slow(const watch *w, watched *c, int64_t stage, int64_t now)
{
    uint64_t acked, before = c->acked;

    if (c->send_stage == stage && now - c->send_ms < w->limits.window_ms)
        return false;
    acked = acked_bytes(c->fd);
    c->acked = acked;
    c->send_ms = now;
    if (c->send_stage == stage)
        return acked - before < w->limits.window_bytes && atomic_load(&c->stage) == stage;
    c->send_stage = stage;
    return false;
}

static bool too_slow(const watch *w, watched *c, int64_t now)
{
    int64_t stage = atomic_load(&c->stage), age = now - stage / STAGE_PHASES;

    switch ((watch_phase)(stage % STAGE_PHASES)) {
    case WATCH_HEAD:
        return w->draining || age > w->limits.head_ms;
    case WATCH_BODY:
        return age >= w->limits.window_ms && body_too_slow(w, c, stage, now);
    case WATCH_WORK:
        return false;
    case WATCH_SEND:
        return send_too_slow(w, c, stage, now);
    case WATCH_IDLE:
        return w->draining || age > w->limits.idle_ms + w->limits.head_ms;
    }
    return false;
}

/* The loop thread sees the end of input, closes, and calls watch__remove. */
static void cut(watched *c)
{
    if (!c->cut)
        shutdown(c->fd, SHUT_RDWR);
    c->cut = true;
}

/* The peer's end of input that came together with its last bytes: epoll told
 * libmicrohttpd of both at once, and it read only the bytes. This is an event
 * of its own; a request that is read already still gets its reply.
 */
static void end_of_input_tell(watched *c)
{
    watch_phase phase = (watch_phase)(atomic_load(&c->stage) % STAGE_PHASES);
    char next;

    if (phase == WATCH_WORK || phase == WATCH_SEND)
        return;
    if (recv(c->fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        shutdown(c->fd, SHUT_RD);
}

/* Throw away what the peer still sends. True while it may send more. */
static bool lingers(lingering *l, int64_t now)
{
    char waste[16384];
    ssize_t n;
    size_t total = 0;

    if (now > l->until_ms)
        return false;
    do {
        n = recv(l->fd, waste, sizeof waste, MSG_DONTWAIT);
        total += n > 0 ? (size_t)n : 0;
    } while (n > 0 && total < LINGER_BYTES);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void linger_all(watch *w, int64_t now)
{
    size_t left = 0;

    for (size_t i = 0; i < w->kept_count; i++) {
        if (!w->closing && lingers(&w->kept[i], now))
            w->kept[left++] = w->kept[i];
        else
            q_fd_close(w->kept[i].fd);
    }
    w->kept_count = left;
}

static void wait_ms(pthread_cond_t *cond, pthread_mutex_t *mu, int64_t ms)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(cond, mu, &t);
}

static void *run(void *arg)
{
    watch *w = arg;

    pthread_mutex_lock(&w->mu);
    while (!w->closing) {
        int64_t now = now_ms();

        for (watched *c = w->first; c; c = c->next)
            if (too_slow(w, c, now))
                cut(c);
            else
                end_of_input_tell(c);
        linger_all(w, now);
        wait_ms(&w->wake, &w->mu, w->kept_count || w->draining ? LINGER_TICK_MS : TICK_MS);
    }
    linger_all(w, now_ms());
    pthread_mutex_unlock(&w->mu);
    return NULL;
}

static void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

q_code watch__new(const watch_limits *limits, watch **out, q_err *err)
{
    watch *w = calloc(1, sizeof *w);
    int e;

    if (!w)
        return q_err_nomem(err);
    w->limits = *limits;
    pthread_mutex_init(&w->mu, NULL);
    cond_init(&w->wake);
    cond_init(&w->empty);
    e = pthread_create(&w->thread, NULL, run, w);
    if (e) {
        watch__free(w);
        errno = e;
        return q_err_errno(err, "start the watching thread");
    }
    w->started = true;
    *out = w;
    return Q_OK;
}

void watch__free(watch *w)
{
    if (!w)
        return;
    if (w->started) {
        pthread_mutex_lock(&w->mu);
        w->closing = true;
        pthread_cond_signal(&w->wake);
        pthread_mutex_unlock(&w->mu);
        pthread_join(w->thread, NULL);
    }
    pthread_cond_destroy(&w->empty);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->mu);
    free(w);
}

watched *watch__add(watch *w, int fd, q_str remote)
{
    watched *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->fd = fd;
    memcpy(c->remote, remote.p, remote.n < sizeof c->remote ? remote.n : sizeof c->remote - 1);
    watched__phase(c, WATCH_HEAD);
    pthread_mutex_lock(&w->mu);
    c->next = w->first;
    if (w->first)
        w->first->prev = c;
    w->first = c;
    w->count++;
    pthread_mutex_unlock(&w->mu);
    return c;
}

/* Our half is closed, the reply is on its way: wait for the peer's half. */
static void keep(watch *w, watched *c)
{
    int fd;

    if (!atomic_load_explicit(&c->linger, memory_order_relaxed) || c->cut ||
        w->kept_count == LINGER_MAX)
        return;
    fd = fcntl(c->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return;
    shutdown(fd, SHUT_WR);
    w->kept[w->kept_count++] = (lingering){fd, now_ms() + LINGER_MS};
    pthread_cond_signal(&w->wake);
}

void watch__remove(watch *w, watched *c)
{
    pthread_mutex_lock(&w->mu);
    keep(w, c);
    if (c->prev)
        c->prev->next = c->next;
    else
        w->first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    if (--w->count == 0)
        pthread_cond_broadcast(&w->empty);
    pthread_mutex_unlock(&w->mu);
    free(c);
}

q_str watched__remote(const watched *c)
{
    return q_str_of(c->remote);
}

void watched__phase(watched *c, watch_phase phase)
{
    atomic_store(&c->stage, stage_of(phase, now_ms()));
    atomic_store(&c->body_bytes, 0);
}

void watched__bytes(watched *c, size_t n)
{
    atomic_fetch_add_explicit(&c->body_bytes, n, memory_order_relaxed);
}

void watched__linger(watched *c)
{
    atomic_store_explicit(&c->linger, true, memory_order_relaxed);
}

void watch__drain(watch *w)
{
    pthread_mutex_lock(&w->mu);
    w->draining = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mu);
}

void watch__cut(watch *w)
{
    pthread_mutex_lock(&w->mu);
    for (watched *c = w->first; c; c = c->next)
        cut(c);
    pthread_mutex_unlock(&w->mu);
}

bool watch__wait(watch *w, unsigned ms)
{
    int64_t until = now_ms() + ms, left;
    bool none;

    pthread_mutex_lock(&w->mu);
    while (w->count && (left = until - now_ms()) > 0)
        wait_ms(&w->empty, &w->mu, left);
    none = w->count == 0;
    pthread_mutex_unlock(&w->mu);
    return none;
}
