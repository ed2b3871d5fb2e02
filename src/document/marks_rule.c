/* Straight lines: what is left of the ink when it is opened by a long thin stroke. */
#include "document/marks.h"

#include <leptonica/allheaders.h>

enum {
    SHORTEST_FRACTION = 60, /* of the page's longer side: a line has at least a 60th of it */
    SHORTEST = 24,          /* pixels */
    GAP = 3,                /* pixels that may be missing in a line */
    SLENDER = 12            /* times as long as it is thick */
};

static q_code put_boxes(BOXA *boxes, PIX *binary, bool upright, q_arena *a, q_marks *out,
                        size_t *cap, q_err *err)
{
    double width = pixGetWidth(binary), height = pixGetHeight(binary);

    for (l_int32 i = 0; i < boxaGetCount(boxes); i++) {
        l_int32 x, y, w, h;

        boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
        if (upright ? w * SLENDER > h : h * SLENDER > w)
            continue;
        if (q_arena_grow(a, &out->rules, cap, out->rule_count + 1, sizeof *out->rules))
            return q_err_nomem(err);
        out->rules[out->rule_count++] =
            (q_rule){{x / width, y / height, w / width, h / height}, upright};
    }
    return Q_OK;
}

static q_code rules_along(PIX *binary, bool upright, q_arena *a, q_marks *out, size_t *cap,
                          q_err *err)
{
    l_int32 side = L_MAX(pixGetWidth(binary), pixGetHeight(binary));
    l_int32 least = L_MAX(SHORTEST, side / SHORTEST_FRACTION);
    PIX *closed = pixCloseSafeBrick(NULL, binary, upright ? 1 : GAP, upright ? GAP : 1);
    PIX *lines =
        closed ? pixOpenBrick(NULL, closed, upright ? 1 : least, upright ? least : 1) : NULL;
    BOXA *boxes = lines ? pixConnCompBB(lines, 8) : NULL;
    q_code rc = boxes ? put_boxes(boxes, binary, upright, a, out, cap, err) : q_err_nomem(err);

    boxaDestroy(&boxes);
    pixDestroy(&lines);
    pixDestroy(&closed);
    return rc;
}

q_code marks__rules(PIX *binary, q_arena *a, q_marks *out, q_err *err)
{
    size_t cap = 0;
    q_code rc = rules_along(binary, false, a, out, &cap, err);

    return rc ? rc : rules_along(binary, true, a, out, &cap, err);
}
