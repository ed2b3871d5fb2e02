#include "document/expense.h"

#include "cli/command.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "cli/table.h"
#include "service/textract.h"

#include <string.h>

typedef struct reading {
    const char *format;
    bool many;
    bool headed; /* CSV: the first line is out */
} reading;

enum { MAX_COLUMNS = 8 };

static q_str or_type(const q_expense_field *f)
{
    return f->label.present && q_str_is(f->type, "OTHER") ? f->label.text : f->type;
}

static q_code put_summary(const q_expense *e, q_arena *a, q_buf *out, q_err *err)
{
    static const bool right[] = {false, false, true};
    size_t rows = e->field_count + 1;
    q_str *cells = q_arena_array(a, rows * 3, sizeof *cells);

    if (!cells)
        return q_err_nomem(err);
    cells[0] = Q_STR("Field");
    cells[1] = Q_STR("Value");
    cells[2] = Q_STR("Confidence");
    for (size_t i = 0; i < e->field_count; i++) {
        const q_expense_field *f = &e->fields[i];

        cells[3 * i + 3] = or_type(f);
        cells[3 * i + 4] = f->value.text;
        cells[3 * i + 5] = q_str_printf(a, "%.0f %%", (double)f->type_confidence);
    }
    cli_table_print(&(cli_table){cells, rows, 3, right, cli_width()}, out);
    return Q_OK;
}

/* The columns of a group: the kinds of field its rows hold, EXPENSE_ROW apart. */
static size_t columns_of(const q_expense_table *t, q_str *names)
{
    size_t count = 0;

    for (size_t r = 0; r < t->count; r++) {
        for (size_t f = 0; f < t->items[r].count; f++) {
            const q_expense_field *field = &t->items[r].fields[f];
            size_t c = 0;

            if (q_str_is(field->type, "EXPENSE_ROW"))
                continue;
            while (c < count && !q_str_eq(names[c], or_type(field)))
                c++;
            if (c == count && count < MAX_COLUMNS)
                names[count++] = or_type(field);
        }
    }
    return count;
}

static bool is_number(q_str name)
{
    return q_str_is(name, "PRICE") || q_str_is(name, "UNIT_PRICE") || q_str_is(name, "QUANTITY");
}

static q_code put_items(const q_expense_table *t, q_arena *a, q_buf *out, q_err *err)
{
    q_str names[MAX_COLUMNS], *cells;
    bool right[MAX_COLUMNS];
    size_t columns = columns_of(t, names);

    cells = q_arena_array(a, (t->count + 1) * columns, sizeof *cells);
    if (!cells)
        return q_err_nomem(err);
    for (size_t c = 0; c < columns; c++) {
        cells[c] = names[c];
        right[c] = is_number(names[c]);
    }
    for (size_t r = 0; r < t->count; r++) {
        for (size_t f = 0; f < t->items[r].count; f++) {
            const q_expense_field *field = &t->items[r].fields[f];

            for (size_t c = 0; c < columns; c++)
                if (q_str_eq(names[c], or_type(field)) && cells[(r + 1) * columns + c].n == 0)
                    cells[(r + 1) * columns + c] = field->value.text;
        }
    }
    q_buf_char(out, '\n');
    cli_table_print(&(cli_table){cells, t->count + 1, columns, right, cli_width()}, out);
    return Q_OK;
}

static q_code put_table(const q_expense *e, const char *path, bool many, q_arena *a, q_buf *out,
                        q_err *err)
{
    q_code rc;

    if (many)
        q_buf_printf(out, "==> %s <==\n", path);
    if (!e->is_expense) {
        q_buf_puts(out, "Nothing of an invoice or receipt was found.\n");
        return Q_OK;
    }
    rc = put_summary(e, a, out, err);
    for (size_t i = 0; i < e->table_count && !rc; i++)
        rc = put_items(&e->tables[i], a, out, err);
    if (many)
        q_buf_char(out, '\n');
    return rc;
}

static void put_csv_text(q_buf *out, q_str s)
{
    q_buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            q_buf_char(out, '"');
        q_buf_char(out, s.p[i]);
    }
    q_buf_char(out, '"');
}

static void put_csv_field(const char *path, const char *kind, size_t group, size_t row,
                          const q_expense_field *f, q_buf *out)
{
    put_csv_text(out, q_str_of(path));
    q_buf_printf(out, ",%s,%zu,%zu,%zu,%.*s,", kind, f->page, group, row, Q_ARG(f->type));
    put_csv_text(out, f->label.present ? f->label.text : Q_STR(""));
    q_buf_char(out, ',');
    put_csv_text(out, f->value.text);
    q_buf_printf(out, ",%.*s,%.1f\r\n", Q_ARG(f->currency), (double)f->type_confidence);
}

static void put_csv(const q_expense *e, const char *path, reading *r, q_buf *out)
{
    if (!r->headed)
        q_buf_puts(out, "file,kind,page,group,row,type,label,value,currency,confidence\r\n");
    r->headed = true;
    for (size_t i = 0; i < e->field_count; i++)
        put_csv_field(path, "summary", 0, 0, &e->fields[i], out);
    for (size_t t = 0; t < e->table_count; t++)
        for (size_t i = 0; i < e->tables[t].count; i++)
            for (size_t f = 0; f < e->tables[t].items[i].count; f++)
                put_csv_field(path, "item", t + 1, i + 1, &e->tables[t].items[i].fields[f], out);
}

static q_code file(void *ctx, const char *path, const q_pages *pages, q_arena *a, q_buf *out,
                   q_err *err)
{
    reading *r = ctx;
    q_expense e;
    q_code rc = q_expense_read(pages, a, &e, err);

    if (rc)
        return rc;
    if (strcmp(r->format, "json") == 0) {
        q_value *reply = q_value_map(a);

        q_textract_expense(&e, pages, reply);
        return cli_put_reply(reply, r->many, out, err);
    }
    if (strcmp(r->format, "csv") == 0) {
        put_csv(&e, path, r, out);
        return Q_OK;
    }
    return put_table(&e, path, r->many, a, out, err);
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"format", "table|json|csv"},
                                         {"recogniser", "ppocr|tesseract"}};
    cli_words words;
    reading r;

    if (cli_options_read(&cli_expense, options, 2, argc, argv, &words))
        return CLI_USAGE;
    if (words.count == 0)
        return cli_usage(&cli_expense, "no file is named");
    r = (reading){words.values[0] ? words.values[0] : "table", words.count > 1, false};
    return cli_reading(&(cli_reader){file, &r}, words.values[1], words.operands, words.count);
}

const cli_command cli_expense = {
    .name = "expense",
    .arguments = "FILE... [--format table|json|csv] [--recogniser NAME]",
    .summary = "read the fields and line items of invoices and receipts",
    .help = "Reads PNG, JPEG, TIFF and PDF files (\"-\" is standard input) and prints what an\n"
            "invoice or receipt says: vendor, number, dates, totals, line items.\n"
            "\n"
            "  --format table  summary fields and line items for people (default)\n"
            "  --format json   the reply of Textract's AnalyzeExpense; with several files\n"
            "                  one line each\n"
            "  --format csv    one field a line, for spreadsheets\n"
            "  --recogniser NAME  ppocr or tesseract: who reads pictures (default:\n"
            "                  $QUERN_RECOGNISER, else ppocr where its models are installed)\n"
            "\n"
            "A file that cannot be read is named on stderr, the others are still read, and\n"
            "the exit status is 1.\n",
    .run = run,
};
