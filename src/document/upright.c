#include "document/upright.h"

#include <leptonica/allheaders.h>
#include <math.h>

enum {
    LOWEST = 5, /* pixels, of letters; lower are specks, higher pictures and rules */
    HIGHEST = 100,
    COARSE_LETTER = 20, /* letters this high are still seen at a quarter of the size */
    SMALL_LETTER = 10,  /* and at half of it */
    SHADOW = 90,        /* grey, of 255: darker ones are no paper */
    SHADOW_EDGE = 5     /* pixels: what fades out around a shadow goes as well, half on each side */
};
static const double most_shadow = 0.4; /* of a picture; more is its paper */
static const float most_skew = 10, skew_step = 1, finest_step = 0.05F; /* degrees */
static const double least_skew = 0.4;                                  /* less is read as well */
/* Stripes of a page's text change this much more along the best direction than the worst. */
static const float least_contrast = 1.5F;
/* And the rows this much more than the columns when the page stands on its side. */
static const double on_side = 1.1;

/* What is dark, by itself or beside what is around it, and connected with an edge. NULL when memory
 * is short.
 */
static PIX *shadows_of(PIX *picture)
{
    PIX *black = pixConvertTo1Adaptive(picture), *dark = pixThresholdToBinary(picture, SHADOW);
    PIX *both = black && dark ? pixOr(NULL, black, dark) : NULL;
    PIX *shadows = both ? pixExtractBorderConnComps(both, 8) : NULL;
    PIX *wide = shadows ? pixDilateBrick(NULL, shadows, SHADOW_EDGE, SHADOW_EDGE) : NULL;

    pixDestroy(&black);
    pixDestroy(&dark);
    pixDestroy(&both);
    pixDestroy(&shadows);
    return wide;
}

q_code upright__clear_edges(PIX *picture, PIX **out, q_err *err)
{
    PIX *shadows = shadows_of(picture), *cleared = NULL;
    double all = (double)pixGetWidth(picture) * pixGetHeight(picture);
    l_int32 count = 0;

    if (!shadows)
        return q_err_nomem(err);
    if (pixCountPixels(shadows, &count, NULL) || count == 0 || count > most_shadow * all) {
        cleared = pixClone(picture);
    } else {
        cleared = pixCopy(NULL, picture);
        if (cleared)
            pixPaintThroughMask(cleared, shadows, 0, 0, 255);
    }
    pixDestroy(&shadows);
    if (!cleared)
        return q_err_nomem(err);
    *out = cleared;
    return Q_OK;
}

/* What could be letters, and their median height. */
static int letter_height(PIX *black)
{
    BOXA *spots = pixConnCompBB(black, 8);
    int n = spots ? boxaGetCount(spots) : 0, counts[HIGHEST] = {0}, letters = 0, height = 0;

    for (int i = 0; i < n; i++) {
        l_int32 w, h;

        boxaGetBoxGeometry(spots, i, NULL, NULL, &w, &h);
        if (h >= LOWEST && h < HIGHEST && w < 4 * h && 4 * w >= h) {
            counts[h]++;
            letters++;
        }
    }
    for (int seen = 0; letters && 2 * seen < letters && height < HIGHEST - 1;)
        seen += counts[++height];
    boxaDestroy(&spots);
    return height;
}

typedef struct stripes {
    double degrees; /* clockwise, to turn the picture so that they lie flat */
    double change;  /* from row to row, without regard to the picture's size */
    bool clear;
} stripes;

static stripes stripes_of(PIX *letters, int reduction)
{
    double w = pixGetWidth(letters), h = pixGetHeight(letters);
    l_float32 degrees = 0, contrast = 0, change = 0;
    stripes s = {0};

    if (pixFindSkewSweepAndSearchScore(letters, &degrees, &contrast, &change, reduction, reduction,
                                       0, most_skew, skew_step, finest_step))
        return s; /* too small a picture, or an empty one */
    s.degrees = (double)degrees;
    s.change = (double)change / (w * w * h);
    s.clear = contrast >= least_contrast;
    return s;
}

static double turn_of(PIX *letters, PIX *on_its_side, int reduction)
{
    stripes flat = stripes_of(letters, reduction), side = stripes_of(on_its_side, reduction);

    if (side.clear && side.change > on_side * flat.change)
        return 90 - (fabs(side.degrees) < least_skew ? 0 : side.degrees);
    return !flat.clear || fabs(flat.degrees) < least_skew ? 0 : -flat.degrees;
}

q_code upright__look(PIX *picture, upright *out, q_err *err)
{
    PIX *black = pixConvertTo1Adaptive(picture), *letters = NULL, *side = NULL;
    q_code rc = Q_OK;

    *out = (upright){0};
    if (!black)
        return q_err_nomem(err);
    out->letter_height = letter_height(black);
    if (!out->letter_height)
        goto done;
    letters = pixSelectBySize(black, HIGHEST, HIGHEST, 8, L_SELECT_IF_BOTH, L_SELECT_IF_LT, NULL);
    side = letters ? pixRotateOrth(letters, 3) : NULL;
    if (!side) {
        rc = q_err_nomem(err);
        goto done;
    }
    out->degrees = turn_of(letters, side,
                           out->letter_height >= COARSE_LETTER  ? 4
                           : out->letter_height >= SMALL_LETTER ? 2
                                                                : 1);
done:
    pixDestroy(&side);
    pixDestroy(&letters);
    pixDestroy(&black);
    return rc;
}

q_code upright__set(PIX *picture, double degrees, PIX **out, q_err *err)
{
    double quarters = floor(degrees / 90 + 0.5), rest = degrees - 90 * quarters;
    PIX *turned = pixRotateOrth(picture, (4 - ((int)quarters & 3)) & 3);

    if (turned && rest != 0) {
        PIX *straight = pixRotate(turned, (l_float32)(-rest * M_PI / 180), L_ROTATE_AREA_MAP,
                                  L_BRING_IN_WHITE, pixGetWidth(turned), pixGetHeight(turned));

        pixDestroy(&turned);
        turned = straight;
    }
    if (!turned)
        return q_err_nomem(err);
    *out = turned;
    return Q_OK;
}
