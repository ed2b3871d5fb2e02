/* A table's blocks. The API has a CELL at each place of the grid, and a MERGED_CELL over those
 * that are one on the page; what that one holds is in its first CELL.
 */
#include "service/textract_block.h"

#include <math.h>

/* Where the grid's columns and rows are. */
typedef struct grid {
    double *left, *right; /* of each column; NAN where no cell tells */
    double *top, *bottom; /* of each row */
    const q_table *table;
    size_t first_cell;   /* the number of the table's first CELL on its page */
    size_t first_merged; /* and of its first MERGED_CELL */
} grid;

static double lesser(double a, double b)
{
    return isnan(a) || b < a ? b : a;
}

static double greater(double a, double b)
{
    return isnan(a) || b > a ? b : a;
}

static bool grid_init(grid *g, const q_table *t, q_arena *a)
{
    size_t n = 2 * (t->columns + t->rows);
    double *all = q_arena_array(a, n + 1, sizeof *all);

    if (!all)
        return false;
    for (size_t i = 0; i < n; i++)
        all[i] = NAN;
    g->table = t;
    g->left = all;
    g->right = g->left + t->columns;
    g->top = g->right + t->columns;
    g->bottom = g->top + t->rows;
    for (size_t i = 0; i < t->cell_count; i++) {
        const q_cell *c = &t->cells[i];
        size_t column = c->column + c->column_span - 1, row = c->row + c->row_span - 1;

        g->left[c->column] = lesser(g->left[c->column], c->box.left);
        g->right[column] = greater(g->right[column], q_box_right(c->box));
        g->top[c->row] = lesser(g->top[c->row], c->box.top);
        g->bottom[row] = greater(g->bottom[row], q_box_bottom(c->box));
    }
    return true;
}

/* The part from `at` of `count` of a length, or what the grid says if that is within it. */
static void place(double from, double length, size_t at, size_t count, double start, double end,
                  double *out, double *out_length)
{
    double step = length / (double)count;

    *out = from + step * (double)at;
    *out_length = step;
    if (start >= from && end <= from + length && end > start) { /* false for NAN */
        *out = start;
        *out_length = end - start;
    }
}

static q_box part_box(const grid *g, const q_cell *c, size_t row, size_t column)
{
    size_t y = c->row + row, x = c->column + column;
    q_box box = c->box;

    if (c->column_span > 1)
        place(c->box.left, c->box.width, column, c->column_span, g->left[x], g->right[x], &box.left,
              &box.width);
    if (c->row_span > 1)
        place(c->box.top, c->box.height, row, c->row_span, g->top[y], g->bottom[y], &box.top,
              &box.height);
    return box;
}

static size_t cell_number(const grid *g, size_t row, size_t column)
{
    return g->first_cell + row * g->table->columns + column;
}

static void put_place(q_value *v, size_t row, size_t column, size_t rows, size_t columns)
{
    q_map_int(v, Q_STR("RowIndex"), (int64_t)row + 1);
    q_map_int(v, Q_STR("ColumnIndex"), (int64_t)column + 1);
    q_map_int(v, Q_STR("RowSpan"), (int64_t)rows);
    q_map_int(v, Q_STR("ColumnSpan"), (int64_t)columns);
}

static void put_entities(q_value *v, const q_cell *c)
{
    if (c->heading)
        block__entity(v, Q_STR("COLUMN_HEADER"));
    if (c->section)
        block__entity(v, Q_STR("TABLE_SECTION_TITLE"));
    if (c->summary)
        block__entity(v, Q_STR("TABLE_SUMMARY"));
}

static bool is_merged(const q_cell *c)
{
    return c->row_span > 1 || c->column_span > 1;
}

static void cell_blocks(const block_page *b, const grid *g, const q_cell *c)
{
    for (size_t row = 0; row < c->row_span; row++)
        for (size_t column = 0; column < c->column_span; column++) {
            size_t number = cell_number(g, c->row + row, c->column + column);
            q_value *v = block__add(b, Q_STR("CELL"), BLOCK_CELL, number, c->confidence);

            put_place(v, c->row + row, c->column + column, 1, 1);
            put_entities(v, c);
            textract__geometry(v, b->page, part_box(g, c, row, column));
            if (row == 0 && column == 0)
                block__children(b, v, &c->words, &c->ticks);
        }
}

static void merged_block(const block_page *b, const grid *g, const q_cell *c, size_t number)
{
    q_value *v = block__add(b, Q_STR("MERGED_CELL"), BLOCK_MERGED, number, c->confidence);
    q_value *ids = block__relation(v, Q_STR("CHILD"));

    put_place(v, c->row, c->column, c->row_span, c->column_span);
    put_entities(v, c);
    textract__geometry(v, b->page, c->box);
    for (size_t row = 0; row < c->row_span; row++)
        for (size_t column = 0; column < c->column_span; column++)
            block__relate(b, ids, BLOCK_CELL, cell_number(g, c->row + row, c->column + column));
}

/* A title or a footer, if there is one. */
static void words_block(const block_page *b, q_value *table, q_str type, block_kind kind,
                        size_t number, const q_picks *words, float confidence)
{
    q_value *v;
    q_box box;

    if (words->count == 0)
        return;
    block__relate(b, block__relation(table, type), kind, number);
    box = b->page->words[words->items[0]].box;
    for (size_t i = 1; i < words->count; i++)
        box = q_box_join(box, b->page->words[words->items[i]].box);
    v = block__add(b, type, kind, number, confidence);
    textract__geometry(v, b->page, box);
    block__children(b, v, words, NULL);
}

static void table_blocks(const block_page *b, const q_table *t, size_t number, grid *g)
{
    q_value *v = block__add(b, Q_STR("TABLE"), BLOCK_TABLE, number, t->confidence);
    q_value *ids = block__relation(v, Q_STR("CHILD"));

    textract__geometry(v, b->page, t->box);
    block__entity(v, t->structured ? Q_STR("STRUCTURED_TABLE") : Q_STR("SEMI_STRUCTURED_TABLE"));
    for (size_t row = 0; row < t->rows; row++)
        for (size_t column = 0; column < t->columns; column++)
            block__relate(b, ids, BLOCK_CELL, cell_number(g, row, column));
    for (size_t i = 0, n = 0; i < t->cell_count; i++)
        if (is_merged(&t->cells[i]))
            block__relate(b, block__relation(v, Q_STR("MERGED_CELL")), BLOCK_MERGED,
                          g->first_merged + n++);
    words_block(b, v, Q_STR("TABLE_TITLE"), BLOCK_TITLE, number, &t->title, t->confidence);
    words_block(b, v, Q_STR("TABLE_FOOTER"), BLOCK_FOOTER, number, &t->footer, t->confidence);
    for (size_t i = 0; i < t->cell_count; i++)
        cell_blocks(b, g, &t->cells[i]);
    for (size_t i = 0; i < t->cell_count; i++)
        if (is_merged(&t->cells[i]))
            merged_block(b, g, &t->cells[i], g->first_merged++);
}

void block__tables(const block_page *b, const q_tables *tables)
{
    grid g = {.first_cell = 0};

    for (size_t i = 0; i < tables->count; i++) {
        if (!grid_init(&g, &tables->items[i], b->list->arena)) {
            q_value_fail(b->list);
            return;
        }
        table_blocks(b, &tables->items[i], i, &g);
        g.first_cell += tables->items[i].rows * tables->items[i].columns;
    }
}
