/* The jobs of the asynchronous operations: read the document, keep what it says. */
#include "service/textract_job.h"

#include "base/file.h"
#include "base/json.h"
#include "service/search.h"
#include "service/textract_block.h"
#include "store/object.h"

enum {
    PART_ITEMS = 2000, /* blocks in one part at most */
    SCRATCH = 256 << 20,
    EXPENSE_PAGES = 100 /* of more, an expense comes without its blocks */
};

const textract_kind textract__kinds[TEXTRACT_KINDS] = {
    {"textract.detect", "StartDocumentTextDetection", "text detection", "Blocks",
     "DetectDocumentTextModelVersion", 1000, false, false},
    {"textract.analyze", "StartDocumentAnalysis", "document analysis", "Blocks",
     "AnalyzeDocumentModelVersion", 1000, false, true},
    {"textract.expense", "StartExpenseAnalysis", "expense analysis", "ExpenseDocuments",
     "AnalyzeExpenseModelVersion", 20, true, false},
};

const textract_kind *textract__kind_of(q_str job)
{
    for (size_t i = 0; i < TEXTRACT_KINDS; i++)
        if (q_str_is(job, textract__kinds[i].job))
            return &textract__kinds[i];
    return NULL;
}

/* ---- reading ------------------------------------------------------------------- */

static q_code open_document(q_app *app, const q_value *request, q_arena *a, int *fd, q_err *err)
{
    const q_value *object = q_value_at(request, "DocumentLocation", "S3Object", NULL);
    q_object found;
    q_code rc = q_object_open(app->objects, q_value_str(object, Q_STR("Bucket"), Q_STR("")),
                              q_value_str(object, Q_STR("Name"), Q_STR("")), a, &found, fd, err);

    if (!rc && *fd < 0)
        return q_err_set(err, Q_INVALID, "the file is empty");
    return rc;
}

static bool stopping(void *ctx)
{
    const q_app *app = ctx;

    return q_jobs_stopping(app->jobs);
}

static q_code read_document(q_app *app, const q_value *request, unsigned features, q_arena *a,
                            q_pages *pages, q_read_failures *failures, q_err *err)
{
    q_read_options options = {.limits = app->limits.document,
                              .marks = q_analysis_needs_marks(features),
                              .failures = failures,
                              .cancelled = stopping,
                              .cancelled_ctx = app};
    int fd = -1;
    q_code rc = open_document(app, request, a, &fd, err);

    if (!rc)
        rc = q_read_document(app->workers, fd, &options, a, pages, err);
    if (!rc && failures->count == 0)
        q_search_index_object(app, q_value_at(request, "DocumentLocation", "S3Object", NULL), fd,
                              pages);
    q_fd_close(fd);
    if (!rc && failures->count && q_jobs_stopping(app->jobs))
        return q_err_set(err, Q_CANCELLED, "the server stops"); /* workers may have been ended */
    return rc;
}

/* ---- items ---------------------------------------------------------------------- */

/* Items as one part or several. */
static q_code add_parts(const q_value *list, q_job_parts *parts, q_arena *a, q_err *err)
{
    const q_value *v = q_value_first(list);
    q_code rc = q_value_ok(list, err);

    while (v && !rc) {
        q_buf b = q_buf_init(a, SCRATCH);
        size_t n = 0;
        q_str text;

        for (; v && n < PART_ITEMS; v = v->next) {
            q_buf_char(&b, n++ ? ',' : '[');
            q_json_write(&b, v);
        }
        q_buf_char(&b, ']');
        rc = q_buf_finish(&b, &text, err);
        if (!rc)
            rc = q_job_parts_add(parts, n, text, err);
    }
    return rc;
}

static q_code page_parts(const textract_document *d, q_job_parts *parts, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < d->pages->count && !rc; i++) {
        q_arena *a = q_arena_new(SCRATCH);
        q_value *list = a ? q_value_list(a) : NULL;

        if (list) {
            textract__page_blocks(d, i, list);
            rc = add_parts(list, parts, a, err);
        } else {
            rc = q_err_nomem(err);
        }
        q_arena_free(a);
    }
    return rc;
}

static q_code expense_parts(const q_pages *pages, q_arena *a, q_job_parts *parts, q_err *err)
{
    q_value *reply = q_value_map(a);
    q_expense expense;
    q_code rc = q_expense_read(pages, a, &expense, err);

    if (rc)
        return rc;
    textract__expense(&expense, pages, pages->count <= EXPENSE_PAGES, reply);
    rc = q_value_ok(reply, err);
    return rc ? rc : add_parts(q_value_get(reply, Q_STR("ExpenseDocuments")), parts, a, err);
}

static q_code analysis_parts(const q_pages *pages, const q_value *request, const q_wanted *wanted,
                             q_arena *a, q_job_parts *parts, q_err *err)
{
    textract_document d = {.pages = pages, .numbered = true, .seed = textract__seed(pages)};
    q_analysis analysis;
    q_code rc = q_analysis_read(pages, wanted, a, &analysis, err);

    if (rc)
        return rc;
    d.analysis = &analysis;
    d.queries = textract__queries(request);
    return page_parts(&d, parts, err);
}

static q_code text_parts(const q_pages *pages, q_job_parts *parts, q_err *err)
{
    textract_document d = {.pages = pages, .numbered = true, .seed = textract__seed(pages)};

    return page_parts(&d, parts, err);
}

/* ---- the result ------------------------------------------------------------------ */

/* Pages that could not be read, one warning for each kind of failure. */
static void put_warnings(const q_read_failures *failures, q_arena *a, q_value *result)
{
    q_value *warnings, *w, *pages;

    if (failures->count == 0)
        return;
    warnings = q_map_list(result, Q_STR("Warnings"));
    for (size_t i = 0; i < failures->count; i++) {
        const q_read_failure *f = &failures->items[i];
        const char *name = textract__error_name(f->error.code);
        q_str code = q_str_of(name ? name : "InternalServerError");

        for (w = warnings ? warnings->first : NULL; w; w = w->next)
            if (q_str_eq(q_value_str(w, Q_STR("ErrorCode"), Q_STR("")), code))
                break;
        if (!w) {
            w = q_list_map(warnings);
            q_map_str(w, Q_STR("ErrorCode"), code);
            q_map_list(w, Q_STR("Pages"));
        }
        pages = w ? w->last : NULL;
        q_list_int(pages, (int64_t)f->page + 1);
    }
    q_map_str(
        result, Q_STR("StatusMessage"),
        q_str_printf(a, "page %zu: %s", failures->items[0].page + 1, failures->items[0].error.msg));
}

static q_code make_parts(const textract_kind *kind, const q_pages *pages, const q_value *request,
                         const q_wanted *wanted, q_arena *a, q_job_parts *parts, q_err *err)
{
    if (kind->expense)
        return expense_parts(pages, a, parts, err);
    if (kind->analysis)
        return analysis_parts(pages, request, wanted, a, parts, err);
    return text_parts(pages, parts, err);
}

static q_code keep(q_app *app, const textract_kind *kind, q_str id, const q_value *request,
                   const q_value *result, q_job_parts *parts, q_arena *a, q_err *err)
{
    textract_output to;
    q_code rc = textract__output_of(request, id, a, &to, err);

    if (!rc)
        rc = q_job_parts_put(parts, app->catalog, id, err);
    if (!rc && to.bucket.n)
        rc = textract__output_write(app, &to, kind, id, result, err);
    return rc;
}

static q_code run(q_app *app, const textract_kind *kind, q_str id, q_str text, q_arena *a,
                  q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, TEXTRACT_RESULT_BYTES);
    q_read_failures failures = {.count = 0};
    q_value *request = NULL, *result = q_value_map(a);
    q_job_parts *parts = NULL;
    q_wanted wanted = {.features = 0};
    q_pages pages;
    q_code rc = q_json_parse(a, text, &request, err);

    if (!rc && kind->analysis)
        rc = textract__wanted(request, SIZE_MAX, a, &wanted, err);
    if (!rc)
        rc = read_document(app, request, wanted.features, a, &pages, &failures, err);
    if (!rc)
        rc = q_job_parts_new(&parts, err);
    if (!rc)
        rc = make_parts(kind, &pages, request, &wanted, a, parts, err);
    if (rc)
        goto done;
    q_map_int(result, Q_STR("Pages"), (int64_t)pages.count);
    q_map_int(result, Q_STR("Items"), (int64_t)q_job_parts_items(parts));
    put_warnings(&failures, a, result);
    rc = q_value_ok(result, err);
    if (!rc)
        rc = keep(app, kind, id, request, result, parts, a, err);
    if (rc)
        goto done;
    q_json_write(&b, result);
    rc = q_buf_finish(&b, out, err);
done:
    q_job_parts_free(parts);
    return rc;
}

static q_code run_detection(void *ctx, q_str id, q_str request, q_arena *a, q_str *result,
                            q_err *err)
{
    return run(ctx, &textract__kinds[0], id, request, a, result, err);
}

static q_code run_analysis(void *ctx, q_str id, q_str request, q_arena *a, q_str *result,
                           q_err *err)
{
    return run(ctx, &textract__kinds[1], id, request, a, result, err);
}

static q_code run_expense(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    return run(ctx, &textract__kinds[2], id, request, a, result, err);
}

q_code q_textract_register(q_app *app, q_err *err)
{
    static const q_job_fn runs[TEXTRACT_KINDS] = {run_detection, run_analysis, run_expense};
    q_code rc = Q_OK;

    for (size_t i = 0; i < TEXTRACT_KINDS && !rc; i++) {
        rc = q_jobs_register(app->jobs, textract__kinds[i].job, runs[i], app, err);
        if (!rc)
            q_jobs_on_end(app->jobs, textract__kinds[i].job, textract__notify);
    }
    return rc;
}
