#include "document/recognise.h"

#include "document/page_build.h"

#include <leptonica/allheaders.h>
#include <stdlib.h>
#include <tesseract/capi.h>

struct q_recogniser {
    TessBaseAPI *tesseract;
};

q_code q_recogniser_new(q_recogniser **out, q_err *err)
{
    q_recogniser *r = calloc(1, sizeof *r);
    q_code rc = Q_OK;

    if (!r)
        return q_err_nomem(err);
    r->tesseract = TessBaseAPICreate();
    if (!r->tesseract) {
        rc = q_err_nomem(err);
        goto done;
    }
    TessBaseAPISetVariable(r->tesseract, "debug_file", "/dev/null");
    if (TessBaseAPIInit2(r->tesseract, NULL, "eng", OEM_LSTM_ONLY)) {
        rc = q_err_set(err, Q_NOTFOUND,
                       "the recogniser's English model is not installed "
                       "(Debian: tesseract-ocr-eng)");
        goto done;
    }
    TessBaseAPISetPageSegMode(r->tesseract, PSM_AUTO);
    *out = r;
    r = NULL;
done:
    q_recogniser_free(r);
    return rc;
}

void q_recogniser_free(q_recogniser *r)
{
    if (!r)
        return;
    if (r->tesseract)
        TessBaseAPIDelete(r->tesseract);
    free(r);
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

    if (!TessPageIteratorBoundingBox(place, RIL_WORD, &x0, &y0, &x1, &y1))
        return Q_OK;
    text = TessResultIteratorGetUTF8Text(it, RIL_WORD);
    if (!text)
        return Q_OK;
    w.box = (q_box){x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height};
    w.confidence = TessResultIteratorConfidence(it, RIL_WORD);
    w.text = q_str_copy(words->arena, q_str_of(text));
    rc = w.text.p ? page__words_add(words, w, err) : q_err_nomem(err);
    TessDeleteText(text);
    return rc;
}

static q_code words_of(TessBaseAPI *tesseract, double width, double height, page__words *words,
                       q_err *err)
{
    TessResultIterator *it = TessBaseAPIGetIterator(tesseract);
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

q_code recognise__picture(q_recogniser *r, PIX *picture, int dpi, page__words *words, q_err *err)
{
    q_code rc;

    TessBaseAPIClearAdaptiveClassifier(r->tesseract);
    TessBaseAPISetImage2(r->tesseract, picture);
    TessBaseAPISetSourceResolution(r->tesseract, dpi ? dpi : 300);
    if (TessBaseAPIRecognize(r->tesseract, NULL))
        rc = q_err_set(err, Q_INTERNAL, "recognition failed");
    else
        rc = words_of(r->tesseract, pixGetWidth(picture), pixGetHeight(picture), words, err);
    TessBaseAPIClear(r->tesseract);
    return rc;
}
