/* cli/table.h - rows and columns for people: aligned, wrapped to the width.
 *
 *     Item                  Quantity     Price
 *     --------------------  --------  --------
 *     Desks and Office                 1500.00
 *     Supplies
 */
#ifndef Q_CLI_TABLE_H
#define Q_CLI_TABLE_H

#include "base/buf.h"

typedef struct cli_table {
    const q_str *cells; /* rows * columns, the first row is the heading */
    size_t rows, columns;
    const bool *right; /* per column: numbers, aligned to the right */
    size_t width;      /* of a line, in terminal columns */
} cli_table;

/* Appends the table; control characters in cells become blanks. */
void cli_table_print(const cli_table *t, q_buf *out);

/* The terminal's width behind stdout, or 80. */
size_t cli_width(void);

#endif
