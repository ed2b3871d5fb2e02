#include "cli/table.h"

#include "base/utf8.h"
#include "base/wrap.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { GAP = 2, MAX_COLUMNS = 16, MIN_WIDTH = 6 };

size_t cli_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 80;
}

static q_str cell(const cli_table *t, size_t row, size_t column)
{
    return t->cells[row * t->columns + column];
}

/* Natural widths, then the widest column gives way until a line fits. */
static void fit(const cli_table *t, size_t *widths)
{
    size_t total = GAP * (t->columns - 1);

    for (size_t c = 0; c < t->columns; c++) {
        widths[c] = 1;
        for (size_t r = 0; r < t->rows; r++) {
            size_t w = q_utf8_columns(cell(t, r, c));

            widths[c] = w > widths[c] ? w : widths[c];
        }
        total += widths[c];
    }
    while (total > t->width) {
        size_t widest = 0;

        for (size_t c = 1; c < t->columns; c++)
            widest = widths[c] > widths[widest] ? c : widest;
        if (widths[widest] <= MIN_WIDTH)
            break;
        widths[widest]--;
        total--;
    }
}

static void pad(q_buf *out, size_t n, char c)
{
    while (n--)
        q_buf_char(out, c);
}

static void put_cell(q_buf *out, q_str line, size_t width, bool right, bool last)
{
    size_t used = q_utf8_columns(line), room = used < width ? width - used : 0;

    if (right)
        pad(out, room, ' ');
    q_wrap_put(line, out);
    if (!right && !last)
        pad(out, room, ' ');
}

static void put_row(const cli_table *t, size_t row, const size_t *widths, q_buf *out)
{
    q_str left[MAX_COLUMNS];
    bool more = true;

    for (size_t c = 0; c < t->columns; c++)
        left[c] = cell(t, row, c);
    while (more) {
        more = false;
        for (size_t c = 0; c < t->columns; c++) {
            q_str line = q_wrap_line(&left[c], widths[c]);

            put_cell(out, line, widths[c], t->right[c], c + 1 == t->columns);
            if (c + 1 < t->columns)
                pad(out, GAP, ' ');
            more = more || q_str_trim(left[c]).n;
        }
        while (out->n && out->p[out->n - 1] == ' ')
            out->n--;
        q_buf_char(out, '\n');
    }
}

void cli_table_print(const cli_table *t, q_buf *out)
{
    size_t widths[MAX_COLUMNS];

    if (t->columns == 0 || t->columns > MAX_COLUMNS || t->rows == 0)
        return;
    fit(t, widths);
    put_row(t, 0, widths, out);
    for (size_t c = 0; c < t->columns; c++) {
        pad(out, widths[c], '-');
        pad(out, c + 1 < t->columns ? GAP : 0, ' ');
    }
    q_buf_char(out, '\n');
    for (size_t r = 1; r < t->rows; r++)
        put_row(t, r, widths, out);
}
