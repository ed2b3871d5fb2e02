/* Pictures and drawings: ink that is neither letters nor straight lines.
 *
 *     binary - lines --> connected pieces --> those too large for a letter
 *                    --> groups of such that are near each other --> a figure each
 */
#include "document/marks.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>

enum {
    LINE_FRACTION = 40, /* of the longer side: a straight run as long is a line */
    LEAST_GLYPH = 5,    /* pixels: less is dust */
    MOST_GLYPH = 120,   /* pixels: more is no letter of running text */
    MOST_PIECES = 1500  /* large ones that are looked at */
};

static const double large = 3.5;       /* letters' heights: no letter of the text is as large */
static const double high = 2.5;        /* and no row of letters that touch is as high */
static const double near = 2.5;        /* letters' heights between two pieces of a figure */
static const double least_wide = 0.07; /* of the page: a smaller group is a sign or a letter */
static const double least_high = 0.04;
static const double most = 0.8;  /* of the page's area: more is a scan's dark border */
static const double edge = 0.02; /* of the page: what lies along its border is no figure */

typedef struct piece {
    double left, top, right, bottom; /* pixels */
} piece;

/* All but long straight lines and what lies right beside them. */
static PIX *without_lines(PIX *binary)
{
    l_int32 length = L_MAX(pixGetWidth(binary), pixGetHeight(binary)) / LINE_FRACTION;
    PIX *flat = pixOpenBrick(NULL, binary, L_MAX(length, 3), 1);
    PIX *upright = pixOpenBrick(NULL, binary, 1, L_MAX(length, 3));
    PIX *lines = flat && upright ? pixOr(NULL, flat, upright) : NULL;
    PIX *solid = pixOpenBrick(NULL, binary, 9, 9); /* thick: no line, though it has long runs */
    PIX *thin = lines && solid ? pixSubtract(NULL, lines, solid) : NULL;
    PIX *wide = thin ? pixDilateBrick(NULL, thin, 3, 3) : NULL;
    PIX *rest = wide ? pixSubtract(NULL, binary, wide) : NULL;
    PIX *kept = rest ? pixOr(NULL, rest, solid) : NULL;

    pixDestroy(&flat);
    pixDestroy(&upright);
    pixDestroy(&lines);
    pixDestroy(&solid);
    pixDestroy(&thin);
    pixDestroy(&wide);
    pixDestroy(&rest);
    return kept;
}

/* The middle one of the heights that letters may have; 0 without any. */
static double glyph_height(BOXA *boxes)
{
    size_t counts[MOST_GLYPH + 1] = {0}, all = 0, seen = 0;

    for (l_int32 i = 0; i < boxaGetCount(boxes); i++) {
        l_int32 w, h;

        boxaGetBoxGeometry(boxes, i, NULL, NULL, &w, &h);
        if (h < LEAST_GLYPH || h > MOST_GLYPH || w > 4 * h)
            continue;
        counts[h]++;
        all++;
    }
    for (int h = LEAST_GLYPH; h <= MOST_GLYPH && all; h++) {
        seen += counts[h];
        if (2 * seen >= all)
            return h;
    }
    return 0;
}

static bool along_border(const piece *p, double width, double height)
{
    bool upright = p->right - p->left < edge * 2 * width;
    bool flat = p->bottom - p->top < edge * 2 * height;

    return (upright && (p->left < edge * width || p->right > (1 - edge) * width)) ||
           (flat && (p->top < edge * height || p->bottom > (1 - edge) * height));
}

static size_t large_pieces(BOXA *boxes, double glyph, double width, double height, piece *out)
{
    size_t n = 0;

    for (l_int32 i = 0; i < boxaGetCount(boxes) && n < MOST_PIECES; i++) {
        l_int32 x, y, w, h;
        piece p;

        boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
        p = (piece){x, y, x + w, y + h};
        if (fmax(w, h) < large * glyph || h < high * glyph || w < LEAST_GLYPH ||
            along_border(&p, width, height))
            continue;
        out[n++] = p;
    }
    return n;
}

static bool are_near(const piece *a, const piece *b, double distance)
{
    return fmax(a->left, b->left) - fmin(a->right, b->right) < distance &&
           fmax(a->top, b->top) - fmin(a->bottom, b->bottom) < distance;
}

static void join(piece *a, const piece *b)
{
    a->left = fmin(a->left, b->left);
    a->top = fmin(a->top, b->top);
    a->right = fmax(a->right, b->right);
    a->bottom = fmax(a->bottom, b->bottom);
}

/* Join what is near until nothing is; how many are left. */
static size_t group(piece *pieces, size_t n, double distance)
{
    for (bool joined = true; joined;) {
        joined = false;
        for (size_t i = 0; i < n; i++)
            for (size_t k = i + 1; k < n;) {
                if (!are_near(&pieces[i], &pieces[k], distance)) {
                    k++;
                    continue;
                }
                join(&pieces[i], &pieces[k]);
                pieces[k] = pieces[--n];
                joined = true;
            }
    }
    return n;
}

static bool is_figure(const piece *p, double width, double height)
{
    double w = p->right - p->left, h = p->bottom - p->top;

    return w >= least_wide * width && h >= least_high * height && w * h < most * width * height;
}

static q_code put_figures(const piece *pieces, size_t n, PIX *binary, q_arena *a, q_marks *out,
                          q_err *err)
{
    double width = pixGetWidth(binary), height = pixGetHeight(binary);
    size_t cap = 0;

    for (size_t i = 0; i < n; i++) {
        const piece *p = &pieces[i];

        if (!is_figure(p, width, height))
            continue;
        if (q_arena_grow(a, &out->figures, &cap, out->figure_count + 1, sizeof *out->figures))
            return q_err_nomem(err);
        out->figures[out->figure_count++] =
            (q_box){p->left / width, p->top / height, (p->right - p->left) / width,
                    (p->bottom - p->top) / height};
    }
    return Q_OK;
}

q_code marks__figures(PIX *binary, q_arena *a, q_marks *out, q_err *err)
{
    PIX *ink = without_lines(binary);
    BOXA *boxes = ink ? pixConnCompBB(ink, 8) : NULL;
    piece *pieces = calloc(MOST_PIECES, sizeof *pieces);
    q_code rc = boxes && pieces ? Q_OK : q_err_nomem(err);
    double glyph = rc ? 0 : glyph_height(boxes);
    size_t n;

    if (!rc) {
        if (glyph == 0)
            glyph = LEAST_GLYPH * 2; /* a page without letters */
        n = large_pieces(boxes, glyph, pixGetWidth(binary), pixGetHeight(binary), pieces);
        n = group(pieces, n, near * glyph);
        rc = put_figures(pieces, n, binary, a, out, err);
    }
    free(pieces);
    boxaDestroy(&boxes);
    pixDestroy(&ink);
    return rc;
}
