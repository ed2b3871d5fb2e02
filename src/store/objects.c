#include "store/objects.h"

#include "base/log.h"
#include "store/fetch.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { FILES_MEMORY = 1 << 26 }; /* for the names of one transaction */

/* Does any row name this file? */
static q_code named(void *ctx, q_str id, bool *yes, q_err *err)
{
    q_objects *o = ctx;

    return fetch__any(o->catalog,
                      "SELECT 1 FROM object WHERE file = ?1"
                      " UNION ALL SELECT 1 FROM part WHERE file = ?1"
                      " UNION ALL SELECT 1 FROM upload WHERE file = ?1 LIMIT 1",
                      Q_PARAMS(Q_P_TEXT(id)), yes, err);
}

q_code q_objects_sweep(q_objects *o, size_t *removed, q_err *err)
{
    *removed = 0;
    return content__sweep(&o->content, named, o, &o->stop, removed, err);
}

static void *sweep(void *arg)
{
    q_objects *o = arg;
    size_t removed = 0;
    q_err err;

    if (q_objects_sweep(o, &removed, &err))
        q_log(Q_LOG_WARN, "sweep", "error=\"%s\"", err.msg);
    else if (removed)
        q_log(Q_LOG_INFO, "sweep", "removed=%zu", removed);
    return NULL;
}

/* Signals are for the threads that were there first. */
static bool sweeper_start(q_objects *o)
{
    sigset_t all, before;
    bool started;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&o->sweeper, NULL, sweep, o) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

q_code q_objects_room(const q_objects *o, int64_t bytes, q_err *err)
{
    struct statvfs fs;

    if (fstatvfs(o->content.tmp, &fs))
        return q_err_errno(err, "stat the file system of objects");
    if (bytes < 0 || (uint64_t)bytes / fs.f_frsize < fs.f_bavail)
        return Q_OK;
    return q_err_set(err, Q_FULL, "the disk has room for %llu bytes, not for %lld",
                     (unsigned long long)fs.f_bavail * fs.f_frsize, (long long)bytes);
}

q_code q_objects_open(const char *dir, q_catalog *c, q_objects **out, q_err *err)
{
    q_objects *o = calloc(1, sizeof *o);
    q_code rc;

    if (!o)
        return q_err_nomem(err);
    o->catalog = c;
    rc = content__init(&o->content, dir, err);
    if (rc)
        goto done;
    o->sweeping = sweeper_start(o);
    if (!o->sweeping) {
        rc = q_err_nomem(err);
        goto done;
    }
    *out = o;
    o = NULL; /* handed over */
done:
    q_objects_close(o);
    return rc;
}

void q_objects_close(q_objects *o)
{
    if (!o)
        return;
    o->stop = true;
    if (o->sweeping)
        pthread_join(o->sweeper, NULL);
    content__clear(&o->content);
    free(o);
}

q_code garbage__add(garbage *g, q_str id, q_err *err)
{
    if (!id.n)
        return Q_OK;
    if (id.n != CONTENT_ID - 1)
        return q_err_set(err, Q_INTERNAL, "content name \"%.*s\"", Q_ARG(id));
    if (q_heap_grow(&g->ids, &g->cap, g->n + 1, sizeof *g->ids))
        return q_err_nomem(err);
    memcpy(g->ids[g->n], id.p, id.n);
    g->ids[g->n++][id.n] = 0;
    return Q_OK;
}

q_code garbage__collect(garbage *g, q_catalog *c, const char *sql, q_str id, q_err *err)
{
    q_arena *a = q_arena_new(FILES_MEMORY);
    q_rows *rows = NULL;
    bool more = true;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = q_catalog_query(c, sql, Q_PARAMS(Q_P_TEXT(id)), &rows, err);
    while (!rc) {
        rc = q_rows_next(rows, &more, err);
        if (rc || !more)
            break;
        rc = garbage__add(g, q_rows_text(rows, 0, a), err);
    }
    q_rows_close(rows);
    q_arena_free(a);
    return rc;
}

void garbage__clear(garbage *g, q_objects *o, bool committed)
{
    for (size_t i = 0; i < g->n && committed; i++) {
        q_str id = q_str_of(g->ids[i]);
        bool yes = false;

        /* No transaction can name it anew: a copy starts from a row that
         * names it. When asking fails, the next sweep asks again.
         */
        if (named(o, id, &yes, NULL) == Q_OK && !yes)
            content__remove(&o->content, id);
    }
    free(g->ids);
    *g = (garbage){0};
}
