/* cli/sheets.h - the formats in which commands write rows and columns (document/sheet.h). */
#ifndef Q_CLI_SHEETS_H
#define Q_CLI_SHEETS_H

#include "document/sheet.h"

/* "csv", "tsv", "html", "latex", "grid"; false for other names. */
bool cli_sheet_format(const char *name, q_sheet_format *out);

/* Several sheets of one file; between CSV, TSV, LaTeX and grids stands an empty line. Grids that go
 * to a terminal are as wide as it is.
 */
typedef struct cli_sheets {
    q_sheet_format format;
    q_buf *out;
    size_t count;
} cli_sheets;

/* Append a sheet aligned in columns, for people: as cli_table_print. Q_NOMEM. */
Q_MUST_USE q_code cli_sheet_table(const q_sheet *sheet, q_arena *a, q_buf *out, q_err *err);

void cli_sheets_begin(cli_sheets *s, const char *path);
void cli_sheets_put(cli_sheets *s, const q_sheet *sheet);
void cli_sheets_end(cli_sheets *s);

#endif
