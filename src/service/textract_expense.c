#include "document/expense.h"

#include "base/digest.h"
#include "service/textract.h"
#include "service/textract_block.h"

static void detection(q_value *field, q_str name, const q_page *page, const q_expense_text *t)
{
    q_value *v;

    if (!t->present)
        return;
    v = q_map_map(field, name);
    q_map_str(v, Q_STR("Text"), t->text);
    textract__geometry(v, page, t->box);
    q_map_double(v, Q_STR("Confidence"), (double)t->confidence);
}

/* What ties a party's fields together, in the form of a UUID: it follows from the group's name and
 * what the party is called, so the same document has the same.
 */
static void group_id(q_value *group, const q_expense *expense, q_str name)
{
    q_buf b = q_buf_init(group->arena, SIZE_MAX);
    char hex[65];

    q_buf_put(&b, name);
    for (size_t i = 0; i < expense->field_count; i++)
        if (q_str_eq(expense->fields[i].group, name))
            q_buf_put(&b, expense->fields[i].value.text);
    if (b.rc || !q_sha256_hex(q_buf_str(&b), hex))
        q_value_fail(group);
    else
        q_map_str(group, Q_STR("Id"),
                  q_str_printf(group->arena, "%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12,
                               hex + 15, hex + 18));
}

static void group_put(q_value *field, const q_expense *expense, const q_expense_field *f)
{
    q_value *group;

    if (!f->group.n)
        return;
    group = q_list_map(q_map_list(field, Q_STR("GroupProperties")));
    if (!group)
        return;
    q_list_str(q_map_list(group, Q_STR("Types")), f->group);
    group_id(group, expense, f->group);
}

static q_value *expense_field(q_value *list, const q_pages *pages, const q_expense_field *f)
{
    const q_page *page = &pages->pages[f->page - 1];
    q_value *field = q_list_map(list), *type = q_map_map(field, Q_STR("Type"));

    q_map_str(type, Q_STR("Text"), f->type);
    q_map_double(type, Q_STR("Confidence"), (double)f->type_confidence);
    detection(field, Q_STR("LabelDetection"), page, &f->label);
    detection(field, Q_STR("ValueDetection"), page, &f->value);
    q_map_int(field, Q_STR("PageNumber"), (int64_t)f->page);
    if (f->currency.n) {
        q_value *currency = q_map_map(field, Q_STR("Currency"));

        q_map_str(currency, Q_STR("Code"), f->currency);
        q_map_double(currency, Q_STR("Confidence"), (double)f->value.confidence);
    }
    return field;
}

static void line_items(q_value *groups, const q_pages *pages, const q_expense_table *table,
                       size_t index)
{
    q_value *group = q_list_map(groups), *items;

    q_map_int(group, Q_STR("LineItemGroupIndex"), (int64_t)index + 1);
    items = q_map_list(group, Q_STR("LineItems"));
    for (size_t i = 0; i < table->count; i++) {
        q_value *fields = q_map_list(q_list_map(items), Q_STR("LineItemExpenseFields"));

        for (size_t k = 0; k < table->items[i].count; k++)
            (void)expense_field(fields, pages, &table->items[i].fields[k]);
    }
}

void textract__expense(const q_expense *expense, const q_pages *pages, bool blocks, q_value *out)
{
    textract_document d = {pages, NULL, NULL, pages->count > 1, textract__seed(pages)};
    q_value *document, *list;

    q_map_int(q_map_map(out, Q_STR("DocumentMetadata")), Q_STR("Pages"), (int64_t)pages->count);
    document = q_list_map(q_map_list(out, Q_STR("ExpenseDocuments")));
    q_map_int(document, Q_STR("ExpenseIndex"), 1);
    list = q_map_list(document, Q_STR("SummaryFields"));
    for (size_t i = 0; i < expense->field_count; i++)
        group_put(expense_field(list, pages, &expense->fields[i]), expense, &expense->fields[i]);
    list = q_map_list(document, Q_STR("LineItemGroups"));
    for (size_t i = 0; i < expense->table_count; i++)
        line_items(list, pages, &expense->tables[i], i);
    if (blocks)
        textract__blocks(&d, q_map_list(document, Q_STR("Blocks")));
}

void q_textract_expense(const q_expense *expense, const q_pages *pages, q_value *out)
{
    textract__expense(expense, pages, true, out);
}

q_code textract__analyze_expense(q_call *call)
{
    q_expense expense;
    q_pages pages;
    q_code rc = textract__read(call, false, &pages);

    if (!rc)
        rc = q_expense_read(&pages, call->arena, &expense, &call->err);
    if (rc)
        return rc;
    q_textract_expense(&expense, &pages, call->out);
    return q_value_ok(call->out, &call->err);
}
