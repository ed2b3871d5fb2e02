#include "document/pdf_info.h"

#include <inttypes.h>

/* The text behind `label` and blanks when the line starts with it. */
static bool after(q_str line, q_str label, q_str *rest)
{
    if (!q_str_starts(line, label))
        return false;
    *rest = q_str_trim(q_str_sub(line, label.n, line.n));
    return true;
}

/* "   1 size:  612 x 792 pts (letter)" and "   1 rot:   90". */
static void page_line(q_str line, pdf_info *info)
{
    q_str number, what, width, cross, height;
    uint64_t n, degrees;
    double w, h;
    pdf_info_page *page;

    q_str_cut(q_str_trim(line), ' ', &number, &what);
    if (!q_str_u64(number, &n) || n == 0 || n > info->count)
        return;
    page = &info->pages[n - 1];
    if (after(what, Q_STR("size:"), &what)) {
        q_str_cut(what, ' ', &width, &what);
        q_str_cut(what, ' ', &cross, &what);
        q_str_cut(what, ' ', &height, &what);
        if (q_str_f64(width, &w) && q_str_f64(height, &h) && w > 0 && h > 0 && w < 1e6 && h < 1e6)
            *page = (pdf_info_page){w, h};
    } else if (after(what, Q_STR("rot:"), &what)) {
        if (q_str_u64(what, &degrees) && degrees % 180 == 90)
            *page = (pdf_info_page){page->height, page->width};
    }
}

/* The last "Pages:" counts: a title with line ends in it comes earlier. */
static bool page_count(q_str text, uint64_t *count)
{
    q_str line, value;
    bool found = false;

    while (text.n) {
        q_str_cut(text, '\n', &line, &text);
        if (after(line, Q_STR("Pages:"), &value) && q_str_u64(value, count))
            found = true;
    }
    return found;
}

q_code pdf_info__parse(q_str text, size_t max_pages, q_arena *a, pdf_info *out, q_err *err)
{
    q_str line, value;
    uint64_t count = 0;

    if (!page_count(text, &count) || count == 0)
        return q_err_set(err, Q_INVALID, "the PDF has no pages");
    if (count > max_pages)
        return q_err_set(err, Q_LIMIT, "the PDF has %" PRIu64 " pages; at most %zu are read", count,
                         max_pages);
    out->count = (size_t)count;
    out->pages = q_arena_array(a, out->count, sizeof *out->pages);
    if (!out->pages)
        return q_err_nomem(err);
    while (text.n) {
        q_str_cut(text, '\n', &line, &text);
        if (after(line, Q_STR("Page "), &value))
            page_line(value, out);
    }
    return Q_OK;
}
