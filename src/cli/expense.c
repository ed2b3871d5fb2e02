#include "document/expense.h"

#include "cli/command.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "cli/sheets.h"
#include "service/textract.h"

#include <string.h>

typedef struct reading {
    const char *format;
    bool many;
    bool headed; /* CSV: the first line is out */
} reading;

static q_code put_table(const q_expense *e, const char *path, bool many, q_arena *a, q_buf *out,
                        q_err *err)
{
    q_sheet sheet;
    q_code rc;

    if (many)
        q_buf_printf(out, "==> %s <==\n", path);
    if (!e->is_expense) {
        q_buf_puts(out, "Nothing of an invoice or receipt was found.\n");
        return Q_OK;
    }
    rc = q_sheet_of_fields(e, a, &sheet, err);
    if (!rc)
        rc = cli_sheet_table(&sheet, a, out, err);
    for (size_t i = 0; i < e->table_count && !rc; i++) {
        q_buf_char(out, '\n');
        rc = q_sheet_of_items(&e->tables[i], i + 1, a, &sheet, err);
        if (!rc)
            rc = cli_sheet_table(&sheet, a, out, err);
    }
    if (many)
        q_buf_char(out, '\n');
    return rc;
}

static q_code put_sheets(const q_expense *e, const char *path, q_sheet_format format, q_arena *a,
                         q_buf *out, q_err *err)
{
    cli_sheets sheets = {format, out, 0};
    q_sheet sheet;
    q_code rc = q_sheet_of_fields(e, a, &sheet, err);

    if (rc)
        return rc;
    cli_sheets_begin(&sheets, path);
    cli_sheets_put(&sheets, &sheet);
    for (size_t i = 0; i < e->table_count && !rc; i++) {
        rc = q_sheet_of_items(&e->tables[i], i + 1, a, &sheet, err);
        if (!rc)
            cli_sheets_put(&sheets, &sheet);
    }
    cli_sheets_end(&sheets);
    return rc;
}

enum { COLUMNS = 10 };

/* One field a line: a sheet of one row, and of the heading before the first. */
static void put_field(const char *path, const char *kind, size_t group, size_t row,
                      const q_expense_field *f, q_sheet_format format, q_arena *a, q_buf *out)
{
    q_str texts[COLUMNS] = {q_str_of(path),
                            q_str_of(kind),
                            q_str_printf(a, "%zu", f->page),
                            q_str_printf(a, "%zu", group),
                            q_str_printf(a, "%zu", row),
                            f->type,
                            f->label.present ? f->label.text : Q_STR(""),
                            f->value.text,
                            f->currency,
                            q_str_printf(a, "%.1f", (double)f->type_confidence)};
    q_sheet_cell cells[COLUMNS];

    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = (q_sheet_cell){.text = texts[c], .row_span = 1, .column_span = 1};
    q_sheet_write(&(q_sheet){Q_STR(""), 1, COLUMNS, cells}, format, 0, out);
}

static void put_fields(const q_expense *e, const char *path, reading *r, q_sheet_format format,
                       q_arena *a, q_buf *out)
{
    if (!r->headed)
        q_buf_puts(out, format == Q_SHEET_CSV
                            ? "file,kind,page,group,row,type,label,value,currency,confidence\r\n"
                            : "file\tkind\tpage\tgroup\trow\ttype\tlabel\tvalue\tcurrency\t"
                              "confidence\n");
    r->headed = true;
    for (size_t i = 0; i < e->field_count; i++)
        put_field(path, "summary", 0, 0, &e->fields[i], format, a, out);
    for (size_t t = 0; t < e->table_count; t++)
        for (size_t i = 0; i < e->tables[t].count; i++)
            for (size_t f = 0; f < e->tables[t].items[i].count; f++)
                put_field(path, "item", t + 1, i + 1, &e->tables[t].items[i].fields[f], format, a,
                          out);
}

static q_code file(void *ctx, const char *path, const q_pages *pages, q_arena *a, q_buf *out,
                   q_err *err)
{
    reading *r = ctx;
    q_sheet_format format;
    q_expense e;
    q_code rc = q_expense_read(pages, a, &e, err);

    if (rc)
        return rc;
    if (strcmp(r->format, "json") == 0) {
        q_value *reply = q_value_map(a);

        q_textract_expense(&e, pages, reply);
        return cli_put_reply(reply, r->many, out, err);
    }
    if (!cli_sheet_format(r->format, &format))
        return put_table(&e, path, r->many, a, out, err);
    if (format != Q_SHEET_CSV && format != Q_SHEET_TSV)
        return put_sheets(&e, path, format, a, out, err);
    put_fields(&e, path, r, format, a, out);
    return Q_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"format", "table|json|csv|tsv|html|latex|grid"},
                                         {"recogniser", "ppocr|tesseract"},
                                         {"data", "DIR"},
                                         {"no-index", NULL}};
    cli_words words;
    reading r;

    if (cli_options_read(&cli_expense, options, 4, argc, argv, &words))
        return CLI_USAGE;
    if (words.count == 0)
        return cli_usage(&cli_expense, "no file is named");
    r = (reading){words.values[0] ? words.values[0] : "table", words.count > 1, false};
    return cli_reading(&(cli_reader){file, &r},
                       &(cli_reading_options){.recogniser = words.values[1],
                                              .data = words.values[2],
                                              .no_index = words.values[3] != NULL},
                       words.operands, words.count);
}

const cli_command cli_expense = {
    .name = "expense",
    .arguments = "FILE... [--format FORMAT] [--recogniser NAME] [--data DIR] [--no-index]",
    .summary = "read the fields and line items of invoices and receipts",
    .help = "Reads PNG, JPEG, TIFF and PDF files (\"-\" is standard input) and prints what an\n"
            "invoice or receipt says: vendor, number, dates, totals, line items.\n"
            "\n"
            "  --format table  summary fields and line items for people (default)\n"
            "  --format json   the reply of Textract's AnalyzeExpense; with several files\n"
            "                  one line each\n"
            "  --format csv|tsv  one field a line, for spreadsheets\n"
            "  --format html|latex|grid  fields and line items as tables: a page, tabulars,\n"
            "                  or drawn with lines\n" CLI_READING_HELP,
    .run = run,
};
