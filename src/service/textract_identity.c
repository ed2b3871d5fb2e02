/* AnalyzeID: up to two pages of one document, each in bytes or an object of its own. */
#include "base/clock.h"
#include "document/identity.h"
#include "service/textract.h"
#include "service/textract_block.h"

static q_day day_of(int64_t now_ms)
{
    char text[25];

    q_time_iso8601(now_ms, text);
#define AT(i) (text[i] - '0')
    return (q_day){AT(0) * 1000 + AT(1) * 100 + AT(2) * 10 + AT(3), AT(5) * 10 + AT(6),
                   AT(8) * 10 + AT(9)};
#undef AT
}

/* All pages of all documents of the call, one after the other. */
static q_code pages_read(q_call *call, q_pages *out)
{
    size_t cap = 0;
    q_code rc = Q_OK;

    *out = (q_pages){0};
    for (const q_value *d = q_value_first(q_value_get(call->in, Q_STR("DocumentPages"))); d && !rc;
         d = d->next) {
        q_pages one;

        rc = textract__read_document(call, d, false, &one);
        if (!rc && q_arena_grow(call->arena, &out->pages, &cap, out->count + one.count,
                                sizeof *out->pages))
            rc = q_err_nomem(&call->err);
        for (size_t i = 0; !rc && i < one.count; i++)
            out->pages[out->count++] = one.pages[i];
    }
    return rc;
}

static void field(q_value *list, const q_identity_field *f)
{
    q_value *map = q_list_map(list), *value;

    q_map_str(q_map_map(map, Q_STR("Type")), Q_STR("Text"), f->type);
    value = q_map_map(map, Q_STR("ValueDetection"));
    q_map_str(value, Q_STR("Text"), f->text);
    if (f->normalised.n) {
        q_value *date = q_map_map(value, Q_STR("NormalizedValue"));

        q_map_str(date, Q_STR("Value"), f->normalised);
        q_map_str(date, Q_STR("ValueType"), Q_STR("DATE"));
    }
    if (f->text.n) /* of what is not there nothing is sure */
        q_map_double(value, Q_STR("Confidence"), (double)f->confidence);
}

/* One document has all pages as its blocks, one of several its own. */
static void document(q_value *list, const q_identity *identity, size_t index, bool only,
                     const q_pages *pages)
{
    q_pages own = {pages->pages + identity->page - 1, 1};
    q_value *map = q_list_map(list), *fields;
    textract_document shown;

    q_map_int(map, Q_STR("DocumentIndex"), (int64_t)index + 1);
    fields = q_map_list(map, Q_STR("IdentityDocumentFields"));
    for (size_t i = 0; i < identity->field_count; i++)
        field(fields, identity->fields + i);
    shown = (textract_document){only ? pages : &own, NULL, NULL, only && pages->count > 1,
                                textract__seed(only ? pages : &own)};
    textract__blocks(&shown, q_map_list(map, Q_STR("Blocks")));
}

q_code textract__analyze_id(q_call *call)
{
    q_identity *found;
    q_value *list;
    q_pages pages;
    size_t count;
    q_code rc = pages_read(call, &pages);

    if (!rc)
        rc = q_identities_read(&pages, day_of(call->now_ms), call->arena, &found, &count,
                               &call->err);
    if (rc)
        return rc;
    if (!count)
        return q_call_fail(call, "UnsupportedDocumentException",
                           "no machine-readable zone (the lines of capitals and < on passports and "
                           "cards) was found; identity documents without one are not read");
    list = q_map_list(call->out, Q_STR("IdentityDocuments"));
    for (size_t i = 0; i < count; i++)
        document(list, found + i, i, count == 1, &pages);
    q_map_int(q_map_map(call->out, Q_STR("DocumentMetadata")), Q_STR("Pages"),
              (int64_t)pages.count);
    q_map_str(call->out, Q_STR("AnalyzeIDModelVersion"), Q_STR("1.0"));
    return q_value_ok(call->out, &call->err);
}
