#include "service/search.h"

#include "base/buf.h"
#include "document/expense.h"
#include "store/search.h"

static const size_t memory = (size_t)1 << 30;

static q_search_box box_of(q_box b)
{
    return (q_search_box){(float)b.left, (float)b.top, (float)b.width, (float)b.height};
}

static q_code index_page(const q_page *page, q_arena *a, q_search_page *out, q_err *err)
{
    q_search_box *boxes = q_arena_array(a, page->word_count, sizeof *boxes);
    q_buf text = q_buf_init(a, SIZE_MAX);

    if (!boxes)
        return q_err_nomem(err);
    for (size_t i = 0; i < page->word_count; i++) {
        if (i)
            q_buf_char(&text, ' ');
        q_buf_put(&text, page->words[i].text);
        boxes[i] = box_of(page->words[i].box);
    }
    out->boxes = boxes;
    out->words = page->word_count;
    return q_buf_finish(&text, &out->text, err);
}

static q_code index_field(const q_expense_field *f, q_arena *a, q_search_field *out, q_err *err)
{
    char day[11];

    *out = (q_search_field){.type = f->type,
                            .label = f->label.present ? f->label.text : Q_STR(""),
                            .value = f->value.text,
                            .page = f->page,
                            .box = box_of(f->value.box),
                            .day = {"", 0}};
    out->has_number = q_amount_parse(f->value.text, &out->number);
    if (!q_day_parse(f->value.text, day))
        return Q_OK;
    out->day = q_str_copy(a, q_str_of(day));
    return out->day.p ? Q_OK : q_err_nomem(err);
}

static q_code index_fields(const q_pages *pages, q_arena *a, q_search_document *d, q_err *err)
{
    q_search_field *fields;
    q_expense e;
    q_code rc = q_expense_read(pages, a, &e, err);

    if (rc)
        return rc;
    fields = q_arena_array(a, e.field_count, sizeof *fields);
    if (!fields)
        return q_err_nomem(err);
    for (size_t i = 0; i < e.field_count && !rc; i++)
        rc = index_field(&e.fields[i], a, &fields[i], err);
    d->fields = fields;
    d->field_count = e.field_count;
    return rc;
}

q_code q_search_index(q_catalog *c, q_str source, q_str version, const q_pages *pages,
                      int64_t now_ms, q_err *err)
{
    q_search_document d = {.source = source, .version = version};
    q_search_page *items;
    q_arena *a = NULL;
    bool has = false;
    q_code rc = q_search_has(c, source, version, &has, err);

    if (rc || has)
        return rc;
    a = q_arena_new(memory);
    items = a ? q_arena_array(a, pages->count, sizeof *items) : NULL;
    if (!items)
        rc = q_err_nomem(err);
    for (size_t i = 0; i < pages->count && !rc; i++)
        rc = index_page(&pages->pages[i], a, &items[i], err);
    d.pages = items;
    d.page_count = pages->count;
    if (!rc)
        rc = index_fields(pages, a, &d, err);
    if (!rc)
        rc = q_search_put(c, &d, now_ms, err);
    q_arena_free(a);
    return rc;
}

q_str q_search_source(q_arena *a, q_str bucket, q_str key)
{
    q_buf b = q_buf_init(a, 8192);
    q_str source;

    q_buf_puts(&b, "s3://");
    q_buf_put(&b, bucket);
    q_buf_char(&b, '/');
    q_buf_put(&b, key);
    return q_buf_finish(&b, &source, NULL) ? (q_str){NULL, 0} : source;
}

static q_code changed(void *ctx, const q_event *e, q_err *err)
{
    q_app *app = ctx;
    q_arena *a = q_arena_new(1 << 14);
    q_str source = a ? q_search_source(a, e->bucket, e->key) : (q_str){NULL, 0};
    bool existed;
    q_code rc = source.p ? q_search_remove(app->catalog, source, &existed, err) : q_err_nomem(err);

    q_arena_free(a);
    return rc;
}

q_code q_search_register(q_app *app, q_err *err)
{
    return q_events_listen(app->events, "Object", changed, app, err);
}
