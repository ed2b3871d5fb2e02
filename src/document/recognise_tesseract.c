#include "document/recognise_tesseract.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>
#include <tesseract/capi.h>

/* Chosen on 54 scans of receipts, forms and book pages, by the F1 of words
 * without case and punctuation: as they are .805; letters enlarged .825 (forms
 * scanned at 100 dpi .667 to .781); enlarged, and words under 30 dropped .842.
 */
enum {
    DEFAULT_DPI = 300,
    LETTER_HEIGHT = 24, /* pixels: what small letters are brought to */
    MAX_ENLARGE = 3,
    MAX_PIXELS = 9000000, /* of an enlarged picture: A4 at 300 dpi */
    LEAST_CONFIDENCE = 30 /* of 100; below it words are mostly specks and rules */
};
static const double min_enlarge = 1.5; /* less is not worth the time */

struct tesseract {
    TessBaseAPI *api;
};

q_code tesseract__new(tesseract **out, q_err *err)
{
    tesseract *r = calloc(1, sizeof *r);
    q_code rc = Q_OK;

    if (!r)
        return q_err_nomem(err);
    r->api = TessBaseAPICreate();
    if (!r->api) {
        rc = q_err_nomem(err);
        goto done;
    }
    TessBaseAPISetVariable(r->api, "debug_file", "/dev/null");
    if (TessBaseAPIInit2(r->api, NULL, "eng", OEM_LSTM_ONLY)) {
        rc = q_err_set(err, Q_NOTFOUND,
                       "the recogniser's English model is not installed "
                       "(Debian: tesseract-ocr-eng)");
        goto done;
    }
    TessBaseAPISetPageSegMode(r->api, PSM_AUTO);
    *out = r;
    r = NULL;
done:
    tesseract__free(r);
    return rc;
}

void tesseract__free(tesseract *r)
{
    if (!r)
        return;
    if (r->api)
        TessBaseAPIDelete(r->api);
    free(r);
}

/* The height of most of the picture's connected black spots that could be
 * letters, in pixels; 0 when there are none.
 */
static int letter_height(PIX *picture)
{
    enum { LOWEST = 5, HIGHEST = 100 };
    PIX *black = pixConvertTo1Adaptive(picture);
    BOXA *spots = black ? pixConnCompBB(black, 8) : NULL;
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
    pixDestroy(&black);
    return height;
}

/* The picture with letters of a size that the model was trained on: a new
 * reference to it, or an enlarged copy. NULL when memory is short.
 */
static PIX *with_large_letters(PIX *picture)
{
    int height = letter_height(picture);
    double scale = height ? (double)LETTER_HEIGHT / height : 1;
    double pixels = (double)pixGetWidth(picture) * pixGetHeight(picture);

    scale = fmin(fmin(scale, MAX_ENLARGE), sqrt(MAX_PIXELS / pixels));
    if (scale < min_enlarge)
        return pixClone(picture);
    return pixScaleGrayLI(picture, (l_float32)scale, (l_float32)scale);
}

/* The iterator's word, its text copied. */
static q_code word_at(TessResultIterator *it, size_t line, double width, double height,
                      page__words *words, q_err *err)
{
    const TessPageIterator *place = TessResultIteratorGetPageIteratorConst(it);
    page__word w = {.line = line};
    int x0, y0, x1, y1;
    char *text;
    q_code rc = Q_OK;

    w.confidence = TessResultIteratorConfidence(it, RIL_WORD);
    if (w.confidence < LEAST_CONFIDENCE)
        return Q_OK;
    if (!TessPageIteratorBoundingBox(place, RIL_WORD, &x0, &y0, &x1, &y1))
        return Q_OK;
    text = TessResultIteratorGetUTF8Text(it, RIL_WORD);
    if (!text)
        return Q_OK;
    w.box = (q_box){x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height};
    w.text = q_str_copy(words->arena, q_str_of(text));
    rc = w.text.p ? page__words_add(words, w, err) : q_err_nomem(err);
    TessDeleteText(text);
    return rc;
}

static q_code words_of(TessBaseAPI *api, double width, double height, page__words *words,
                       q_err *err)
{
    TessResultIterator *it = TessBaseAPIGetIterator(api);
    size_t line = 0;
    q_code rc = Q_OK;

    if (!it) /* nothing on the page */
        return Q_OK;
    do {
        if (TessPageIteratorIsAtBeginningOf(TessResultIteratorGetPageIteratorConst(it),
                                            RIL_TEXTLINE))
            line++;
        rc = word_at(it, line, width, height, words, err);
    } while (!rc && TessResultIteratorNext(it, RIL_WORD));
    TessResultIteratorDelete(it);
    return rc;
}

q_code tesseract__picture(tesseract *r, PIX *picture, int dpi, page__words *words, q_err *err)
{
    PIX *large = with_large_letters(picture);
    double width, height;
    q_code rc;

    if (!large)
        return q_err_nomem(err);
    width = pixGetWidth(large);
    height = pixGetHeight(large);
    TessBaseAPIClearAdaptiveClassifier(r->api);
    TessBaseAPISetImage2(r->api, large);
    TessBaseAPISetSourceResolution(r->api, dpi ? dpi : DEFAULT_DPI);
    if (TessBaseAPIRecognize(r->api, NULL))
        rc = q_err_set(err, Q_INTERNAL, "recognition failed");
    else
        rc = words_of(r->api, width, height, words, err);
    TessBaseAPIClear(r->api);
    pixDestroy(&large);
    return rc;
}
