#include "document/recognise_tesseract.h"

#include "document/ppocr_turn.h"
#include "document/upright.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
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
    FEW_LETTERS = 20,     /* on so few neither is sure */
    LEAST_CONFIDENCE = 30 /* of 100; below it words are mostly specks and rules */
};
static const double min_enlarge = 1.5; /* less is not worth the time */
/* Of the letters, weighed by confidence: below the first another way to part the page into lines
 * is tried, below the second the page may stand on its head.
 */
static const double sure_enough = 0.85, head_least = 0.6;

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

/* The picture with letters of a size that the model was trained on: a new
 * reference to it, or an enlarged copy. NULL when memory is short.
 */
static PIX *with_large_letters(PIX *picture, int height)
{
    double scale = height ? (double)LETTER_HEIGHT / height : 1;
    double pixels = (double)pixGetWidth(picture) * pixGetHeight(picture);

    scale = fmin(fmin(scale, MAX_ENLARGE), sqrt(MAX_PIXELS / pixels));
    if (scale < min_enlarge)
        return pixClone(picture);
    return pixScaleGrayLI(picture, (l_float32)scale, (l_float32)scale);
}

/* One reading of the picture set upright. */
typedef struct pass {
    const page__frame *frame;
    double width, height; /* of the picture set upright, in its pixels */
    double scale;         /* its pixels to the picture's */
    page__words words;
    double letters, sure; /* bytes of text; and weighed by confidence, 0..1 */
} pass;

/* The iterator's word, its text copied. */
static q_code word_at(TessResultIterator *it, size_t line, pass *p, q_err *err)
{
    const TessPageIterator *place = TessResultIteratorGetPageIteratorConst(it);
    page__word w = {.line = line};
    double width = p->frame->width * p->scale, height = p->frame->height * p->scale;
    int x0, y0, x1, y1;
    char *text;
    q_code rc = Q_OK;

    w.confidence = TessResultIteratorConfidence(it, RIL_WORD);
    if (!TessPageIteratorBoundingBox(place, RIL_WORD, &x0, &y0, &x1, &y1))
        return Q_OK;
    text = TessResultIteratorGetUTF8Text(it, RIL_WORD);
    if (!text)
        return Q_OK;
    p->letters += (double)strlen(text);
    if (w.confidence >= LEAST_CONFIDENCE) {
        p->sure += (double)strlen(text) * (double)w.confidence / 100;
        w.box = (q_box){(x0 - p->width / 2) / width + 0.5, (y0 - p->height / 2) / height + 0.5,
                        (x1 - x0) / width, (y1 - y0) / height};
        w.text = q_str_copy(p->words.arena, q_str_of(text));
        rc = w.text.p ? page__words_add(&p->words, w, err) : q_err_nomem(err);
    }
    TessDeleteText(text);
    return rc;
}

static q_code words_of(TessBaseAPI *api, pass *p, q_err *err)
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
        rc = word_at(it, line, p, err);
    } while (!rc && TessResultIteratorNext(it, RIL_WORD));
    TessResultIteratorDelete(it);
    return rc;
}

static bool is_sure(const pass *p, double share)
{
    return p->sure >= share * fmax(p->letters, FEW_LETTERS);
}

/* Read an upright picture; replace `best` where that is read more surely. */
static q_code read_pass(tesseract *r, PIX *picture, int dpi, TessPageSegMode mode,
                        const page__frame *frame, pass *best, bool *better, q_err *err)
{
    pass p = {.frame = frame, .scale = best->scale, .words.arena = best->words.arena};
    q_code rc;

    p.width = pixGetWidth(picture);
    p.height = pixGetHeight(picture);
    TessBaseAPIClearAdaptiveClassifier(r->api);
    TessBaseAPISetPageSegMode(r->api, mode);
    TessBaseAPISetImage2(r->api, picture);
    TessBaseAPISetSourceResolution(r->api, dpi ? dpi : DEFAULT_DPI);
    if (TessBaseAPIRecognize(r->api, NULL))
        rc = q_err_set(err, Q_INTERNAL, "recognition failed");
    else
        rc = words_of(r->api, &p, err);
    TessBaseAPIClear(r->api);
    *better = !rc && p.sure > best->sure;
    if (*better)
        *best = p;
    return rc;
}

/* Read a picture that is upright or stands on its head, and where neither is sure, as one block of
 * text too. frames[1] is the one on its head.
 */
static q_code read_upright(tesseract *r, PIX *picture, int dpi, const page__frame frames[2],
                           pass *best, q_err *err)
{
    PIX *other = NULL;
    bool upside_down = false, better;
    q_code rc = read_pass(r, picture, dpi, PSM_AUTO, &frames[0], best, &better, err);

    if (rc || is_sure(best, sure_enough))
        return rc;
    if (!is_sure(best, head_least)) {
        other = pixRotate180(NULL, picture);
        rc = other ? read_pass(r, other, dpi, PSM_AUTO, &frames[1], best, &upside_down, err)
                   : q_err_nomem(err);
    }
    if (!rc)
        rc = read_pass(r, upside_down ? other : picture, dpi, PSM_SINGLE_BLOCK,
                       &frames[upside_down], best, &better, err);
    pixDestroy(&other);
    return rc;
}

static q_code append(const page__words *from, page__words *to, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < from->count && !rc; i++)
        rc = page__words_add(to, from->items[i], err);
    return rc;
}

q_code tesseract__picture(tesseract *r, PIX *picture, int dpi, page__words *words,
                          page__frame *frame, q_err *err)
{
    double width = pixGetWidth(picture), height = pixGetHeight(picture);
    pass best = {.words.arena = words->arena};
    PIX *clear = NULL, *large = NULL, *straight = NULL;
    page__frame frames[2];
    upright look = {0};
    q_code rc = upright__clear_edges(picture, &clear, err);

    if (!rc)
        rc = upright__look(clear, &look, err);
    if (rc)
        goto done;
    large = with_large_letters(clear, look.letter_height);
    if (!large) {
        rc = q_err_nomem(err);
        goto done;
    }
    best.scale = pixGetWidth(large) / width;
    rc = upright__set(large, look.degrees, &straight, err);
    if (rc)
        goto done;
    frames[0] = ppocr__frame(width, height, look.degrees);
    frames[1] = ppocr__frame(width, height, look.degrees + 180);
    best.frame = &frames[0];
    rc = read_upright(r, straight, dpi, frames, &best, err);
    *frame = *best.frame;
    if (!rc)
        rc = append(&best.words, words, err);
done:
    pixDestroy(&clear);
    pixDestroy(&large);
    pixDestroy(&straight);
    return rc;
}
