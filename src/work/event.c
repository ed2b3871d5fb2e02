#include "work/event.h"

#include <stdlib.h>

enum { MAX_LISTENERS = 16 };

typedef struct listener {
    const char *prefix;
    q_listener fn;
    void *ctx;
} listener;

struct q_events {
    listener list[MAX_LISTENERS]; /* complete before requests come: no lock */
    size_t count;
};

q_code q_events_new(q_events **out, q_err *err)
{
    q_events *ev = calloc(1, sizeof *ev);

    if (!ev)
        return q_err_nomem(err);
    *out = ev;
    return Q_OK;
}

void q_events_free(q_events *ev)
{
    free(ev);
}

q_code q_events_listen(q_events *ev, const char *prefix, q_listener fn, void *ctx, q_err *err)
{
    if (ev->count == MAX_LISTENERS)
        return q_err_set(err, Q_LIMIT, "more than %d listeners", MAX_LISTENERS);
    ev->list[ev->count++] = (listener){prefix, fn, ctx};
    return Q_OK;
}

q_code q_events_emit(q_events *ev, const q_event *e, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < ev->count && !rc; i++)
        if (q_str_starts(e->name, q_str_of(ev->list[i].prefix)))
            rc = ev->list[i].fn(ev->list[i].ctx, e, err);
    return rc;
}
