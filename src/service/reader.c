#include "service/reader.h"

#include "service/reader_wire.h"

#include "base/clock.h"
#include "base/pool.h"
#include "document/page_codec.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MAX_PARALLEL = 64,
    REPLY_MEMORY = 256 << 20, /* for one page's bytes */
    /* A long document takes several workers. A dense page takes 4 s of a processor with AVX-512,
     * 80 s of one without any vectors.
     */
    WORKER_CPU_SECONDS = 3600,
    PAGES_A_LEASE = 20,
    RETRY_MS = 100, /* till a helper asks again for a free worker */
    PAGES_AHEAD = 8 /* of the page that is handed on next, for each worker */
};

const q_read_options q_read_default_options = {
    .limits = {.max_pages = 3000, .max_pixels = 100000000, .max_bytes = (size_t)512 << 20},
    .timeout_ms = 3600 * 1000,
    .page_timeout_ms = 600 * 1000};

q_code q_reader_workers_new(size_t slots, const char *recogniser, q_workers **out, q_err *err)
{
    static const char *const argv[] = {"/proc/self/exe", Q_WORKER_COMMAND, NULL};
    q_workers_config config = {.spawner_argv = argv,
                               .slots = slots,
                               .memory_bytes = (size_t)2 << 30,
                               .cpu_seconds = WORKER_CPU_SECONDS};
    char chosen[64];
    const char *const settings[] = {chosen, NULL};

    snprintf(chosen, sizeof chosen, "QUERN_RECOGNISER=%s", recogniser ? recogniser : "");
    if (recogniser)
        config.settings = settings;
    return q_workers_new(&config, out, err);
}

/* A page that waits to be handed on. */
typedef struct arrival {
    q_arena *arena; /* NULL: of a page that is skipped */
    q_page page;
    bool there;
} arrival;

/* One document being read. Pages are given out in order; after a failure that ends it no
 * further ones are, so the lowest failing page is always among those tried.
 */
typedef struct reading {
    q_workers *workers;
    const q_read_options *options; /* without zeros where there is a default */
    int fd;
    int64_t deadline_ns;
    size_t total;

    pthread_mutex_t mu;
    pthread_cond_t changed;
    size_t next, done;  /* under mu */
    size_t helpers;     /* under mu: threads still at work beside the caller's */
    size_t failed_page; /* under mu; SIZE_MAX: none */
    q_err failure;      /* under mu */
    q_arena *arena;     /* under mu: the caller's */
    q_page *pages;      /* each written by whoever reads it, under mu */
    arrival *arrivals;  /* under mu; instead of pages when they are handed on */
    size_t handed;      /* under mu: so many were */
    bool handing;       /* under mu: a thread is at it */
    q_err **missing;    /* under mu: why a page could not be read, where that is no end */
} reading;

/* One thread's worker. */
typedef struct lease {
    reading *r;
    q_worker *worker; /* NULL: none yet */
    size_t read;      /* pages, on this lease */
} lease;

/* How long a call may take. Q_TIMEOUT when the document's time is over. */
static q_code time_left(const reading *r, int *ms, q_err *err)
{
    int64_t left = (r->deadline_ns - q_monotonic_ns()) / 1000000;

    if (left <= 0)
        return q_err_set(err, Q_TIMEOUT, "the document was not read within %d s",
                         r->options->timeout_ms / 1000);
    *ms = left < r->options->page_timeout_ms ? (int)left : r->options->page_timeout_ms;
    return Q_OK;
}

static q_code call(lease *l, const char *task, q_str request, bool with_file, q_arena *a,
                   q_str *reply, q_err *err)
{
    int ms = 0;
    q_code rc = time_left(l->r, &ms, err);

    if (rc)
        return rc;
    return q_worker_call(l->worker, task, request, &l->r->fd, with_file, ms, a, reply, err);
}

static void lease_end(lease *l)
{
    q_worker_release(l->worker);
    l->worker = NULL;
    l->read = 0;
}

/* Let the leased worker open the document. */
static q_code open_document(lease *l, size_t *page_count, q_err *err)
{
    q_str request = {(const char *)&l->r->options->limits, sizeof l->r->options->limits}, reply;
    reader_open_reply opened;
    q_arena *a = q_arena_new(1 << 16);
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = call(l, READER_OPEN, request, true, a, &reply, err);
    if (!rc && reply.n != sizeof opened)
        rc = q_err_set(err, Q_INTERNAL, "a worker answered %zu bytes", reply.n);
    if (!rc) {
        memcpy(&opened, reply.p, sizeof opened);
        *page_count = (size_t)opened.page_count;
    }
    q_arena_free(a);
    return rc;
}

/* A worker that has opened the document. `wait` false: Q_BUSY without a free one. */
static q_code lease_begin(lease *l, bool wait, q_err *err)
{
    size_t count;
    q_code rc = wait ? q_worker_lease(l->r->workers, &l->worker, err)
                     : q_worker_try_lease(l->r->workers, &l->worker, err);

    if (!rc)
        rc = open_document(l, &count, err);
    if (rc)
        lease_end(l);
    return rc;
}

/* The processors' share of each worker that is busy, or soon will be with this document. */
static size_t threads_each(const reading *r)
{
    size_t ours = r->total < r->options->parallel ? r->total : r->options->parallel;
    size_t busy = q_workers_leased(r->workers), share;

    share = q_cpu_count() / (busy > ours ? busy : ours);
    return share ? share : 1;
}

/* Keep a page in an arena of its own till it is handed on. */
static q_code arrive(reading *r, size_t index, q_str bytes, q_err *err)
{
    arrival x = {.arena = q_arena_new(REPLY_MEMORY), .there = true};
    q_code rc = x.arena ? q_page_decode(bytes, x.arena, &x.page, err) : q_err_nomem(err);

    if (rc) {
        q_arena_free(x.arena);
        return rc;
    }
    pthread_mutex_lock(&r->mu);
    r->arrivals[index] = x;
    pthread_mutex_unlock(&r->mu);
    return Q_OK;
}

/* Read a page and keep it. */
static q_code read_page(lease *l, size_t index, q_err *err)
{
    reader_read_request request = {index + l->r->options->first, threads_each(l->r),
                                   l->r->options->marks, l->r->options->how};
    q_arena *a = q_arena_new(REPLY_MEMORY);
    q_str reply;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = call(l, READER_READ, (q_str){(const char *)&request, sizeof request}, false, a, &reply,
              err);
    if (!rc && l->r->arrivals) {
        rc = arrive(l->r, index, reply, err);
    } else if (!rc) {
        pthread_mutex_lock(&l->r->mu);
        rc = q_page_decode(reply, l->r->arena, &l->r->pages[index], err);
        pthread_mutex_unlock(&l->r->mu);
    }
    q_arena_free(a);
    return rc;
}

/* The next page to read; false when there is none, or reading has failed. */
static bool page_take(reading *r, size_t *index)
{
    bool more;

    pthread_mutex_lock(&r->mu);
    for (;;) {
        while (r->options->skip && r->next < r->total && r->options->skip[r->next])
            r->next++;
        more = r->next < r->total && r->failed_page == SIZE_MAX;
        if (!more || !r->arrivals || r->next < r->handed + PAGES_AHEAD * r->options->parallel)
            break;
        pthread_cond_wait(&r->changed, &r->mu); /* whoever reads or hands on a page tells */
    }
    if (more)
        *index = r->next++;
    pthread_mutex_unlock(&r->mu);
    return more;
}

/* Whether the rest can be read without this page: what it failed with is the page's own fault. */
static bool can_miss(const reading *r, q_code rc)
{
    return r->missing && rc != Q_CANCELLED && rc != Q_NOMEM && rc != Q_IO && rc != Q_INTERNAL;
}

/* Under mu. */
static bool miss_page(reading *r, size_t index, const q_err *err)
{
    q_err *kept = q_arena_alloc(r->arena, sizeof *kept);

    if (!kept)
        return false;
    *kept = *err;
    r->missing[index] = kept;
    r->pages[index] = (q_page){.width_pt = 612, .height_pt = 792}; /* nothing on a sheet */
    return true;
}

static void page_done(reading *r, size_t index, q_code rc, const q_err *err)
{
    pthread_mutex_lock(&r->mu);
    if (!rc || (can_miss(r, rc) && miss_page(r, index, err)))
        r->done++;
    else if (index < r->failed_page) {
        r->failed_page = index;
        r->failure = *err;
        r->failure.code = rc;
    }
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->mu);
}

/* Hand on what has arrived, in order. */
static void hand_on(reading *r)
{
    pthread_mutex_lock(&r->mu);
    while (r->arrivals && !r->handing && r->handed < r->total && r->failed_page == SIZE_MAX &&
           r->arrivals[r->handed].there) {
        arrival *x = &r->arrivals[r->handed];
        q_err err = {.code = Q_OK};
        q_code rc;

        r->handing = true;
        pthread_mutex_unlock(&r->mu);
        rc = r->options->page(r->options->page_ctx, r->handed, x->arena ? &x->page : NULL, &err);
        pthread_mutex_lock(&r->mu);
        q_arena_free(x->arena);
        x->arena = NULL;
        r->handing = false;
        if (rc) {
            r->failed_page = r->handed;
            r->failure = err;
            r->failure.code = rc;
        }
        r->handed++;
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->mu);
}

static void progress(reading *r, size_t done)
{
    if (r->options->progress)
        r->options->progress(r->options->progress_ctx, done, r->total);
}

static q_code check_cancelled(const reading *r, q_err *err)
{
    if (r->options->cancelled && r->options->cancelled(r->options->cancelled_ctx))
        return q_err_set(err, Q_CANCELLED, "reading was cancelled");
    return Q_OK;
}

/* Read pages until there are none. The lease has opened the document. */
static void read_pages(lease *l, bool report)
{
    reading *r = l->r;
    size_t index, count;

    while (page_take(r, &index)) {
        q_err err = {.code = Q_OK};
        q_code rc = check_cancelled(r, &err);

        if (!rc && (!l->worker || l->read == PAGES_A_LEASE)) {
            lease_end(l);
            rc = lease_begin(l, true, &err);
        }
        if (!rc)
            rc = read_page(l, index, &err);
        err.code = rc;
        l->read++;
        if (rc) /* it may have died of the page */
            lease_end(l);
        page_done(r, index, rc, &err);
        hand_on(r);
        if (report) {
            pthread_mutex_lock(&r->mu);
            count = r->done;
            pthread_mutex_unlock(&r->mu);
            progress(r, count);
        }
    }
}

static void wait_a_moment(reading *r)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += RETRY_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&r->mu);
    if (r->next < r->total && r->failed_page == SIZE_MAX)
        pthread_cond_timedwait(&r->changed, &r->mu, &until);
    pthread_mutex_unlock(&r->mu);
}

static bool pages_remain(reading *r)
{
    bool remain;

    pthread_mutex_lock(&r->mu);
    remain = r->next < r->total && r->failed_page == SIZE_MAX;
    pthread_mutex_unlock(&r->mu);
    return remain;
}

/* A helper takes a worker only while one is free and pages remain. What keeps
 * it from one is no failure: the caller's thread reads all the same.
 */
static void *help(void *arg)
{
    reading *r = arg;
    lease l = {.r = r};

    while (pages_remain(r)) {
        q_code rc = lease_begin(&l, false, NULL);

        if (!rc)
            read_pages(&l, false);
        else if (rc == Q_BUSY)
            wait_a_moment(r);
        else
            break;
    }
    lease_end(&l);
    pthread_mutex_lock(&r->mu);
    r->helpers--;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->mu);
    return NULL;
}

static size_t helpers_start(reading *r, pthread_t *threads)
{
    size_t wanted = r->options->parallel, n = 0;

    wanted = wanted > MAX_PARALLEL ? MAX_PARALLEL : wanted;
    wanted = wanted > r->total ? r->total : wanted;
    while (n + 1 < wanted) {
        pthread_mutex_lock(&r->mu);
        r->helpers++;
        pthread_mutex_unlock(&r->mu);
        if (pthread_create(&threads[n], NULL, help, r)) {
            pthread_mutex_lock(&r->mu);
            r->helpers--;
            pthread_mutex_unlock(&r->mu);
            break; /* fewer will do */
        }
        n++;
    }
    return n;
}

/* Wait for the helpers' last pages and tell of each. */
static void helpers_await(reading *r)
{
    size_t told = 0, done;
    bool busy = true;

    while (busy) {
        pthread_mutex_lock(&r->mu);
        while (r->helpers && r->done == told)
            pthread_cond_wait(&r->changed, &r->mu);
        done = r->done;
        busy = r->helpers > 0;
        pthread_mutex_unlock(&r->mu);
        if (done != told && busy)
            progress(r, done);
        told = done;
    }
}

/* What is not to be read has arrived. */
static void skip_pages(reading *r)
{
    for (size_t i = 0; i < r->total && r->arrivals && r->options->skip; i++)
        if (r->options->skip[i]) {
            r->arrivals[i].there = true;
            r->done++;
        }
}

static void arrivals_free(reading *r)
{
    for (size_t i = 0; i < r->total && r->arrivals; i++)
        q_arena_free(r->arrivals[i].arena);
    free(r->arrivals);
}

/* Tell of the pages that are missing. Fails when all are. */
static q_code put_failures(reading *r, q_err *err)
{
    q_read_failures *f = r->options->failures;

    *f = (q_read_failures){q_arena_array(r->arena, r->total, sizeof *f->items), 0};
    if (!f->items)
        return q_err_nomem(err);
    for (size_t i = 0; i < r->total; i++)
        if (r->missing[i])
            f->items[f->count++] = (q_read_failure){i, *r->missing[i]};
    if (f->count == 0 || f->count < r->total)
        return Q_OK;
    if (err)
        *err = f->items[0].error;
    return q_err_add(err, f->items[0].error.code, "page 1");
}

static q_code read_all(reading *r, lease *l, q_err *err)
{
    pthread_t threads[MAX_PARALLEL];
    size_t helpers;

    if (r->options->page)
        r->arrivals = calloc(r->total, sizeof *r->arrivals);
    else
        r->pages = q_arena_array(r->arena, r->total, sizeof *r->pages);
    if (r->options->failures)
        r->missing = q_arena_array(r->arena, r->total, sizeof *r->missing);
    if ((!r->pages && !r->arrivals) || (r->options->failures && !r->missing))
        return q_err_nomem(err);
    skip_pages(r);
    hand_on(r);
    helpers = helpers_start(r, threads);
    read_pages(l, true);
    lease_end(l); /* at once, for whoever waits for a worker */
    helpers_await(r);
    for (size_t i = 0; i < helpers; i++)
        pthread_join(threads[i], NULL);
    if (r->failed_page == SIZE_MAX) {
        progress(r, r->total);
        return r->missing ? put_failures(r, err) : Q_OK;
    }
    if (err)
        *err = r->failure;
    return q_err_add(err, r->failure.code, "page %zu", r->failed_page + 1);
}

static q_read_options with_defaults(const q_read_options *given)
{
    q_read_options o = *given;
    const q_read_options *d = &q_read_default_options;

    o.limits.max_pages = o.limits.max_pages ? o.limits.max_pages : d->limits.max_pages;
    o.limits.max_pixels = o.limits.max_pixels ? o.limits.max_pixels : d->limits.max_pixels;
    o.limits.max_bytes = o.limits.max_bytes ? o.limits.max_bytes : d->limits.max_bytes;
    o.timeout_ms = o.timeout_ms ? o.timeout_ms : d->timeout_ms;
    o.page_timeout_ms = o.page_timeout_ms ? o.page_timeout_ms : d->page_timeout_ms;
    o.parallel = o.parallel ? o.parallel : q_cpu_count();
    return o;
}

/* Of the document's pages, those that are wanted. */
static q_code select_pages(reading *r, q_err *err)
{
    const q_read_options *o = r->options;

    if (o->first > r->total || o->count > r->total - o->first)
        return q_err_set(err, Q_INVALID, "the document has only %zu pages", r->total);
    r->total = o->count ? o->count : r->total - o->first;
    return Q_OK;
}

q_code q_read_document(q_workers *w, int fd, const q_read_options *options, q_arena *a,
                       q_pages *out, q_err *err)
{
    q_read_options filled = with_defaults(options);
    reading r = {.workers = w,
                 .options = &filled,
                 .fd = fd,
                 .mu = PTHREAD_MUTEX_INITIALIZER,
                 .changed = PTHREAD_COND_INITIALIZER,
                 .failed_page = SIZE_MAX,
                 .arena = a};
    lease l = {.r = &r};
    q_code rc;

    rc = q_worker_lease(w, &l.worker, err);
    if (rc)
        goto done;
    r.deadline_ns = q_monotonic_ns() + (int64_t)filled.timeout_ms * 1000000;
    rc = open_document(&l, &r.total, err);
    if (rc)
        goto done;
    if (r.total > filled.limits.max_pages) { /* not what a sound worker says */
        rc = q_err_set(err, Q_CRASHED, "a worker answered nonsense");
        goto done;
    }
    rc = select_pages(&r, err);
    if (!rc)
        rc = read_all(&r, &l, err);
    if (!rc)
        *out = (q_pages){r.pages, r.pages ? r.total : 0};
done:
    arrivals_free(&r);
    lease_end(&l);
    pthread_cond_destroy(&r.changed);
    pthread_mutex_destroy(&r.mu);
    return rc;
}
