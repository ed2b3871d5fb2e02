#include "document/page.h"

#include "base/buf.h"

#include <math.h>

double q_box_right(q_box b)
{
    return b.left + b.width;
}

double q_box_bottom(q_box b)
{
    return b.top + b.height;
}

q_box q_box_join(q_box a, q_box b)
{
    double left = fmin(a.left, b.left), top = fmin(a.top, b.top);

    return (q_box){left, top, fmax(q_box_right(a), q_box_right(b)) - left,
                   fmax(q_box_bottom(a), q_box_bottom(b)) - top};
}

void q_page_shown(const q_page *p, double x, double y, double *shown_x, double *shown_y)
{
    double c = cos(p->turn * M_PI / 180), s = sin(p->turn * M_PI / 180);
    double from_x = (x - 0.5) * p->width_pt, from_y = (y - 0.5) * p->height_pt;

    *shown_x = x;
    *shown_y = y;
    if (p->turn == 0) /* exactly, as mostly */
        return;
    *shown_x = fmin(fmax((from_x * c - from_y * s) / p->shown_width_pt + 0.5, 0), 1);
    *shown_y = fmin(fmax((from_x * s + from_y * c) / p->shown_height_pt + 0.5, 0), 1);
}

q_str q_picks_text(const q_page *page, const q_picks *picks, q_arena *a)
{
    q_buf b = q_buf_init(a, SIZE_MAX);
    q_str text;

    for (size_t i = 0; i < picks->count; i++) {
        if (i)
            q_buf_char(&b, ' ');
        q_buf_put(&b, page->words[picks->items[i]].text);
    }
    return q_buf_finish(&b, &text, NULL) ? (q_str){NULL, 0} : text;
}
