#include "cli/table.h"

#include "base/utf8.h"

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

/* Source of the ranges: Unicode's EastAsianWidth (W, F) and combining blocks. */
static size_t columns_of_char(uint32_t cp)
{
    if (cp < 0x300)
        return 1;
    if ((cp >= 0x300 && cp <= 0x36F) || (cp >= 0x200B && cp <= 0x200F) ||
        (cp >= 0xFE00 && cp <= 0xFE0F) || cp == 0xFEFF)
        return 0;
    if ((cp >= 0x1100 && cp <= 0x115F) || (cp >= 0x2E80 && cp <= 0xA4CF) ||
        (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0xF900 && cp <= 0xFAFF) ||
        (cp >= 0xFE30 && cp <= 0xFE6F) || (cp >= 0xFF00 && cp <= 0xFF60) ||
        (cp >= 0xFFE0 && cp <= 0xFFE6) || (cp >= 0x1F300 && cp <= 0x1FAFF) ||
        (cp >= 0x20000 && cp <= 0x3FFFD))
        return 2;
    return 1;
}

size_t cli_columns_of(q_str text)
{
    size_t columns = 0;

    for (size_t i = 0, len; i < text.n; i += len)
        columns += columns_of_char(q_utf8_decode(q_str_sub(text, i, text.n), &len));
    return columns;
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
            size_t w = cli_columns_of(cell(t, r, c));

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

/* Take from *left what fits into `width`: whole words where there are some. */
static q_str take_line(q_str *left, size_t width)
{
    size_t columns = 0, i = 0, len, last_blank = 0;
    q_str line;

    *left = q_str_trim(*left);
    for (; i < left->n && left->p[i] != '\n'; i += len) {
        columns += columns_of_char(q_utf8_decode(q_str_sub(*left, i, left->n), &len));
        if (left->p[i] == ' ')
            last_blank = i;
        if (columns > width)
            break;
    }
    if (i < left->n && left->p[i] != '\n' && left->p[i] != ' ' && last_blank)
        i = last_blank;
    line = q_str_sub(*left, 0, i);
    *left = q_str_sub(*left, i, left->n);
    return q_str_trim(line);
}

static void pad(q_buf *out, size_t n, char c)
{
    while (n--)
        q_buf_char(out, c);
}

static void put_plain(q_buf *out, q_str text)
{
    for (size_t i = 0; i < text.n; i++)
        q_buf_char(out, (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F ? ' ' : text.p[i]);
}

static void put_cell(q_buf *out, q_str line, size_t width, bool right, bool last)
{
    size_t used = cli_columns_of(line), room = used < width ? width - used : 0;

    if (right)
        pad(out, room, ' ');
    put_plain(out, line);
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
            q_str line = take_line(&left[c], widths[c]);

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
