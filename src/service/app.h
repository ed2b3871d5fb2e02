/* service/app.h - the running platform, as handlers reach it (q_call.app). */
#ifndef Q_SERVICE_APP_H
#define Q_SERVICE_APP_H

#include "base/pool.h"
#include "document/document.h"
#include "language/models.h"
#include "store/catalog.h"
#include "wire/call.h"
#include "work/event.h"
#include "work/function.h"
#include "work/job.h"
#include "work/worker.h"

typedef struct q_credentials q_credentials; /* store/credentials.h */
typedef struct q_objects q_objects;         /* store/object.h */
typedef struct q_bots q_bots;               /* service/lex_bots.h */
typedef struct q_endpoints q_endpoints;     /* service/sagemaker.h */
typedef struct q_comprehend q_comprehend;   /* service/comprehend.h */
typedef struct q_visitors q_visitors;       /* service/visitors.h */

/* What the documented limits of the API's operations are here. None is 0. */
typedef struct q_app_limits {
    q_document_limits document; /* of one that is read */
    size_t queries;             /* asked of a document at a time */
} q_app_limits;

typedef struct q_app {
    const char *data_dir;
    q_catalog *catalog;
    q_objects *objects;
    q_workers *workers;  /* that read documents */
    q_workers *pictures; /* that draw their pages for people */
    q_workers *writers;  /* that write searchable PDFs */
    q_workers *hosts;    /* that serve models */
    q_workers *learners; /* that train models of texts */
    q_workers *archives; /* that unpack zips of bots */
    q_endpoints *endpoints;
    q_comprehend *comprehend;
    q_jobs *jobs;
    q_events *events;
    q_functions *functions;
    q_language *language;
    q_bots *bots;         /* NULL is fine: then no bot's model is kept */
    q_visitors *visitors; /* NULL: there are none */
    q_credentials *credentials;
    q_pool *compute[Q_WAITS_KINDS];
    size_t document_bytes; /* of a document sent in a request, at most; 0: 10 MiB */
    q_app_limits limits;
    char account[13]; /* twelve digits and a NUL */
} q_app;

#endif
