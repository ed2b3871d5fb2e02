/* document/table_grid.h - tables by the lines drawn around their cells.
 *
 * Lines that meet are a grid. Where a piece of a line is missing between two places, they are one
 * cell; where all are there but what holds the words together, it is no grid but a frame, which
 * table_stream.h looks into.
 */
#ifndef Q_DOCUMENT_TABLE_GRID_H
#define Q_DOCUMENT_TABLE_GRID_H

#include "document/table_draft.h"

/* Add the tables with lines around their cells; their words are taken. Frames around words that
 * no lines part are left. Q_NOMEM.
 */
Q_MUST_USE q_code table__grids(table__text *t, table__drafts *out, q_err *err);

#endif
