/* AnalyzeDocument: which features are wanted, and the reply that has them. */
#include "service/textract.h"
#include "service/textract_block.h"

static const char version[] = "1.0";

typedef struct feature_name {
    const char *name;
    unsigned feature;
} feature_name;

static const feature_name known[] = {{"TABLES", Q_FEATURE_TABLES},
                                     {"FORMS", Q_FEATURE_FORMS},
                                     {"LAYOUT", Q_FEATURE_LAYOUT},
                                     {"QUERIES", Q_FEATURE_QUERIES}};

static q_code features_read(const q_value *in, unsigned *out, q_err *err)
{
    const q_value *list = q_value_get(in, Q_STR("FeatureTypes"));

    *out = 0;
    for (const q_value *v = q_value_first(list); v; v = v->next) {
        unsigned found = 0;

        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (q_str_is(v->s, known[i].name))
                found = known[i].feature;
        if (!found)
            return q_err_set(err, Q_INVALID, "feature %.*s is not supported by this server",
                             Q_ARG(v->s));
        *out |= found;
    }
    return *out ? Q_OK : q_err_set(err, Q_INVALID, "FeatureTypes names no feature");
}

/* "3", "2-4", "2-*" or "*". */
static q_code range_read(q_str text, q_page_range *out, q_err *err)
{
    q_str first = text, last = text;
    uint64_t from = 1, to = SIZE_MAX;
    bool good = true;

    if (q_str_has(text, '-'))
        q_str_cut(text, '-', &first, &last);
    if (!q_str_is(first, "*"))
        good = q_str_u64(first, &from) && from >= 1;
    else
        good = q_str_eq(first, text);
    if (!q_str_is(last, "*"))
        good = good && q_str_u64(last, &to) && to >= from;
    if (!good)
        return q_err_set(err, Q_INVALID,
                         "the query's page %.*s is none; 3, 2-4, 2-* or * is wanted", Q_ARG(text));
    *out = (q_page_range){(size_t)from, (size_t)to};
    return Q_OK;
}

static q_code question_read(const q_value *query, q_arena *a, q_question *out, q_err *err)
{
    const q_value *pages = q_value_get(query, Q_STR("Pages"));
    q_page_range *ranges = q_arena_array(a, q_value_count(pages), sizeof *ranges);
    q_code rc = Q_OK;

    if (!ranges)
        return q_err_nomem(err);
    *out = (q_question){.text = q_value_str(query, Q_STR("Text"), Q_STR("")), .ranges = ranges};
    for (const q_value *v = q_value_first(pages); v && !rc; v = v->next)
        rc = range_read(v->s, &ranges[out->range_count++], err);
    return rc;
}

static q_code questions_read(const q_value *queries, size_t most, q_arena *a, q_wanted *out,
                             q_err *err)
{
    size_t count = q_value_count(queries);
    q_question *questions;
    q_code rc = Q_OK;

    if (count == 0)
        return q_err_set(err, Q_INVALID, "feature QUERIES needs QueriesConfig");
    if (count > most)
        return q_err_set(err, Q_INVALID, "there are %zu queries; at most %zu are taken", count,
                         most);
    questions = q_arena_array(a, count, sizeof *questions);
    if (!questions)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(queries); v && !rc; v = v->next)
        rc = question_read(v, a, &questions[out->question_count++], err);
    out->questions = questions;
    return rc;
}

const q_value *textract__queries(const q_value *in)
{
    return q_value_at(in, "QueriesConfig", "Queries", NULL);
}

q_code textract__wanted(const q_value *in, size_t most_queries, q_arena *a, q_wanted *out,
                        q_err *err)
{
    static const char *const refused[] = {"HumanLoopConfig", "AdaptersConfig"};
    q_code rc;

    *out = (q_wanted){.features = 0};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (q_value_get(in, q_str_of(refused[i])))
            return q_err_set(err, Q_INVALID, "%s is not supported by this server", refused[i]);
    rc = features_read(in, &out->features, err);
    if (rc)
        return rc;
    if (out->features & Q_FEATURE_QUERIES)
        return questions_read(textract__queries(in), most_queries, a, out, err);
    if (textract__queries(in))
        return q_err_set(err, Q_INVALID,
                         "QueriesConfig is for feature QUERIES, which is not asked");
    return Q_OK;
}

void q_textract_analysis(const q_pages *pages, const q_analysis *analysis, const q_value *queries,
                         q_value *out)
{
    textract_document d = {pages, analysis, queries, pages->count > 1, textract__seed(pages)};

    q_map_int(q_map_map(out, Q_STR("DocumentMetadata")), Q_STR("Pages"), (int64_t)pages->count);
    textract__blocks(&d, q_map_list(out, Q_STR("Blocks")));
    q_map_str(out, Q_STR("AnalyzeDocumentModelVersion"), q_str_of(version));
}

q_code textract__analyze(q_call *call)
{
    q_app *app = call->app;
    q_analysis analysis;
    q_wanted wanted;
    q_pages pages;
    q_err why = {.code = Q_OK};
    q_code rc = textract__wanted(call->in, app->limits.queries, call->arena, &wanted, &why);

    if (rc == Q_INVALID)
        return q_call_fail(call, "InvalidParameterException", "%s", why.msg);
    if (!rc)
        rc = textract__read(call, q_analysis_needs_marks(wanted.features), &pages);
    if (!rc)
        rc = q_analysis_read(&pages, &wanted, call->arena, &analysis, &call->err);
    if (rc)
        return rc;
    q_textract_analysis(&pages, &analysis, textract__queries(call->in), call->out);
    return q_value_ok(call->out, &call->err);
}
