/* All objects whose keys begin with a prefix, one open at a time. */
#include "service/comprehend.h"

#include "store/listing.h"
#include "store/object.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 1000, LISTING = 16 << 20, KEY = 1025 };

struct comprehend_objects {
    q_app *app;
    q_arena *arena; /* of bucket and prefix */
    q_str bucket, prefix;
    size_t folder; /* bytes of a key that no name has */

    q_arena *page;
    q_listing listing;
    size_t next; /* of the listing */
    bool listed;
    char key[KEY]; /* of the last object */
};

q_code comprehend__objects_open(q_app *app, q_str url, comprehend_objects **out, q_err *err)
{
    comprehend_objects *o = calloc(1, sizeof *o);
    q_code rc = Q_OK;

    if (!o)
        return q_err_nomem(err);
    o->app = app;
    o->arena = q_arena_new((size_t)4 * KEY);
    url = o->arena ? q_str_copy(o->arena, url) : (q_str){NULL, 0};
    if (!url.p)
        rc = q_err_nomem(err);
    else if (!comprehend__url(url, &o->bucket, &o->prefix))
        rc = q_err_set(err, Q_INVALID, "%.*s is no s3://BUCKET/PREFIX", Q_ARG(url));
    if (rc) {
        comprehend__objects_close(o);
        return rc;
    }
    for (size_t i = 0; i < o->prefix.n; i++)
        if (o->prefix.p[i] == '/')
            o->folder = i + 1;
    *out = o;
    return Q_OK;
}

void comprehend__objects_close(comprehend_objects *o)
{
    if (!o)
        return;
    q_arena_free(o->page);
    q_arena_free(o->arena);
    free(o);
}

/* The next thousand names. */
static q_code list_page(comprehend_objects *o, q_err *err)
{
    q_listing_query query = {.bucket = o->bucket,
                             .prefix = o->prefix,
                             .delimiter = Q_STR(""),
                             .after = q_str_of(o->key),
                             .limit = PAGE};

    q_arena_free(o->page);
    o->page = q_arena_new(LISTING);
    o->next = 0;
    o->listed = true;
    o->listing.count = 0;
    if (!o->page)
        return q_err_nomem(err);
    return q_listing_read(o->app->objects, &query, o->page, &o->listing, err);
}

q_code comprehend__objects_next(comprehend_objects *o, comprehend_object *out, bool *more,
                                q_err *err)
{
    q_code rc = Q_NOTFOUND;

    while (rc == Q_NOTFOUND) { /* what was deleted meanwhile is passed over */
        q_object object;

        if (o->next == o->listing.count) {
            *more = !o->listed || o->listing.truncated;
            rc = *more ? list_page(o, err) : Q_OK;
            if (rc || !*more)
                return rc;
            rc = Q_NOTFOUND;
            continue;
        }
        object = o->listing.items[o->next++].object;
        memcpy(o->key, object.key.p, object.key.n);
        o->key[object.key.n] = 0;
        if (q_str_ends(object.key, Q_STR("/"))) /* stands for a folder */
            continue;
        rc = q_object_open(o->app->objects, o->bucket, object.key, o->page, &object, &out->fd, err);
        out->size = object.size;
    }
    out->name = q_str_of(o->key + o->folder);
    *more = true;
    return rc;
}
