#include "cli/sheets.h"

#include "cli/table.h"

#include <string.h>
#include <unistd.h>

bool cli_sheet_format(const char *name, q_sheet_format *out)
{
    static const struct {
        const char *name;
        q_sheet_format format;
    } formats[] = {{"csv", Q_SHEET_CSV},
                   {"tsv", Q_SHEET_TSV},
                   {"html", Q_SHEET_HTML},
                   {"latex", Q_SHEET_LATEX},
                   {"grid", Q_SHEET_GRID}};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(name, formats[i].name) == 0) {
            *out = formats[i].format;
            return true;
        }
    return false;
}

q_code cli_sheet_table(const q_sheet *sheet, q_arena *a, q_buf *out, q_err *err)
{
    size_t count = sheet->rows * sheet->columns;
    q_str *cells = q_arena_array(a, count, sizeof *cells);
    bool *right = q_arena_array(a, sheet->columns, sizeof *right);

    if (!cells || !right)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++) {
        cells[i] = sheet->cells[i].text;
        right[i % sheet->columns] = right[i % sheet->columns] || sheet->cells[i].number;
    }
    cli_table_print(&(cli_table){cells, sheet->rows, sheet->columns, right, cli_width()}, out);
    return Q_OK;
}

void cli_sheets_begin(cli_sheets *s, const char *path)
{
    q_sheet_begin(s->format, q_str_of(path), s->out);
}

void cli_sheets_put(cli_sheets *s, const q_sheet *sheet)
{
    if (sheet->rows == 0 || sheet->columns == 0)
        return;
    if (s->count++ && s->format != Q_SHEET_HTML)
        q_buf_puts(s->out, s->format == Q_SHEET_CSV ? "\r\n" : "\n");
    q_sheet_write(sheet, s->format, isatty(STDOUT_FILENO) ? cli_width() : 0, s->out);
}

void cli_sheets_end(cli_sheets *s)
{
    q_sheet_end(s->format, s->out);
}
