/* service/platform.h - all rooms opened over one data folder, and served.
 *
 *     q_platform_open    catalog, objects, keys, jobs, workers: no network yet
 *     q_platform_serve   listen; functions learn the address; jobs run
 *     q_platform_close   stop accepting, drain, end what runs
 *
 * Several processes may have the same folder open; each runs jobs.
 */
#ifndef Q_SERVICE_PLATFORM_H
#define Q_SERVICE_PLATFORM_H

#include "service/app.h"

typedef struct q_platform q_platform;

typedef struct q_platform_config {
    const char *data_dir;
    const char *address, *port;     /* port "0": the kernel picks */
    const char *tls_cert, *tls_key; /* PEM files; both or neither */
    size_t document_bytes;          /* of a document in a request; 0: 10 MiB */
    size_t pages;                   /* of a document at most; 0: 3000 */
    size_t queries;                 /* asked of one document at most; 0: 200 */
    const char *visitors;           /* bots they may talk to (service/visitors.h); NULL: none */
    const char *recogniser;         /* a name (document/recognise.h); NULL: the best there is */
} q_platform_config;

/* The folder is made when it is not there, with a fresh root key in it. */
Q_MUST_USE q_code q_platform_open(const q_platform_config *config, q_platform **out, q_err *err);
/* *endpoint ("http://127.0.0.1:8470") is borrowed from the platform. */
Q_MUST_USE q_code q_platform_serve(q_platform *p, const char **endpoint, q_err *err);
/* Waits for running requests at most drain_ms. NULL is fine. */
void q_platform_close(q_platform *p, unsigned drain_ms);

q_app *q_platform_app(q_platform *p);

#endif
