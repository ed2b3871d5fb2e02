/* work/runtime_parts.h - what the files of the runtime share. Private to them.
 *
 *     runtime.c           its life; a call, from the caller's side
 *     runtime_queue.c     brings invocations and processes together
 *     runtime_endpoint.c  what a process asks and answers, over HTTP
 *     runtime_process.c   starts, watches and ends a process
 *
 * Who holds what: everything marked "under mu" below. An invocation lives on
 * its caller's stack until `done`; it is in the queue, or some instance's
 * `current`, or done. An exchange is parked in at most one instance, and
 * whoever takes it out of there replies to it, after mu is given back.
 */
#ifndef WORK_RUNTIME_PARTS_H
#define WORK_RUNTIME_PARTS_H

#include "net/server.h"
#include "work/runtime.h"

#include <pthread.h>

typedef struct invocation {
    struct invocation *next;
    char id[37];
    q_str event; /* the caller's */
    int timeout_ms;
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

/* Under mu, all of these. */
void runtime__push(runtime *r, invocation *v);
void runtime__push_front(runtime *r, invocation *v);
invocation *runtime__pop(runtime *r);            /* NULL when the queue is empty */
void runtime__finish(runtime *r, invocation *v); /* tell its caller */
/* Make v the instance's work and build the reply that tells it. */
q_reply runtime__deliver(instance *in, invocation *v, q_exchange *x);

/* Have the instance's thread look again; under mu or not. */
void runtime__wake(const instance *in);

/* Not under mu, all of these. Bring queued invocations and instances together:
 * a waiting process gets one at once; otherwise one that rests, or another
 * one, is started.
 */
void runtime__dispatch(runtime *r);
void runtime__reply(q_exchange *x, int status, const char *json);

/* Open in->server, where the instance's process will poll. */
Q_MUST_USE q_code runtime__endpoint_open(instance *in, q_err *err);

/* The instance's thread: its processes, one after the other, until all is
 * closing.
 */
void *runtime__supervise(void *arg);

/* Is it a variable that the runtime sets, so that the server's own is not
 * passed on?
 */
bool runtime__is_setting(const char *variable);

#endif
