#include "document/sheet_grid.h"

#include "base/utf8.h"
#include "base/wrap.h"

#include <stdlib.h>

enum {
    LEAST_WIDTH = 6, /* to which a column gives way */
    PADDING = 2      /* one blank at each side of a cell */
};

typedef struct grid {
    const q_sheet *sheet;
    size_t *widths; /* a column's, without padding */
    size_t *owner;  /* of each place: the number of the cell that covers it */
    q_str *left;    /* of each column's cell in the row being drawn: not yet drawn */
    q_buf *out;
} grid;

static const q_sheet_cell *at(const grid *g, size_t row, size_t column)
{
    return &g->sheet->cells[row * g->sheet->columns + column];
}

static size_t owner(const grid *g, size_t row, size_t column)
{
    return g->owner[row * g->sheet->columns + column];
}

static void repeat(q_buf *out, const char *what, size_t n)
{
    while (n--)
        q_buf_puts(out, what);
}

/* Where cells lie that cover several places. */
static void find_owners(grid *g)
{
    const q_sheet *s = g->sheet;

    for (size_t i = 0; i < s->rows * s->columns; i++)
        g->owner[i] = i;
    for (size_t r = 0; r < s->rows; r++)
        for (size_t c = 0; c < s->columns; c++)
            for (size_t y = 0; y < at(g, r, c)->row_span && r + y < s->rows; y++)
                for (size_t x = 0; x < at(g, r, c)->column_span && c + x < s->columns; x++)
                    g->owner[(r + y) * s->columns + c + x] = r * s->columns + c;
}

static size_t longest_line(q_str text)
{
    size_t longest = 1;
    q_str line;

    for (bool more = true; more;) {
        size_t n;

        more = q_str_cut(text, '\n', &line, &text);
        n = q_utf8_columns(line);
        longest = n > longest ? n : longest;
    }
    return longest;
}

/* What the cell's columns have room for together. */
static size_t room(const grid *g, size_t column, size_t span)
{
    size_t n = (span - 1) * (PADDING + 1);

    for (size_t c = column; c < column + span && c < g->sheet->columns; c++)
        n += g->widths[c];
    return n;
}

static void measure(grid *g, size_t width)
{
    const q_sheet *s = g->sheet;
    size_t total = 1;

    for (size_t c = 0; c < s->columns; c++)
        g->widths[c] = 1;
    for (size_t span = 1; span <= s->columns; span++)
        for (size_t r = 0; r < s->rows; r++)
            for (size_t c = 0; c < s->columns; c++) {
                size_t wanted = longest_line(at(g, r, c)->text);

                if (at(g, r, c)->row_span && at(g, r, c)->column_span == span &&
                    wanted > room(g, c, span))
                    g->widths[c + span - 1] += wanted - room(g, c, span);
            }
    for (size_t c = 0; c < s->columns; c++)
        total += g->widths[c] + PADDING + 1;
    while (width && total > width) {
        size_t widest = 0;

        for (size_t c = 1; c < s->columns; c++)
            widest = g->widths[c] > g->widths[widest] ? c : widest;
        if (g->widths[widest] <= LEAST_WIDTH)
            break;
        g->widths[widest]--;
        total--;
    }
}

/* Whether a line runs left of a place, above a place. Rows and columns past the end are outside. */
static bool line_left_of(const grid *g, size_t row, size_t column)
{
    return row < g->sheet->rows && (column == 0 || column == g->sheet->columns ||
                                    owner(g, row, column - 1) != owner(g, row, column));
}

static bool line_above(const grid *g, size_t row, size_t column)
{
    return column < g->sheet->columns && (row == 0 || row == g->sheet->rows ||
                                          owner(g, row - 1, column) != owner(g, row, column));
}

/* The character where lines meet, by which ways they go: up 1, right 2, down 4, left 8. */
static const char *crossing(const grid *g, size_t row, size_t column, bool twice)
{
    static const char *const once_chars[16] = {" ", "│", "─", "└", "│", "│", "┌", "├",
                                               "─", "┘", "─", "┴", "┐", "┤", "┬", "┼"};
    static const char *const twice_chars[16] = {" ", "│", "═", "╘", "│", "│", "╒", "╞",
                                                "═", "╛", "═", "╧", "╕", "╡", "╤", "╪"};
    size_t ways = 0;

    ways |= row && line_left_of(g, row - 1, column) ? 1 : 0;
    ways |= line_above(g, row, column) ? 2 : 0;
    ways |= line_left_of(g, row, column) ? 4 : 0;
    ways |= column && line_above(g, row, column - 1) ? 8 : 0;
    return (twice ? twice_chars : once_chars)[ways];
}

/* The line above a row; the last is below all. */
static void draw_line(const grid *g, size_t row)
{
    const q_sheet *s = g->sheet;
    bool twice = row && row < s->rows && at(g, row - 1, 0)->heading && !at(g, row, 0)->heading;

    for (size_t c = 0; c <= s->columns; c++) {
        q_buf_puts(g->out, crossing(g, row, c, twice));
        if (c < s->columns)
            repeat(g->out,
                   !line_above(g, row, c) ? " "
                   : twice                ? "═"
                                          : "─",
                   g->widths[c] + PADDING);
    }
    q_buf_char(g->out, '\n');
}

static void draw_part(const grid *g, const q_sheet_cell *cell, q_str line, size_t width)
{
    size_t used = q_utf8_columns(line), free = used < width ? width - used : 0;

    q_buf_char(g->out, ' ');
    repeat(g->out, " ", cell->number ? free : 0);
    q_wrap_put(line, g->out);
    repeat(g->out, " ", cell->number ? 0 : free);
    q_buf_char(g->out, ' ');
}

/* One line of text of a row; true while more is left. */
static bool draw_text(const grid *g, size_t row)
{
    const q_sheet *s = g->sheet;
    bool more = false;

    for (size_t c = 0; c < s->columns;) {
        const q_sheet_cell *cell = &s->cells[owner(g, row, c)];
        size_t span = 1;
        q_str line;

        while (c + span < s->columns && owner(g, row, c + span) == owner(g, row, c))
            span++;
        line = q_wrap_line(&g->left[c], room(g, c, span));
        q_buf_puts(g->out, "│");
        draw_part(g, cell, line, room(g, c, span));
        more = more || q_str_trim(g->left[c]).n;
        c += span;
    }
    q_buf_puts(g->out, "│\n");
    return more;
}

void sheet__grid(const q_sheet *s, size_t width, q_buf *out)
{
    grid g = {.sheet = s, .out = out};

    g.widths = calloc(s->columns, sizeof *g.widths);
    g.left = calloc(s->columns, sizeof *g.left);
    g.owner = calloc(s->rows * s->columns, sizeof *g.owner);
    if (!g.widths || !g.left || !g.owner) {
        out->rc = out->rc ? out->rc : Q_NOMEM;
        goto done;
    }
    find_owners(&g);
    measure(&g, width);
    if (s->title.n) {
        q_wrap_put(s->title, out);
        q_buf_char(out, '\n');
    }
    for (size_t r = 0; r < s->rows; r++) {
        draw_line(&g, r);
        for (size_t c = 0; c < s->columns; c++)
            g.left[c] = at(&g, r, c)->row_span ? at(&g, r, c)->text : (q_str){"", 0};
        while (draw_text(&g, r))
            ;
    }
    draw_line(&g, s->rows);
done:
    free(g.widths);
    free(g.left);
    free(g.owner);
}
