#include "document/document.h"

#include "base/file.h"

#include "document/image.h"
#include "document/marks.h"
#include "document/marks_tick.h"
#include "document/page_build.h"
#include "document/pdf.h"
#include "document/picture.h"
#include "document/sniff.h"

#include <inttypes.h>
#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    /* A text layer with fewer characters may be a stamp on a scanned page. */
    FEW_CHARACTERS = 24,
    SCREEN_DPI = 96,      /* of a picture that does not say */
    RENDER_DPI = 300,     /* to recognise a PDF's page */
    MARKS_DPI = 150,      /* to find what is drawn on one */
    SURE_OF_PICTURE = 70, /* confidence: of text in a picture beside the page's text */
    PDF_TAIL = 4096
};
/* Of a page's area: smaller pictures are mostly logos and seals, not worth a second of reading. */
static const double large_picture = 0.12;

const q_document_limits q_document_default_limits = {
    .max_pages = 3000, .max_pixels = 100000000, .max_bytes = (size_t)512 << 20};

struct q_document {
    int fd; /* borrowed */
    q_document_limits limits;
    q_format format;
    size_t page_count;
    q_recogniser *recogniser;
    q_recogniser *own_recogniser; /* the same when we loaded it */
    q_str file;                   /* mapped */
    pdf_file *pdf;
};

static q_code map_file(q_document *d, q_err *err)
{
    struct stat st;
    void *p;

    if (fstat(d->fd, &st))
        return q_err_errno(err, "look at the file");
    if (st.st_size <= 0)
        return q_err_set(err, Q_INVALID, "the file is empty");
    if ((uint64_t)st.st_size > d->limits.max_bytes)
        return q_err_set(err, Q_LIMIT, "the file has %" PRIu64 " bytes; at most %zu are read",
                         (uint64_t)st.st_size, d->limits.max_bytes);
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, d->fd, 0);
    if (p == MAP_FAILED)
        return q_err_errno(err, "map the file");
    d->file = (q_str){p, (size_t)st.st_size};
    return Q_OK;
}

/* A PDF's end points back into it; without it the rest of the file is missing
 * and a repair would show some pages and hide others.
 */
static q_code check_pdf_end(q_str file, q_err *err)
{
    size_t from = file.n > PDF_TAIL ? file.n - PDF_TAIL : 0;
    q_str tail = q_str_sub(file, from, file.n);

    if (q_str_find(tail, Q_STR("startxref")) == SIZE_MAX &&
        q_str_find(tail, Q_STR("%%EOF")) == SIZE_MAX)
        return q_err_set(err, Q_INVALID, "the PDF is truncated: it ends without its end mark");
    return Q_OK;
}

static q_code open_format(q_document *d, q_err *err)
{
    q_code rc;

    if (d->format != Q_FORMAT_PDF)
        return image__check(d->file, d->format, &d->limits, &d->page_count, err);
    rc = check_pdf_end(d->file, err);
    if (rc)
        return rc;
    rc = pdf__open(d->fd, d->file, &d->limits, &d->pdf, err);
    if (rc)
        return rc;
    d->page_count = pdf__page_count(d->pdf);
    return Q_OK;
}

q_code q_document_open(int fd, const q_document_limits *limits, q_recogniser *recogniser,
                       q_document **out, q_err *err)
{
    q_document *d = calloc(1, sizeof *d);
    q_code rc;

    if (!d)
        return q_err_nomem(err);
    d->fd = fd;
    d->limits = *limits;
    d->recogniser = recogniser;
    rc = map_file(d, err);
    if (rc)
        goto done;
    rc = sniff__format(q_str_sub(d->file, 0, SNIFF_BYTES), &d->format, err);
    if (rc)
        goto done;
    rc = open_format(d, err);
    if (rc)
        goto done;
    *out = d;
    d = NULL;
done:
    q_document_close(d);
    return rc;
}

void q_document_close(q_document *d)
{
    if (!d)
        return;
    pdf__close(d->pdf);
    if (d->file.n)
        munmap((void *)(uintptr_t)d->file.p, d->file.n);
    q_recogniser_free(d->own_recogniser);
    free(d);
}

size_t q_document_page_count(const q_document *d)
{
    return d->page_count;
}

/* The words of a picture, and the size and turn of its page, given its pixels' size in points. */
static q_code recognise(q_document *d, PIX *picture, int dpi, double pixel_pt, bool marks,
                        page__words *words, q_page *page, q_err *err)
{
    page__frame frame;
    q_code rc = Q_OK;

    if (!d->recogniser) {
        rc = q_recogniser_new(Q_RECOGNISER_BEST, &d->own_recogniser, err);
        if (rc)
            return rc;
        d->recogniser = d->own_recogniser;
    }
    rc = recognise__picture(d->recogniser, picture, dpi, words, &frame, err);
    if (rc)
        return rc;
    page->width_pt = frame.width * pixel_pt;
    page->height_pt = frame.height * pixel_pt;
    page->turn = frame.turn;
    page->shown_width_pt = frame.turn != 0 ? frame.shown_width * pixel_pt : 0;
    page->shown_height_pt = frame.turn != 0 ? frame.shown_height * pixel_pt : 0;
    page->marked = marks;
    return marks ? marks__find(picture, &frame, words->arena, &page->marks, err) : Q_OK;
}

static q_code read_image(q_document *d, size_t index, bool marks, page__words *words, q_page *page,
                         q_err *err)
{
    PIX *picture = NULL;
    int dpi;
    q_code rc = image__decode(d->file, d->format, index, &picture, err);

    if (rc)
        return rc;
    dpi = pixGetXRes(picture);
    if (dpi < 30 || dpi > 2400)
        dpi = 0;
    rc = recognise(d, picture, dpi, 72.0 / (dpi ? dpi : SCREEN_DPI), marks, words, page, err);
    pixDestroy(&picture);
    return rc;
}

/* What is drawn on a page whose text the file tells. */
static q_code mark_pdf(q_document *d, size_t index, q_arena *a, q_page *page, q_err *err)
{
    PIX *picture = NULL;
    page__frame frame = {0};
    int dpi;
    q_code rc = pdf__render(d->pdf, index, MARKS_DPI, &picture, &dpi, err);

    if (rc)
        return rc;
    frame.width = frame.shown_width = pixGetWidth(picture);
    frame.height = frame.shown_height = pixGetHeight(picture);
    page->marked = true;
    rc = marks__find(picture, &frame, a, &page->marks, err);
    pixDestroy(&picture);
    return rc;
}

/* A page of a PDF as it is drawn; the page's size is known. */
static q_code read_drawn(q_document *d, size_t index, bool marks, page__words *words, q_page *page,
                         q_err *err)
{
    double width = page->width_pt, height = page->height_pt;
    PIX *picture = NULL;
    int dpi;
    q_code rc = pdf__render(d->pdf, index, RENDER_DPI, &picture, &dpi, err);

    if (!rc)
        rc = recognise(d, picture, dpi, 72.0 / dpi, marks, words, page, err);
    if (!rc && page->turn == 0) { /* what the file says is exact */
        page->width_pt = width;
        page->height_pt = height;
    }
    pixDestroy(&picture);
    return rc;
}

/* The part of a that b covers. */
static double covered(q_box a, q_box b)
{
    double width = fmin(q_box_right(a), q_box_right(b)) - fmax(a.left, b.left);
    double height = fmin(q_box_bottom(a), q_box_bottom(b)) - fmax(a.top, b.top);

    return width > 0 && height > 0 ? width * height / (a.width * a.height) : 0;
}

/* A word's box as it is shown: that around its turned corners. */
static q_box shown_box(const q_page *page, q_box b)
{
    double x[4], y[4];

    for (int i = 0; i < 4; i++)
        q_page_shown(page, i & 1 ? q_box_right(b) : b.left, i & 2 ? q_box_bottom(b) : b.top, &x[i],
                     &y[i]);
    b.left = fmin(fmin(x[0], x[1]), fmin(x[2], x[3]));
    b.top = fmin(fmin(y[0], y[1]), fmin(y[2], y[3]));
    b.width = fmax(fmax(x[0], x[1]), fmax(x[2], x[3])) - b.left;
    b.height = fmax(fmax(y[0], y[1]), fmax(y[2], y[3])) - b.top;
    return b;
}

/* Take out the words that lie where the text has some. */
static void leave_out(const q_page *page, const page__words *text, page__words *words)
{
    static const double same = 0.4; /* of a word's area */
    size_t kept = 0;

    for (size_t i = 0; i < words->count; i++) {
        q_box box = shown_box(page, words->items[i].box);
        double sum = 0;

        for (size_t k = 0; k < text->count && sum < same; k++)
            sum += covered(box, text->items[k].box);
        if (sum < same)
            words->items[kept++] = words->items[i];
    }
    words->count = kept;
}

/* Add to a text layer what recognition saw elsewhere on the page, as it is shown. */
static q_code add_beside(const q_page *page, page__words *seen, page__words *text, q_err *err)
{
    size_t lines = text->count ? text->items[text->count - 1].line + 1 : 0;
    q_code rc = Q_OK;

    leave_out(page, text, seen);
    for (size_t i = 0; i < seen->count && !rc; i++) {
        page__word w = seen->items[i];

        w.box = shown_box(page, w.box);
        w.line += lines;
        if (w.confidence >= SURE_OF_PICTURE)
            rc = page__words_add(text, w, err);
    }
    return rc;
}

/* A page whose text layer may be wrong or lack something is recognised, too. */
static q_code check_text(q_document *d, size_t index, bool marks, page__words *words, q_page *page,
                         q_err *err)
{
    page__words seen = {.arena = words->arena};
    q_page recognised = {.width_pt = page->width_pt, .height_pt = page->height_pt};
    pdf_content content;
    bool agrees = true;
    q_code rc = pdf__content(d->pdf, index, &content, err);

    if (rc || (!content.unmapped && content.picture < large_picture))
        return rc ? rc : marks ? mark_pdf(d, index, words->arena, page, err) : Q_OK;
    rc = read_drawn(d, index, marks, &seen, &recognised, err);
    if (!rc && content.unmapped)
        rc = pdf_content__agrees(words, &seen, &agrees, err);
    if (rc)
        return rc;
    if (!agrees) {
        *page = recognised;
        *words = seen;
        return Q_OK;
    }
    rc = content.picture < large_picture ? Q_OK : add_beside(&recognised, &seen, words, err);
    if (!rc && marks) /* on the page as the text has it */
        rc = mark_pdf(d, index, words->arena, page, err);
    return rc;
}

static q_code read_pdf(q_document *d, size_t index, bool marks, page__words *words, q_page *page,
                       q_err *err)
{
    page__words seen = {.arena = words->arena};
    q_page recognised;
    q_code rc = pdf__page_size(d->pdf, index, &page->width_pt, &page->height_pt, err);

    if (rc)
        return rc;
    page->from_text_layer = true;
    rc = pdf__text(d->pdf, index, words, err);
    if (rc)
        return rc;
    if (page__words_size(words) >= FEW_CHARACTERS)
        return check_text(d, index, marks, words, page, err);
    recognised = (q_page){.width_pt = page->width_pt, .height_pt = page->height_pt};
    rc = read_drawn(d, index, marks, &seen, &recognised, err);
    /* A page of few characters is believed unless more is to be seen. */
    if (!rc && page__words_size(&seen) > page__words_size(words)) {
        *page = recognised;
        *words = seen;
    } else {
        page->marked = recognised.marked;
        page->marks = recognised.marks;
    }
    return rc;
}

q_code q_document_read(q_document *d, size_t index, bool marks, q_arena *a, q_page *out, q_err *err)
{
    page__words words = {.arena = a};
    q_page page = {0};
    q_code rc;

    if (index >= d->page_count)
        return q_err_set(err, Q_INVALID, "page %zu of %zu", index + 1, d->page_count);
    if (d->format == Q_FORMAT_PDF)
        rc = read_pdf(d, index, marks, &words, &page, err);
    else
        rc = read_image(d, index, marks, &words, &page, err);
    if (!rc)
        rc = page__build(&words, a, &page, err);
    if (!rc && page.marked)
        rc = marks__ticks_beside_words(&page, a, err);
    if (!rc)
        *out = page;
    return rc;
}

q_code q_document_recognise(q_document *d, size_t index, bool beside, q_arena *a, q_page *out,
                            q_err *err)
{
    page__words words = {.arena = a}, text = {.arena = a};
    q_page page = {0};
    q_code rc;

    if (index >= d->page_count)
        return q_err_set(err, Q_INVALID, "page %zu of %zu", index + 1, d->page_count);
    if (d->format != Q_FORMAT_PDF) {
        rc = read_image(d, index, false, &words, &page, err);
    } else {
        rc = pdf__page_size(d->pdf, index, &page.width_pt, &page.height_pt, err);
        if (!rc)
            rc = read_drawn(d, index, false, &words, &page, err);
        if (!rc && beside)
            rc = pdf__text(d->pdf, index, &text, err);
        if (!rc)
            leave_out(&page, &text, &words);
    }
    if (!rc)
        rc = page__build(&words, a, &page, err);
    if (!rc)
        *out = page;
    return rc;
}

q_code q_document_picture(q_document *d, size_t index, unsigned width, q_buf *out, q_err *err)
{
    if (index >= d->page_count)
        return q_err_set(err, Q_INVALID, "page %zu of %zu", index + 1, d->page_count);
    return d->format == Q_FORMAT_PDF ? pdf__picture(d->pdf, index, width, out, err)
                                     : picture__image(d->file, d->format, index, width, out, err);
}
