#include "document/analysis.h"

static const unsigned built_on_tables = Q_FEATURE_LAYOUT;

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

q_code q_analysis_read(const q_pages *pages, const q_wanted *wanted, q_arena *a, q_analysis *out,
                       q_err *err)
{
    unsigned features = wanted->features;
    q_tables *tables = q_arena_array(a, pages->count, sizeof *tables);
    q_form *forms = q_arena_array(a, pages->count, sizeof *forms);
    q_analysis made = {.layouts = q_arena_array(a, pages->count, sizeof *made.layouts)};
    q_code rc = Q_OK;

    if (!tables || !forms || !made.layouts)
        return q_err_nomem(err);
    if (features & (Q_FEATURE_TABLES | built_on_tables))
        rc = read_tables(pages, a, tables, err);
    if (!rc && features & Q_FEATURE_LAYOUT)
        rc = read_layouts(pages, tables, forms, a, made.layouts, err);
    if (rc)
        return rc;
    *out = (q_analysis){features & Q_FEATURE_TABLES ? tables : NULL, NULL,
                        features & Q_FEATURE_LAYOUT ? made.layouts : NULL, NULL};
    return Q_OK;
}
