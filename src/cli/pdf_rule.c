#include "cli/pdf.h"

#include "base/clock.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/table.h"
#include "service/searchable_rule.h"

#include <stdio.h>

enum { MEMORY = 1 << 26 };

/* "documents" is "documents/". */
static q_str folder_of(q_arena *a, q_str prefix)
{
    return prefix.n && !q_str_ends(prefix, Q_STR("/")) ? q_str_printf(a, "%.*s/", Q_ARG(prefix))
                                                       : prefix;
}

/* Beside the folder: "a/documents/" -> "a/". */
static q_str beside(q_str prefix)
{
    size_t n = prefix.n ? prefix.n - 1 : 0;

    while (n > 0 && prefix.p[n - 1] != '/')
        n--;
    return q_str_sub(prefix, 0, n);
}

int cli_pdf_rule_add(const cli_pdf_words *w)
{
    q_searchable_rule rule = {.text = w->chose_text ? w->options.text : Q_SEARCHABLE_SKIP,
                              .deskew = w->options.deskew,
                              .rotate = w->options.rotate,
                              .archive = w->options.archive};
    q_arena *a = NULL;
    q_catalog *catalog;
    int status = CLI_FAILED;
    q_err err;

    if (!cli_s3_uri(w->on, &rule.bucket, &rule.prefix))
        return cli_usage(&cli_pdf, "--on is %s; s3://BUCKET/FOLDER/ is wanted", w->on);
    a = q_arena_new(MEMORY);
    if (!a || cli_data_open(w->data, &catalog))
        goto done;
    rule.prefix = folder_of(a, rule.prefix);
    rule.to = w->to ? q_str_of(w->to) : beside(rule.prefix);
    if (q_searchable_rule_put(catalog, &rule, q_now_ms(), &err))
        cli_error("%s", err.msg);
    else
        status = CLI_OK;
    q_catalog_close(catalog);
done:
    q_arena_free(a);
    return status;
}

int cli_pdf_rule_remove(const cli_pdf_words *w)
{
    q_arena *a = NULL;
    q_str bucket, prefix;
    q_catalog *catalog;
    bool existed = false;
    int status = CLI_FAILED;
    q_err err;

    if (!cli_s3_uri(w->off, &bucket, &prefix))
        return cli_usage(&cli_pdf, "--off is %s; s3://BUCKET/FOLDER/ is wanted", w->off);
    a = q_arena_new(MEMORY);
    if (!a || cli_data_open(w->data, &catalog))
        goto done;
    if (q_searchable_rule_delete(catalog, bucket, folder_of(a, prefix), &existed, &err))
        cli_error("%s", err.msg);
    else if (!existed)
        cli_error("there is no rule for %s", w->off);
    else
        status = CLI_OK;
    q_catalog_close(catalog);
done:
    q_arena_free(a);
    return status;
}

static q_str options_text(const q_searchable_rule *r, q_arena *a)
{
    static const char *const texts[] = {"", "--skip-text", "--redo", "--force"};

    return q_str_printf(a, "%s%s%s%s", texts[r->text], r->deskew ? " --deskew" : "",
                        r->rotate ? " --rotate" : "", r->archive ? " --pdfa" : "");
}

/* `n` rows of three cells below their heading; the heading is filled in. NULL: the arena is full.
 */
static q_str *rows_of_three(q_arena *a, size_t n, const char *const heading[3])
{
    q_str *cells = q_arena_array(a, 3 * (n + 1), sizeof *cells);

    for (size_t c = 0; cells && c < 3; c++)
        cells[c] = q_str_of(heading[c]);
    return cells;
}

static void print_rows(const q_str *cells, size_t n, q_buf *out)
{
    static const bool right[3];

    cli_table_print(&(cli_table){cells, n + 1, 3, right, cli_width()}, out);
}

static q_code put_rules(q_catalog *catalog, q_arena *a, q_buf *out, q_err *err)
{
    static const char *const heading[] = {"Folder", "Searchable PDFs in", "Options"};
    q_searchable_rule *rules;
    size_t n = 0;
    q_str *cells;
    q_code rc = q_searchable_rule_list(catalog, a, &rules, &n, err);

    if (rc)
        return rc;
    cells = rows_of_three(a, n, heading);
    if (!cells)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const q_searchable_rule *r = &rules[i];

        cells[3 * i + 3] = q_str_printf(a, "s3://%.*s/%.*s", Q_ARG(r->bucket), Q_ARG(r->prefix));
        cells[3 * i + 4] = q_str_printf(a, "s3://%.*s/%.*s", Q_ARG(r->bucket), Q_ARG(r->to));
        cells[3 * i + 5] = options_text(r, a);
    }
    print_rows(cells, n, out);
    return Q_OK;
}

static q_code put_failures(q_catalog *catalog, q_arena *a, q_buf *out, q_err *err)
{
    static const char *const heading[] = {"Without a PDF", "Since", "Why"};
    q_searchable_failure *failures;
    size_t n = 0;
    q_str *cells;
    q_code rc = q_searchable_failure_list(catalog, a, &failures, &n, err);

    if (rc || n == 0)
        return rc;
    cells = rows_of_three(a, n, heading);
    if (!cells)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        char when[25];

        q_time_iso8601(failures[i].time_ms, when);
        cells[3 * i + 3] = q_str_printf(a, "s3://%.*s", Q_ARG(failures[i].object));
        cells[3 * i + 4] = q_str_printf(a, "%.16s", when);
        cells[3 * i + 5] = failures[i].error;
    }
    q_buf_char(out, '\n');
    print_rows(cells, n, out);
    return Q_OK;
}

int cli_pdf_rule_list(const char *data)
{
    q_arena *a = q_arena_new(MEMORY);
    q_buf out = q_buf_init(a, MEMORY / 2);
    q_catalog *catalog;
    int status = CLI_FAILED;
    q_str text;
    q_err err;
    q_code rc;

    if (!a || cli_data_open(data, &catalog))
        goto done;
    rc = put_rules(catalog, a, &out, &err);
    if (!rc)
        rc = put_failures(catalog, a, &out, &err);
    if (!rc)
        rc = q_buf_finish(&out, &text, &err);
    if (rc)
        cli_error("%s", err.msg);
    else
        fwrite(text.p, 1, text.n, stdout);
    status = rc ? CLI_FAILED : CLI_OK;
    q_catalog_close(catalog);
done:
    q_arena_free(a);
    return status;
}
