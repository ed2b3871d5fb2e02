#include "document/page.h"

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
