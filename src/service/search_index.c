#include "service/search.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "document/expense.h"
#include "document/form.h"
#include "store/object.h"
#include "store/search.h"

#include <inttypes.h>
#include <sys/stat.h>

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

static q_code index_pair(const q_page *page, size_t number, const q_pair *p, q_arena *a,
                         q_search_field *out, q_err *err)
{
    *out = (q_search_field){.type = Q_STR("KEY_VALUE"),
                            .label = q_picks_text(page, &p->key, a),
                            .value = q_picks_text(page, &p->value, a),
                            .page = number,
                            .box = box_of(p->value_box),
                            .day = {"", 0}};
    return out->label.p && out->value.p ? Q_OK : q_err_nomem(err);
}

static q_code index_form(const q_page *page, size_t number, q_arena *a, q_search_document *d,
                         q_search_field **fields, size_t *cap, q_err *err)
{
    q_form form;
    q_code rc = q_form_read(page, a, &form, err);

    if (!rc && q_arena_grow(a, fields, cap, d->field_count + form.count, sizeof **fields))
        rc = q_err_nomem(err);
    for (size_t i = 0; !rc && i < form.count; i++)
        if (form.pairs[i].value.count)
            rc = index_pair(page, number, &form.pairs[i], a, &(*fields)[d->field_count++], err);
    return rc;
}

/* What expenses say, and what is filled in on forms. */
static q_code index_fields(const q_pages *pages, q_arena *a, q_search_document *d, q_err *err)
{
    q_search_field *fields = NULL;
    size_t cap = 0;
    q_expense e;
    q_code rc = q_expense_read(pages, a, &e, err);

    if (!rc && q_arena_grow(a, &fields, &cap, e.field_count, sizeof *fields))
        rc = q_err_nomem(err);
    for (size_t i = 0; !rc && i < e.field_count; i++)
        rc = index_field(&e.fields[i], a, &fields[d->field_count++], err);
    for (size_t i = 0; !rc && i < pages->count; i++)
        rc = index_form(&pages->pages[i], i + 1, a, d, &fields, &cap, err);
    d->fields = fields;
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

/* "s3://BUCKET/KEY"; in the arena, .p NULL when it is full. */
static q_str source_of(q_arena *a, q_str bucket, q_str key)
{
    q_buf b = q_buf_init(a, 8192);
    q_str source;

    q_buf_puts(&b, "s3://");
    q_buf_put(&b, bucket);
    q_buf_char(&b, '/');
    q_buf_put(&b, key);
    return q_buf_finish(&b, &source, NULL) ? (q_str){NULL, 0} : source;
}

/* The files of objects never change: another content has another. */
static q_str version_of(int fd, q_arena *a)
{
    struct stat st;

    if (fstat(fd, &st))
        return (q_str){NULL, 0};
    return q_str_printf(a, "%" PRIu64 "-%" PRId64 ".%09ld-%" PRId64, (uint64_t)st.st_ino,
                        (int64_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (int64_t)st.st_size);
}

static q_code index_object(q_app *app, q_str bucket, q_str key, int fd, const q_pages *pages,
                           q_arena *a, q_err *err)
{
    q_str source = source_of(a, bucket, key), version = version_of(fd, a);
    q_object now;
    bool existed;
    q_code rc;

    if (!source.p || !version.p)
        return q_err_nomem(err);
    rc = q_search_index(app->catalog, source, version, pages, q_now_ms(), err);
    /* Deleted while it was read: its event came before there was anything to remove. */
    if (!rc && q_object_find(app->objects, bucket, key, a, &now, err) == Q_NOTFOUND)
        rc = q_search_remove(app->catalog, source, &existed, err);
    return rc;
}

void q_search_index_object(q_app *app, const q_value *object, int fd, const q_pages *pages)
{
    q_str bucket = q_value_str(object, Q_STR("Bucket"), Q_STR(""));
    q_str key = q_value_str(object, Q_STR("Name"), Q_STR(""));
    q_arena *a = q_arena_new(1 << 16);
    q_err err;
    q_code rc = a ? index_object(app, bucket, key, fd, pages, a, &err) : q_err_nomem(&err);

    if (rc)
        q_log(Q_LOG_WARN, "search", "s3://%.*s/%.*s is not indexed: %s", Q_ARG(bucket), Q_ARG(key),
              err.msg);
    q_arena_free(a);
}

static q_code changed(void *ctx, const q_event *e, q_err *err)
{
    q_app *app = ctx;
    q_arena *a = q_arena_new(1 << 14);
    q_str source = a ? source_of(a, e->bucket, e->key) : (q_str){NULL, 0};
    bool existed;
    q_code rc = source.p ? q_search_remove(app->catalog, source, &existed, err) : q_err_nomem(err);

    q_arena_free(a);
    return rc;
}

q_code q_search_register(q_app *app, q_err *err)
{
    return q_events_listen(app->events, "Object", changed, app, err);
}
