#include "document/sheet.h"

#include "document/sheet_grid.h"

static const q_sheet_cell *at(const q_sheet *s, size_t row, size_t column)
{
    return &s->cells[row * s->columns + column];
}

/* ---- CSV and TSV ----------------------------------------------------------- */

static void put_csv(q_str text, q_buf *out)
{
    bool plain = true;

    for (size_t i = 0; i < text.n; i++)
        plain =
            plain && text.p[i] != '"' && text.p[i] != ',' && text.p[i] != '\n' && text.p[i] != '\r';
    if (plain) {
        q_buf_put(out, text);
        return;
    }
    q_buf_char(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            q_buf_char(out, '"');
        q_buf_char(out, text.p[i]);
    }
    q_buf_char(out, '"');
}

static void put_tsv(q_str text, q_buf *out)
{
    for (size_t i = 0; i < text.n; i++)
        q_buf_char(out, (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i]);
}

static void separated(const q_sheet *s, q_sheet_format format, q_buf *out)
{
    for (size_t r = 0; r < s->rows; r++) {
        for (size_t c = 0; c < s->columns; c++) {
            if (c)
                q_buf_char(out, format == Q_SHEET_CSV ? ',' : '\t');
            (format == Q_SHEET_CSV ? put_csv : put_tsv)(at(s, r, c)->text, out);
        }
        q_buf_puts(out, format == Q_SHEET_CSV ? "\r\n" : "\n");
    }
}

/* ---- HTML ------------------------------------------------------------------ */

static void put_html(q_str text, q_buf *out)
{
    q_str line;

    for (bool more = true, first = true; more; first = false) {
        more = q_str_cut(text, '\n', &line, &text);
        if (!first)
            q_buf_puts(out, "<br>");
        q_buf_xml(out, line);
    }
}

static void html_cell(const q_sheet_cell *cell, q_buf *out)
{
    const char *tag = cell->heading ? "th" : "td";

    q_buf_printf(out, "<%s", tag);
    if (cell->heading)
        q_buf_puts(out, cell->column_span > 1 ? " scope=\"colgroup\"" : " scope=\"col\"");
    if (cell->row_span > 1)
        q_buf_printf(out, " rowspan=\"%zu\"", cell->row_span);
    if (cell->column_span > 1)
        q_buf_printf(out, " colspan=\"%zu\"", cell->column_span);
    if (cell->number)
        q_buf_puts(out, " class=\"number\"");
    q_buf_char(out, '>');
    put_html(cell->text, out);
    q_buf_printf(out, "</%s>", tag);
}

static void html(const q_sheet *s, q_buf *out)
{
    q_buf_puts(out, "<table>\n");
    if (s->title.n) {
        q_buf_puts(out, "<caption>");
        q_buf_xml(out, s->title);
        q_buf_puts(out, "</caption>\n");
    }
    for (size_t r = 0; r < s->rows; r++) {
        q_buf_puts(out, "<tr>");
        for (size_t c = 0; c < s->columns; c++)
            if (at(s, r, c)->row_span)
                html_cell(at(s, r, c), out);
        q_buf_puts(out, "</tr>\n");
    }
    q_buf_puts(out, "</table>\n");
}

static void html_begin(q_str title, q_buf *out)
{
    q_buf_puts(out, "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>");
    q_buf_xml(out, title);
    q_buf_puts(out, "</title>\n<style>\n"
                    "body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; }\n"
                    "table { border-collapse: collapse; margin: 0 0 2em; }\n"
                    "caption { text-align: left; font-weight: 600; padding: 0 0 .4em; }\n"
                    "th, td { border: 1px solid #bbb; padding: .25em .6em; text-align: left;\n"
                    "  vertical-align: top; }\n"
                    "th { background: #f2f2f2; }\n"
                    ".number { text-align: right; font-variant-numeric: tabular-nums; }\n"
                    "</style>\n</head>\n<body>\n");
}

/* ---- LaTeX ----------------------------------------------------------------- */

static void put_latex(q_str text, q_buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '\\')
            q_buf_puts(out, "\\textbackslash{}");
        else if (c == '~')
            q_buf_puts(out, "\\textasciitilde{}");
        else if (c == '^')
            q_buf_puts(out, "\\textasciicircum{}");
        else if (c == '<')
            q_buf_puts(out, "\\textless{}");
        else if (c == '>')
            q_buf_puts(out, "\\textgreater{}");
        else if (c == '|')
            q_buf_puts(out, "\\textbar{}");
        else if (q_str_has(Q_STR("{}$&#_%"), c))
            q_buf_printf(out, "\\%c", c);
        else
            q_buf_char(out, (unsigned char)c < ' ' ? ' ' : c);
    }
}

/* The column's numbers outweigh its texts. */
static bool is_right(const q_sheet *s, size_t column)
{
    size_t numbers = 0, texts = 0;

    for (size_t r = 0; r < s->rows; r++)
        if (at(s, r, column)->text.n && !at(s, r, column)->heading) {
            numbers += at(s, r, column)->number;
            texts += !at(s, r, column)->number;
        }
    return numbers > texts;
}

static void latex_row(const q_sheet *s, size_t row, q_buf *out)
{
    for (size_t c = 0; c < s->columns;) {
        const q_sheet_cell *cell = at(s, row, c);
        size_t span = cell->column_span > 1 && cell->row_span ? cell->column_span : 1;

        if (c)
            q_buf_puts(out, " & ");
        if (span > 1)
            q_buf_printf(out, "\\multicolumn{%zu}{l}{", span);
        put_latex(cell->text, out);
        if (span > 1)
            q_buf_char(out, '}');
        c += span;
    }
    q_buf_puts(out, " \\\\\n");
}

static void latex(const q_sheet *s, q_buf *out)
{
    if (s->title.n) {
        q_buf_puts(out, "% ");
        put_tsv(s->title, out);
        q_buf_char(out, '\n');
    }
    q_buf_puts(out, "\\begin{tabular}{");
    for (size_t c = 0; c < s->columns; c++)
        q_buf_char(out, is_right(s, c) ? 'r' : 'l');
    q_buf_puts(out, "}\n\\hline\n");
    for (size_t r = 0; r < s->rows; r++) {
        latex_row(s, r, out);
        if (at(s, r, 0)->heading && (r + 1 == s->rows || !at(s, r + 1, 0)->heading))
            q_buf_puts(out, "\\hline\n");
    }
    q_buf_puts(out, "\\hline\n\\end{tabular}\n");
}

/* ---- All of them ------------------------------------------------------------ */

void q_sheet_write(const q_sheet *s, q_sheet_format format, size_t width, q_buf *out)
{
    if (s->rows == 0 || s->columns == 0)
        return;
    switch (format) {
    case Q_SHEET_CSV:
    case Q_SHEET_TSV:
        separated(s, format, out);
        break;
    case Q_SHEET_HTML:
        html(s, out);
        break;
    case Q_SHEET_LATEX:
        latex(s, out);
        break;
    case Q_SHEET_GRID:
        sheet__grid(s, width, out);
        break;
    }
}

void q_sheet_begin(q_sheet_format format, q_str title, q_buf *out)
{
    if (format == Q_SHEET_HTML)
        html_begin(title, out);
}

void q_sheet_end(q_sheet_format format, q_buf *out)
{
    if (format == Q_SHEET_HTML)
        q_buf_puts(out, "</body>\n</html>\n");
}
