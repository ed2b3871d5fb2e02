#include "document/analysis.h"

static const unsigned built_on_tables_and_forms = Q_FEATURE_LAYOUT | Q_FEATURE_QUERIES;

bool q_analysis_needs_marks(unsigned features)
{
    return features != 0;
}

static q_code read_tables(const q_pages *pages, q_arena *a, q_tables *out, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < pages->count && !rc; i++)
        rc = q_tables_read(&pages->pages[i], a, &out[i], err);
    if (!rc)
        q_tables_join(pages, out);
    return rc;
}

static q_code read_forms(const q_pages *pages, q_arena *a, q_form *out, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < pages->count && !rc; i++)
        rc = q_form_read(&pages->pages[i], a, &out[i], err);
    return rc;
}

static q_code read_layouts(const q_pages *pages, const q_tables *tables, const q_form *forms,
                           q_arena *a, q_layout *out, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < pages->count && !rc; i++)
        rc = q_layout_read(&pages->pages[i], &tables[i], &forms[i], a, &out[i], err);
    if (!rc)
        q_layouts_compare(pages, out);
    return rc;
}

static bool is_asked(const q_question *q, size_t page)
{
    if (q->range_count == 0)
        return page == 0;
    for (size_t i = 0; i < q->range_count; i++)
        if (page + 1 >= q->ranges[i].first && page < q->ranges[i].last)
            return true;
    return false;
}

static q_code ask_page(const q_page *page, size_t index, const q_wanted *wanted,
                       const q_tables *tables, const q_form *form, q_arena *a, q_page_answers *out,
                       q_err *err)
{
    q_page alone = *page;
    q_expense expense = {0};
    q_known known = {page, tables, form, &expense};
    q_code rc = Q_OK;

    out->items = q_arena_array(a, wanted->question_count, sizeof *out->items);
    if (!out->items)
        return q_err_nomem(err);
    for (size_t i = 0; i < wanted->question_count && !rc; i++) {
        q_page_answer *answer = &out->items[out->count];

        if (!is_asked(&wanted->questions[i], index))
            continue;
        answer->question = i;
        if (out->count == 0)
            rc = q_expense_read(&(q_pages){&alone, 1}, a, &expense, err);
        if (!rc)
            rc = q_query_answer(&known, wanted->questions[i].text, a, &answer->answer, err);
        out->count++;
    }
    return rc;
}

static q_code ask(const q_pages *pages, const q_wanted *wanted, const q_tables *tables,
                  const q_form *forms, q_arena *a, q_page_answers *out, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < pages->count && !rc; i++)
        rc = ask_page(&pages->pages[i], i, wanted, &tables[i], &forms[i], a, &out[i], err);
    return rc;
}

q_code q_analysis_read(const q_pages *pages, const q_wanted *wanted, q_arena *a, q_analysis *out,
                       q_err *err)
{
    unsigned features = wanted->features;
    q_tables *tables = q_arena_array(a, pages->count, sizeof *tables);
    q_form *forms = q_arena_array(a, pages->count, sizeof *forms);
    q_analysis made = {.layouts = q_arena_array(a, pages->count, sizeof *made.layouts),
                       .answers = q_arena_array(a, pages->count, sizeof *made.answers)};
    q_code rc = Q_OK;

    if (!tables || !forms || !made.layouts || !made.answers)
        return q_err_nomem(err);
    if (features & (Q_FEATURE_TABLES | built_on_tables_and_forms))
        rc = read_tables(pages, a, tables, err);
    if (!rc && features & (Q_FEATURE_FORMS | built_on_tables_and_forms))
        rc = read_forms(pages, a, forms, err);
    if (!rc && features & Q_FEATURE_LAYOUT)
        rc = read_layouts(pages, tables, forms, a, made.layouts, err);
    if (!rc && features & Q_FEATURE_QUERIES)
        rc = ask(pages, wanted, tables, forms, a, made.answers, err);
    if (rc)
        return rc;
    *out = (q_analysis){features & Q_FEATURE_TABLES ? tables : NULL,
                        features & Q_FEATURE_FORMS ? forms : NULL,
                        features & Q_FEATURE_LAYOUT ? made.layouts : NULL,
                        features & Q_FEATURE_QUERIES ? made.answers : NULL};
    return Q_OK;
}
