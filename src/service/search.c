/* SearchDocuments of Quern's own API. */
#include "store/search.h"

#include "service/search.h"

static const int64_t usual_limit = 20;

static void put_box(q_value *map, q_search_box box)
{
    q_value *b = q_map_map(map, Q_STR("BoundingBox"));

    q_map_double(b, Q_STR("Width"), (double)box.width);
    q_map_double(b, Q_STR("Height"), (double)box.height);
    q_map_double(b, Q_STR("Left"), (double)box.left);
    q_map_double(b, Q_STR("Top"), (double)box.top);
}

/* The snippet in pieces; those with a box are what was looked for. */
static void put_snippet(q_value *hit, const q_search_hit *h)
{
    q_value *pieces = q_map_list(hit, Q_STR("Snippet"));
    size_t at = 0;

    for (size_t i = 0; i <= h->mark_count; i++) {
        size_t next = i < h->mark_count ? h->marks[i].from : h->snippet.n;
        q_value *piece;

        if (next > at)
            q_map_str(q_list_map(pieces), Q_STR("Text"), q_str_sub(h->snippet, at, next - at));
        if (i == h->mark_count)
            break;
        piece = q_list_map(pieces);
        q_map_str(piece, Q_STR("Text"), q_str_sub(h->snippet, next, h->marks[i].n));
        put_box(piece, h->marks[i].box);
        at = next + h->marks[i].n;
    }
}

static void put_hit(q_value *list, const q_search_hit *h)
{
    q_value *hit = q_list_map(list), *fields;

    q_map_str(hit, Q_STR("Source"), h->source);
    q_map_int(hit, Q_STR("Pages"), (int64_t)h->pages);
    q_map_time(hit, Q_STR("ReadTime"), (double)h->read_ms / 1000);
    if (h->page) {
        q_map_int(hit, Q_STR("Page"), (int64_t)h->page);
        put_snippet(hit, h);
    }
    fields = q_map_list(hit, Q_STR("Fields"));
    for (size_t i = 0; i < h->field_count; i++) {
        const q_search_field *f = &h->fields[i];
        q_value *field = q_list_map(fields);

        q_map_str(field, Q_STR("Type"), f->type);
        if (f->label.n)
            q_map_str(field, Q_STR("Label"), f->label);
        q_map_str(field, Q_STR("Value"), f->value);
        q_map_int(field, Q_STR("Page"), (int64_t)f->page);
        put_box(field, f->box);
    }
}

void q_search_reply(const q_search_result *r, q_value *out)
{
    q_value *list;

    q_map_int(out, Q_STR("Total"), (int64_t)r->total);
    list = q_map_list(out, Q_STR("Documents"));
    for (size_t i = 0; i < r->count; i++)
        put_hit(list, &r->hits[i]);
}

q_code search__documents(q_call *call)
{
    q_app *app = call->app;
    q_str query = q_value_str(call->in, Q_STR("Query"), Q_STR(""));
    int64_t from = q_value_int(call->in, Q_STR("From"), 0);
    int64_t limit = q_value_int(call->in, Q_STR("Limit"), usual_limit);
    q_search_result r;
    q_err why = {.code = Q_OK};
    q_code rc =
        q_search_find(app->catalog, query, (size_t)from, (size_t)limit, call->arena, &r, &why);

    if (rc == Q_INVALID)
        return q_call_fail(call, "ValidationException", "%s", why.msg);
    if (rc) {
        call->err = why;
        return rc;
    }
    q_search_reply(&r, call->out);
    return q_value_ok(call->out, &call->err);
}
