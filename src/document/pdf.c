#include "document/pdf.h"

#include "base/file.h"
#include "document/child.h"
#include "document/image.h"
#include "document/pdf_info.h"
#include "document/pdf_text.h"
#include "document/picture.h"

#include <fcntl.h>
#include <leptonica/allheaders.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    TIME_LIMIT_MS = 60000,  /* of one program on one page */
    TEXT_LIMIT_MS = 600000, /* of one on all pages */
    DRAW_DPI = 300,         /* to be looked at and read */
    MAX_TEXT = 64 << 20,    /* bytes that a program may print about pages */
    RENDER_MIN_DPI = 10,
    /* A2 at 300 dpi. Larger boxes are mostly small pages with a wrong unit. */
    RENDER_PIXELS = 35000000
};

struct pdf_file {
    int fd;     /* what the programs open anew */
    int own_fd; /* the same when it is ours, or -1 */
    q_document_limits limits;
    q_arena *arena;
    pdf_info info;
};

/* "first line of the complaint", without poppler's prefix. */
static q_str complaint(const child__result *r)
{
    static const char *const prefixes[] = {
        "Syntax Error: ", "Syntax Warning: ", "Command Line Error: ", "Internal Error: ",
        "I/O Error: "};
    q_str line, rest;

    q_str_cut(q_str_of(r->complaint), '\n', &line, &rest);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (q_str_starts(line, q_str_of(prefixes[i])))
            line = q_str_sub(line, strlen(prefixes[i]), line.n);
    return line.n ? line : Q_STR("no reason given");
}

static bool complains_of(const child__result *r, const char *text)
{
    return strstr(r->complaint, text) != NULL;
}

/* What a program's end other than with 0 means. */
static q_code judge(const char *program, const child__result *r, q_err *err)
{
    if (r->status == 0)
        return Q_OK;
    if (complains_of(r, "Incorrect password"))
        return q_err_set(err, Q_DENIED, "the PDF is encrypted and wants a password");
    if (complains_of(r, "security handler") || complains_of(r, "Unsupported version/revision"))
        return q_err_set(err, Q_DENIED, "the PDF is encrypted in a way that is not supported");
    if (r->status >= 128)
        return q_err_set(err, Q_CRASHED, "%s ended with signal %d on this PDF", program,
                         r->status - 128);
    return q_err_set(err, Q_INVALID, "the PDF cannot be read: %.*s", Q_ARG(complaint(r)));
}

static q_code run(const pdf_file *p, const char *const *argv, int time_limit_ms, q_buf *out,
                  q_err *err)
{
    child__spec spec = {argv, p->fd, time_limit_ms};
    child__result result;
    q_code rc = child__run(&spec, out, &result, err);

    if (rc == Q_NOTFOUND)
        return q_err_add(err, rc, "reading PDF files needs poppler-utils");
    return rc ? rc : judge(argv[0], &result, err);
}

static q_code read_info(pdf_file *p, q_err *err)
{
    char last[24];
    const char *argv[] = {"pdfinfo", "-f", "1", "-l", last, CHILD_FILE, NULL};
    q_buf out = q_buf_init(NULL, MAX_TEXT);
    q_code rc;

    snprintf(last, sizeof last, "%zu", p->limits.max_pages);
    rc = run(p, argv, TIME_LIMIT_MS, &out, err);
    if (!rc)
        rc = pdf_info__parse(q_buf_str(&out), p->limits.max_pages, p->arena, &p->info, err);
    q_buf_clear(&out);
    return rc;
}

/* A memory file can be opened again by anybody who has it; a file on the disk
 * only by whom its owner and the sandbox let.
 */
static bool is_memory_file(int fd)
{
    struct stat st;

    return fcntl(fd, F_GET_SEALS) >= 0 && fstat(fd, &st) == 0 && st.st_nlink == 0;
}

q_code pdf__open(int fd, q_str file, const q_document_limits *limits, pdf_file **out, q_err *err)
{
    pdf_file *p = calloc(1, sizeof *p);
    q_code rc = Q_OK;

    if (!p)
        return q_err_nomem(err);
    p->own_fd = -1;
    p->limits = *limits;
    if (!is_memory_file(fd))
        rc = q_fd_of_bytes("document", file, &p->own_fd, err);
    if (rc)
        goto done;
    p->fd = p->own_fd >= 0 ? p->own_fd : fd;
    p->arena = q_arena_new((size_t)256 << 20);
    rc = p->arena ? read_info(p, err) : q_err_nomem(err);
    if (rc)
        goto done;
    *out = p;
    p = NULL;
done:
    pdf__close(p);
    return rc;
}

void pdf__close(pdf_file *p)
{
    if (!p)
        return;
    q_arena_free(p->arena);
    q_fd_close(p->own_fd);
    free(p);
}

size_t pdf__page_count(const pdf_file *p)
{
    return p->info.count;
}

q_code pdf__page_size(const pdf_file *p, size_t index, double *width, double *height, q_err *err)
{
    pdf_info_page page = p->info.pages[index];

    if (!(page.width > 0 && page.height > 0))
        return q_err_set(err, Q_INVALID, "the PDF declares %zu pages, but page %zu is not there",
                         p->info.count, index + 1);
    *width = page.width;
    *height = page.height;
    return Q_OK;
}

q_code pdf__text(const pdf_file *p, size_t index, page__words *words, q_err *err)
{
    char number[24];
    const char *argv[] = {"pdftotext", "-bbox-layout", "-cropbox", "-q",   "-enc",     "UTF-8",
                          "-f",        number,         "-l",       number, CHILD_FILE, "-",
                          NULL};
    q_buf out = q_buf_init(NULL, MAX_TEXT);
    double width = 0, height = 0;
    q_code rc = pdf__page_size(p, index, &width, &height, err);

    if (rc)
        goto done;
    snprintf(number, sizeof number, "%zu", index + 1);
    rc = run(p, argv, TIME_LIMIT_MS, &out, err);
    if (rc)
        goto done;
    rc = pdf_text__parse(q_buf_str(&out), width, height, words, err);
done:
    q_buf_clear(&out);
    return rc;
}

/* Rows of bytes, of one or three a pixel, as Leptonica has them. */
static PIX *pix_of(const char *rows, uint64_t width, uint64_t height, size_t channels)
{
    PIX *pix = pixCreateNoInit((l_int32)width, (l_int32)height, channels == 3 ? 32 : 8);

    if (!pix)
        return NULL;
    for (size_t y = 0; y < height; y++) {
        l_uint32 *line = pixGetData(pix) + y * (size_t)pixGetWpl(pix);
        const unsigned char *row = (const unsigned char *)rows + y * width * channels;

        if (channels == 1)
            memcpy(line, row, width);
        for (size_t x = 0; x < width && channels == 3; x++)
            line[x] = (l_uint32)row[3 * x] << L_RED_SHIFT |
                      (l_uint32)row[3 * x + 1] << L_GREEN_SHIFT |
                      (l_uint32)row[3 * x + 2] << L_BLUE_SHIFT;
    }
    if (channels == 1)
        pixEndianByteSwap(pix); /* Leptonica keeps pixels in words of the machine's order */
    return pix;
}

q_code pdf__content(const pdf_file *p, size_t index, pdf_content *out, q_err *err)
{
    char number[24];
    const char *pictures[] = {"pdfimages", "-list", "-f", number, "-l", number, CHILD_FILE, NULL};
    const char *fonts[] = {"pdffonts", "-f", number, "-l", number, CHILD_FILE, NULL};
    q_buf list = q_buf_init(NULL, MAX_TEXT);
    double width = 0, height = 0;
    q_code rc = pdf__page_size(p, index, &width, &height, err);

    if (rc)
        goto done;
    snprintf(number, sizeof number, "%zu", index + 1);
    rc = run(p, pictures, TIME_LIMIT_MS, &list, err);
    if (rc)
        goto done;
    pdf_content__pictures(q_buf_str(&list), width, height, out);
    list.n = 0;
    rc = run(p, fonts, TIME_LIMIT_MS, &list, err);
    if (rc)
        goto done;
    pdf_content__fonts(q_buf_str(&list), out);
done:
    q_buf_clear(&list);
    return rc;
}

/* "P5\n2479 3508\n255\n", then a byte a pixel; P6: three. *out as pixDestroy wants it. */
static q_code picture(q_str pnm, const q_document_limits *limits, PIX **out, q_err *err)
{
    q_str field[4], rest = pnm;
    uint64_t width, height;
    size_t channels;

    for (int i = 0; i < 4; i++)
        q_str_cut(rest, i == 1 ? ' ' : '\n', &field[i], &rest);
    channels = q_str_is(field[0], "P6") ? 3 : 1;
    if ((channels == 1 && !q_str_is(field[0], "P5")) || !q_str_u64(field[1], &width) ||
        !q_str_u64(field[2], &height) || !q_str_is(field[3], "255"))
        return q_err_set(err, Q_INVALID, "the PDF page could not be drawn");
    if (image__check_size(width, height, limits, err))
        return err ? err->code : Q_LIMIT;
    if (rest.n != width * height * channels)
        return q_err_set(err, Q_INVALID, "the PDF page was drawn in part only");
    *out = pix_of(rest.p, width, height, channels);
    return *out ? Q_OK : q_err_nomem(err);
}

/* The resolution, at most the wanted one, at which a page of that size has a bearable number of
 * pixels.
 */
static int resolution(double width, double height, int wanted_dpi, uint64_t max_pixels)
{
    double limit = fmin((double)max_pixels, RENDER_PIXELS);
    double dpi = floor(72 * sqrt(limit / (width * height)) * 0.999);

    return (int)fmin(fmax(dpi, RENDER_MIN_DPI), wanted_dpi);
}

static q_code draw(const pdf_file *p, size_t index, bool colour, int wanted_dpi, PIX **out,
                   int *dpi, q_err *err)
{
    char number[24], dots[24];
    const char *argv[] = {"pdftoppm", "-q",       colour ? "-q" : "-gray",
                          "-cropbox", "-r",       dots,
                          "-f",       number,     "-l",
                          number,     CHILD_FILE, NULL};
    q_buf drawn = q_buf_init(NULL, 64);
    double width = 0, height = 0;
    q_code rc = pdf__page_size(p, index, &width, &height, err);

    if (rc)
        goto done;
    *dpi = resolution(width, height, wanted_dpi, p->limits.max_pixels);
    /* Sizes round up; the header takes a few bytes more. */
    drawn.limit =
        (size_t)((width * *dpi / 72 + 2) * (height * *dpi / 72 + 2)) * (colour ? 3 : 1) + 64;
    snprintf(number, sizeof number, "%zu", index + 1);
    snprintf(dots, sizeof dots, "%d", *dpi);
    rc = run(p, argv, TIME_LIMIT_MS, &drawn, err);
    if (rc)
        goto done;
    rc = picture(q_buf_str(&drawn), &p->limits, out, err);
done:
    q_buf_clear(&drawn);
    return rc;
}

q_code pdf__render(const pdf_file *p, size_t index, int wanted_dpi, PIX **out, int *dpi, q_err *err)
{
    return draw(p, index, false, wanted_dpi, out, dpi, err);
}

q_code pdf__picture(const pdf_file *p, size_t index, unsigned width, q_buf *out, q_err *err)
{
    char number[24], quality[24], dots[32];
    const char *argv[] = {"pdftoppm", "-q", "-jpeg", "-jpegopt", quality, "-cropbox", "-r",
                          dots,       "-f", number,  "-l",       number,  CHILD_FILE, NULL};
    double page_width = 0, page_height = 0;
    unsigned w, h;
    q_code rc = pdf__page_size(p, index, &page_width, &page_height, err);

    if (rc)
        return rc;
    picture__size(page_width, page_height, width, &w, &h);
    snprintf(number, sizeof number, "%zu", index + 1);
    snprintf(quality, sizeof quality, "quality=%d", PICTURE_QUALITY);
    /* By resolution: its -scale-to takes a turned page's width for its height. */
    snprintf(dots, sizeof dots, "%.6f", 72.0 * w / page_width);
    rc = run(p, argv, TIME_LIMIT_MS, out, err);
    if (!rc && out->n == 0)
        return q_err_set(err, Q_INVALID, "the PDF page could not be drawn");
    return rc;
}

q_code pdf__draw(const pdf_file *p, size_t index, PIX **out, q_err *err)
{
    l_int32 colour = 0;
    int dpi;
    q_code rc = draw(p, index, true, DRAW_DPI, out, &dpi, err);
    PIX *grey;

    if (rc || pixColorsForQuantization(*out, 0, NULL, &colour, 0) || colour)
        return rc;
    grey = pixConvertTo8(*out, 0);
    if (!grey)
        return Q_OK;
    pixDestroy(out);
    *out = grey;
    return Q_OK;
}

q_code pdf__has_text(const pdf_file *p, bool *has, size_t n, q_err *err)
{
    const char *argv[] = {"pdftotext", "-q", "-enc", "UTF-8", CHILD_FILE, "-", NULL};
    q_buf out = q_buf_init(NULL, MAX_TEXT);
    q_code rc = run(p, argv, TEXT_LIMIT_MS, &out, err);
    size_t page = 0;

    memset(has, 0, n * sizeof *has);
    for (size_t i = 0; i < out.n && page < n && !rc; i++) {
        if (out.p[i] == '\f')
            page++;
        else if (!q_is_space(out.p[i]))
            has[page] = true;
    }
    q_buf_clear(&out);
    return rc;
}
