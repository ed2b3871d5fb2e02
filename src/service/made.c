#include "service/made.h"

#include "base/clock.h"

#include <stdio.h>

/* A new object is an event, whoever made it. */
static q_code announce(void *ctx, const q_object *made, q_err *err)
{
    const q_app *app = ctx;
    q_event e = {.name = Q_STR("ObjectCreated:Put"),
                 .bucket = made->bucket,
                 .key = made->key,
                 .etag = made->etag,
                 .size = made->size,
                 .time_ms = q_now_ms()};

    return app->events ? q_events_emit(app->events, &e, err) : Q_OK;
}

q_code q_made_put_written(q_app *app, q_writer *w, const q_made *made, q_err *err)
{
    char attributes[128];
    q_object_put put = {.bucket = made->bucket,
                        .key = made->key,
                        .now_ms = q_now_ms(),
                        .also = announce,
                        .also_ctx = app};

    snprintf(attributes, sizeof attributes, "{\"ContentType\":\"%s\"}", made->type);
    put.attributes = q_str_of(attributes);
    return q_object_put_written(app->objects, w, &put, NULL, err);
}

q_code q_made_put(q_app *app, const q_made *made, q_str bytes, q_err *err)
{
    q_writer *w = NULL;
    q_code rc = q_writer_new(app->objects, &w, err);

    if (!rc && bytes.n)
        rc = q_writer_put(w, bytes, err);
    if (!rc)
        rc = q_made_put_written(app, w, made, err);
    q_writer_free(w);
    return rc;
}
