/* TagResource, UntagResource, ListTagsForResource: of all that has an ARN. */
#include "service/comprehend.h"

#include <string.h>

enum { TAGS = 50 };

typedef struct tagged {
    const q_call *call;
    const char *space;
    q_str key;
    size_t count; /* of tags, had the change been made */
} tagged;

/* The record that ResourceArn names. */
static q_code resource(q_call *call, tagged *out)
{
    q_str arn = q_value_str(call->in, Q_STR("ResourceArn"), Q_STR(""));

    *out = (tagged){.call = call};
    if (!comprehend__arn_record(arn, &out->space, &out->key))
        return q_call_fail(call, "ResourceNotFoundException",
                           "ResourceArn is %.*s; this server keeps nothing of that kind",
                           Q_ARG(arn));
    return Q_OK;
}

static q_code not_found(q_call *call)
{
    return q_call_fail(call, "ResourceNotFoundException", "there is no %.*s",
                       Q_ARG(q_value_str(call->in, Q_STR("ResourceArn"), Q_STR(""))));
}

static bool has_tag(const q_value *tags, q_str key)
{
    for (const q_value *t = q_value_first(tags); t; t = t->next)
        if (q_str_eq(q_value_str(t, Q_STR("Key"), Q_STR("")), key))
            return true;
    return false;
}

static bool has_text(const q_value *list, q_str text)
{
    for (const q_value *v = q_value_first(list); v; v = v->next)
        if (q_str_eq(v->s, text))
            return true;
    return false;
}

static void put_tag(q_value *list, const q_value *tag)
{
    q_value *map = q_list_map(list);

    q_map_copy(map, Q_STR("Key"), q_value_get(tag, Q_STR("Key")));
    q_map_copy(map, Q_STR("Value"), q_value_get(tag, Q_STR("Value")));
}

/* The record's tags without those that the call names, then the call's own. */
static q_code change(void *ctx, const q_value *doc, q_value *to, q_err *err)
{
    static const char *const but[] = {"Tags", NULL};
    tagged *t = ctx;
    const q_value *added = q_value_get(t->call->in, Q_STR("Tags"));
    const q_value *removed = q_value_get(t->call->in, Q_STR("TagKeys"));
    q_value *list = q_map_list(to, Q_STR("Tags"));

    for (const q_value *v = q_value_first(q_value_get(doc, Q_STR("Tags"))); v; v = v->next) {
        q_str key = q_value_str(v, Q_STR("Key"), Q_STR(""));

        if (!has_tag(added, key) && !has_text(removed, key))
            put_tag(list, v);
    }
    for (const q_value *v = q_value_first(added); v; v = v->next)
        put_tag(list, v);
    t->count = q_value_count(list);
    if (t->count > TAGS)
        return q_err_set(err, Q_CANCELLED, "too many tags");
    comprehend__copy_but(to, doc, but);
    return Q_OK;
}

static q_code apply(q_call *call)
{
    const q_app *app = call->app;
    tagged t;
    q_code rc = resource(call, &t);

    if (!rc)
        rc = comprehend__change(app->catalog, t.space, t.key, change, &t, &call->err);
    else
        return rc;
    if (rc == Q_NOTFOUND)
        return not_found(call);
    if (rc == Q_BUSY)
        return q_call_fail(call, "ConcurrentModificationException",
                           "others change the same resource; try again");
    if (!rc && t.count > TAGS)
        return q_call_fail(call, "TooManyTagsException",
                           "the resource would have %zu tags; at most %d", t.count, TAGS);
    return rc;
}

q_code comprehend__tag(q_call *call)
{
    q_code rc = comprehend__check_tags(call);

    return rc ? rc : apply(call);
}

q_code comprehend__untag(q_call *call)
{
    size_t n = q_value_count(q_value_get(call->in, Q_STR("TagKeys")));

    if (n > TAGS)
        return q_call_fail(call, "TooManyTagKeysException", "TagKeys has %zu keys; at most %d", n,
                           TAGS);
    return apply(call);
}

q_code comprehend__list_tags(q_call *call)
{
    const q_app *app = call->app;
    q_value *doc = NULL, *list;
    tagged t;
    q_code rc = resource(call, &t);

    if (rc)
        return rc;
    rc = comprehend__load(app->catalog, t.space, t.key, call->arena, &doc, NULL, &call->err);
    if (rc == Q_NOTFOUND)
        return not_found(call);
    if (rc)
        return rc;
    q_map_copy(call->out, Q_STR("ResourceArn"), q_value_get(call->in, Q_STR("ResourceArn")));
    list = q_map_list(call->out, Q_STR("Tags"));
    for (const q_value *v = q_value_first(q_value_get(doc, Q_STR("Tags"))); v; v = v->next)
        put_tag(list, v);
    return q_value_ok(call->out, &call->err);
}
