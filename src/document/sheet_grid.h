/* document/sheet_grid.h - a sheet drawn with lines.
 *
 *     ┌──────────┬───────┐
 *     │ Item     │ Price │
 *     ╞══════════╪═══════╡
 *     │ Pump     │ 45.00 │
 *     └──────────┴───────┘
 */
#ifndef DOCUMENT_SHEET_GRID_H
#define DOCUMENT_SHEET_GRID_H

#include "document/sheet.h"

/* Append it, its title above; as q_sheet_write. */
void sheet__grid(const q_sheet *s, size_t width, q_buf *out);

#endif
