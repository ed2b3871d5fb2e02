#include "document/analysis.h"

#include "cli/command.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "cli/sheets.h"
#include "service/textract.h"

#include <string.h>

typedef struct reading {
    const char *format;
    bool many; /* name each file */
    q_wanted wanted;
} reading;

static const struct {
    const char *name;
    q_feature feature;
} features[] = {
    {"tables", Q_FEATURE_TABLES}, {"forms", Q_FEATURE_FORMS}, {"layout", Q_FEATURE_LAYOUT}};

/* "tables,layout" */
static bool features_read(const char *names, unsigned *out)
{
    q_str left = q_str_of(names), name;

    *out = 0;
    for (bool more = true; more;) {
        unsigned found = 0;

        more = q_str_cut(left, ',', &name, &left);
        for (size_t i = 0; i < sizeof features / sizeof *features; i++)
            if (q_str_is(name, features[i].name))
                found = features[i].feature;
        if (!found) {
            cli_usage(&cli_analyze, "%.*s is no feature; tables, forms and layout are",
                      Q_ARG(name));
            return false;
        }
        *out |= found;
    }
    return true;
}

/* ---- Layout as text -------------------------------------------------------- */

static const char *part_name(q_part_kind kind)
{
    static const char *const names[] = {"title",       "section header", "header", "footer",
                                        "page number", "text",           "list",   "figure",
                                        "table",       "key-value"};

    return names[kind];
}

/* A part a row: page, kind, text. */
static q_code sheet_of_layout(const q_page *page, size_t number, const q_layout *layout, q_arena *a,
                              q_sheet *out, q_err *err)
{
    static const q_str heads[] = {Q_STR_INIT("Part"), Q_STR_INIT("Text")};
    size_t rows = layout->count + 1;

    *out = (q_sheet){q_str_printf(a, "Page %zu, layout", number), rows, 2,
                     q_arena_array(a, rows * 2, sizeof *out->cells)};
    if (!out->cells || !out->title.p)
        return q_err_nomem(err);
    for (size_t r = 0; r < rows; r++) {
        const q_part *part = r ? &layout->parts[r - 1] : NULL;
        q_buf text = q_buf_init(a, SIZE_MAX);
        q_str texts[2] = {heads[0], heads[1]};

        for (size_t i = 0; part && i < part->lines.count; i++) {
            if (i)
                q_buf_char(&text, '\n');
            q_buf_put(&text, page->lines[part->lines.items[i]].text);
        }
        if (part && q_buf_finish(&text, &texts[1], err))
            return q_err_nomem(err);
        if (part)
            texts[0] = part->list == SIZE_MAX ? q_str_of(part_name(part->kind)) : Q_STR("- item");
        for (size_t c = 0; c < 2; c++)
            out->cells[2 * r + c] = (q_sheet_cell){
                .text = texts[c], .row_span = 1, .column_span = 1, .heading = r == 0};
    }
    return Q_OK;
}

/* ---- All of a document ----------------------------------------------------- */

/* Where sheets go: as tables for people, or in a format. */
typedef struct sink {
    bool plain;
    cli_sheets sheets;
    q_arena *arena;
} sink;

static q_code put(sink *s, const q_sheet *sheet, q_err *err)
{
    if (!s->plain) {
        cli_sheets_put(&s->sheets, sheet);
        return Q_OK;
    }
    if (sheet->rows == 0 || sheet->columns == 0)
        return Q_OK;
    if (s->sheets.count++)
        q_buf_char(s->sheets.out, '\n');
    q_buf_printf(s->sheets.out, "%.*s\n\n", Q_ARG(sheet->title));
    return cli_sheet_table(sheet, s->arena, s->sheets.out, err);
}

/* What a table shows is not shown a second time as pairs of its columns' heads. */
static q_code outside_tables(const q_page *page, const q_form *form, const q_tables *tables,
                             q_arena *a, q_form *out, q_err *err)
{
    bool *in_table = q_arena_array(a, page->word_count, sizeof *in_table);

    *out = (q_form){q_arena_array(a, form->count, sizeof *out->pairs), 0};
    if (!in_table || !out->pairs)
        return q_err_nomem(err);
    for (size_t t = 0; t < tables->count; t++)
        for (size_t c = 0; c < tables->items[t].cell_count; c++) {
            const q_picks *words = &tables->items[t].cells[c].words;

            for (size_t w = 0; w < words->count; w++)
                in_table[words->items[w]] = true;
        }
    for (size_t i = 0; i < form->count; i++) {
        const q_picks *value = &form->pairs[i].value;
        size_t inside = 0;

        for (size_t w = 0; w < value->count; w++)
            inside += in_table[value->items[w]];
        if (value->count == 0 || inside < value->count)
            out->pairs[out->count++] = form->pairs[i];
    }
    return Q_OK;
}

static q_code put_form(sink *s, const q_page *page, size_t number, const q_form *form,
                       const q_tables *tables, q_err *err)
{
    q_form shown = *form;
    q_sheet sheet;
    q_code rc = tables ? outside_tables(page, form, tables, s->arena, &shown, err) : Q_OK;

    if (rc || shown.count == 0)
        return rc;
    rc = q_sheet_of_form(page, number, &shown, s->arena, &sheet, err);
    return rc ? rc : put(s, &sheet, err);
}

static q_code put_page(sink *s, const q_page *page, size_t number, const q_analysis *n, q_err *err)
{
    size_t i = number - 1;
    q_sheet sheet;
    q_code rc = Q_OK;

    if (n->forms)
        rc = put_form(s, page, number, &n->forms[i], n->tables ? &n->tables[i] : NULL, err);
    for (size_t t = 0; n->tables && t < n->tables[i].count && !rc; t++) {
        rc = q_sheet_of_table(page, number, &n->tables[i].items[t], s->arena, &sheet, err);
        if (!rc)
            rc = put(s, &sheet, err);
    }
    if (n->layouts && n->layouts[i].count && !rc) {
        rc = sheet_of_layout(page, number, &n->layouts[i], s->arena, &sheet, err);
        if (!rc)
            rc = put(s, &sheet, err);
    }
    return rc;
}

static q_code put_sheets(const reading *r, const char *path, const q_pages *pages,
                         const q_analysis *n, q_arena *a, q_buf *out, q_err *err)
{
    sink s = {.sheets = {.out = out}, .arena = a};
    q_code rc = Q_OK;

    s.plain = !cli_sheet_format(r->format, &s.sheets.format);
    if (r->many && s.plain)
        q_buf_printf(out, "==> %s <==\n", path);
    if (!s.plain)
        cli_sheets_begin(&s.sheets, path);
    for (size_t i = 0; i < pages->count && !rc; i++)
        rc = put_page(&s, &pages->pages[i], i + 1, n, err);
    if (!s.plain)
        cli_sheets_end(&s.sheets);
    else if (s.sheets.count == 0)
        q_buf_puts(out, "Nothing of the kind was found.\n");
    return rc;
}

static q_code file(void *ctx, const char *path, const q_pages *pages, q_arena *a, q_buf *out,
                   q_err *err)
{
    const reading *r = ctx;
    q_analysis n;
    q_code rc = q_analysis_read(pages, &r->wanted, a, &n, err);

    if (rc)
        return rc;
    if (strcmp(r->format, "json") == 0) {
        q_value *reply = q_value_map(a);

        q_textract_analysis(pages, &n, NULL, reply);
        return cli_put_reply(reply, r->many, out, err);
    }
    return put_sheets(r, path, pages, &n, a, out, err);
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"format", "text|json|csv|tsv|html|latex|grid"},
                                         {"features", "LIST"},
                                         {"recogniser", "ppocr|tesseract"},
                                         {"data", "DIR"},
                                         {"no-index", NULL}};
    cli_words words;
    reading r = {.wanted = {.features = Q_FEATURE_TABLES | Q_FEATURE_FORMS}};

    if (cli_options_read(&cli_analyze, options, 5, argc, argv, &words))
        return CLI_USAGE;
    if (words.values[1] && !features_read(words.values[1], &r.wanted.features))
        return CLI_USAGE;
    if (words.count == 0)
        return cli_usage(&cli_analyze, "no file is named");
    r.format = words.values[0] ? words.values[0] : "text";
    r.many = words.count > 1;
    return cli_reading(&(cli_reader){file, &r},
                       &(cli_reading_options){.recogniser = words.values[2],
                                              .data = words.values[3],
                                              .no_index = words.values[4] != NULL,
                                              .marks = q_analysis_needs_marks(r.wanted.features)},
                       words.operands, words.count);
}

const cli_command cli_analyze = {
    .name = "analyze",
    .arguments = "FILE... [--features LIST] [--format FORMAT] [--recogniser NAME] [--data DIR] "
                 "[--no-index]",
    .summary = "read the tables, forms and layout of documents",
    .help = "Reads PNG, JPEG, TIFF and PDF files (\"-\" is standard input) and prints their\n"
            "tables, what is filled in on forms with the boxes that are ticked, or the parts\n"
            "of the pages in reading order.\n"
            "\n"
            "  --features LIST  tables, forms, layout, separated by commas (default:\n"
            "                  tables,forms)\n"
            "  --format text   aligned columns, for people (default)\n"
            "  --format json   the reply of Textract's AnalyzeDocument; with several files\n"
            "                  one line each\n"
            "  --format csv|tsv|html|latex|grid  the same tables for other programs, a page\n"
            "                  for the browser, tabulars, or drawn with lines\n" CLI_READING_HELP,
    .run = run,
};
