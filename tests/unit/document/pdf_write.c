/* Searchable PDFs, read back with poppler and qpdf: what was put on a page is found there. */
#include "document/pdf_write.h"

#include "sample.h"

#include "base/encode.h"
#include "document/pdf_archive.h"
#include "document/pdf_base.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* ---- pages and files by hand -------------------------------------------------- */

static q_page page_of(const char *const *texts, const q_box *boxes, size_t n)
{
    q_page p = {.word_count = n, .line_count = n, .width_pt = 300, .height_pt = 200};

    p.words = q_arena_array(q_test_arena(), n, sizeof *p.words);
    p.lines = q_arena_array(q_test_arena(), n, sizeof *p.lines);
    for (size_t i = 0; i < n; i++) {
        p.words[i] = (q_word){.text = q_str_of(texts[i]), .box = boxes[i], .confidence = 90};
        p.lines[i] = (q_line){.text = p.words[i].text,
                              .box = boxes[i],
                              .confidence = 90,
                              .first_word = i,
                              .word_count = 1};
    }
    return p;
}

/* All words in one line. */
static q_page line_of(const char *const *texts, const q_box *boxes, size_t n)
{
    q_page p = page_of(texts, boxes, n);

    p.line_count = 1;
    p.lines[0].word_count = n;
    return p;
}

static q_str bytes_of(int fd)
{
    q_str out;

    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(q_fd_read_all(q_test_arena(), fd, (size_t)1 << 28, &out, NULL), Q_OK);
    return out;
}

/* qpdf finds nothing to complain about. */
static void check_sound(q_str pdf)
{
    qpdf_data q = qpdf_init();

    qpdf_set_suppress_warnings(q, QPDF_TRUE);
    CHECK_EQ(qpdf_read_memory(q, "made", pdf.p, pdf.n, NULL), QPDF_SUCCESS);
    CHECK_EQ(qpdf_check_pdf(q), QPDF_SUCCESS);
    CHECK(!qpdf_more_warnings(q));
    qpdf_cleanup(&q);
}

typedef struct making {
    q_pdf_options options;
    const q_str *files;
    size_t count;
    const q_page *pages; /* of all files */
    const bool *without; /* NULL: all have a layer */
} making;

static q_code make(const making *m, q_str *out, q_err *err)
{
    int scratch = memfd_create("scratch", MFD_CLOEXEC), made = memfd_create("made", MFD_CLOEXEC);
    size_t total = 0;
    bool used = false;
    q_pdf *p = NULL;
    q_code rc = q_pdf_new(&m->options, &q_document_default_limits, &p, err);

    for (size_t i = 0; i < m->count && !rc; i++) {
        int fd = sample_fd(m->files[i]);
        bool is_pdf = false;
        size_t pages = 0;

        rc = q_pdf_add(p, fd, &pages, &is_pdf, err);
        total += pages;
        close(fd);
    }
    if (!rc)
        rc = q_pdf_prepare(p, scratch, &used, err);
    if (!rc)
        rc = q_pdf_begin(p, made, err);
    for (size_t i = 0; i < total && !rc; i++)
        rc = q_pdf_page(p, m->without && m->without[i] ? NULL : &m->pages[i], err);
    if (!rc)
        rc = q_pdf_end(p, err);
    q_pdf_free(p);
    if (!rc)
        *out = bytes_of(made);
    close(scratch);
    close(made);
    return rc;
}

static q_str made(const making *m)
{
    q_err err = {0};
    q_str out = {NULL, 0};
    q_code rc = make(m, &out, &err);

    if (rc)
        printf("# %s\n", err.msg);
    CHECK_EQ(rc, Q_OK);
    check_sound(out);
    return out;
}

/* The text layer of a page, as poppler sees it. */
static page__words words_in(q_str pdf, size_t page)
{
    page__words w = {.arena = q_test_arena()};
    int fd = sample_fd(pdf);
    pdf_file *p = NULL;

    CHECK_EQ(pdf__open(fd, pdf, &q_document_default_limits, &p, NULL), Q_OK);
    CHECK_EQ(pdf__text(p, page, &w, NULL), Q_OK);
    pdf__close(p);
    close(fd);
    return w;
}

static void check_box(q_box got, q_box want, double tolerance)
{
    CHECK_NEAR(got.left, want.left, tolerance);
    CHECK_NEAR(got.top, want.top, tolerance);
    CHECK_NEAR(got.width, want.width, tolerance);
    CHECK_NEAR(got.height, want.height, tolerance);
}

static PIX *blank(int width, int height, int depth)
{
    PIX *pix = pixCreate(width, height, depth);

    if (depth > 1)
        pixSetAll(pix);
    for (int i = 0; i < width && i < height; i += 3)
        pixSetPixel(pix, i, i, depth == 1);
    pixSetResolution(pix, 300, 300);
    return pix;
}

static q_str blank_png(int depth)
{
    PIX *pix = blank(1250, 833, depth);
    q_str png = sample_png(pix);

    pixDestroy(&pix);
    return png;
}

/* ---- words -------------------------------------------------------------------- */

static const char *const some_texts[] = {"Invoice", "7731", "Total"};
static const q_box some_boxes[] = {
    {0.1, 0.1, 0.2, 0.06}, {0.35, 0.1, 0.1, 0.06}, {0.5, 0.6, 0.15, 0.08}};

TEST(pdf_write_puts_words_where_they_were_seen)
{
    q_str png = blank_png(8);
    q_page page = page_of(some_texts, some_boxes, 3);
    q_str pdf = made(&(making){.files = &png, .count = 1, .pages = &page});
    page__words w = words_in(pdf, 0);

    CHECK_EQ(w.count, 3);
    for (size_t i = 0; i < 3; i++) {
        CHECK_STREQ(w.items[i].text, some_texts[i]);
        check_box(w.items[i].box, some_boxes[i], 0.002);
    }
}

TEST(pdf_write_keeps_text_of_any_script)
{
    static const char *const texts[] = {"Grüße",  "Ελλάς", "Россия",
                                        "日本語", "𝔘😀",    "e\xcc\x81t\xc3\xa9"};
    q_box boxes[6];
    q_str png = blank_png(1);
    q_page page;
    page__words w;

    for (size_t i = 0; i < 6; i++)
        boxes[i] = (q_box){0.1, 0.1 + 0.13 * (double)i, 0.2, 0.08};
    page = page_of(texts, boxes, 6);
    w = words_in(made(&(making){.files = &png, .count = 1, .pages = &page}), 0);
    CHECK_EQ(w.count, 6);
    for (size_t i = 0; i < 6; i++) {
        CHECK_STREQ(w.items[i].text, texts[i]);
        check_box(w.items[i].box, boxes[i], 0.003);
    }
}

/* pdftotext turns what stands from right to left into the order of reading. */
TEST(pdf_write_puts_hebrew_in_the_order_of_the_page)
{
    static const char *const texts[] = {"שלום", "עולם"};
    static const q_box boxes[] = {{0.5, 0.1, 0.2, 0.08}, {0.28, 0.1, 0.2, 0.08}};
    const char *path = q_str_printf(q_test_arena(), "%s/a.pdf", q_test_dir()).p;
    q_str png = blank_png(1);
    q_page page = line_of(texts, boxes, 2);
    char line[256] = "";
    FILE *f;

    CHECK_EQ(q_file_replace(path, made(&(making){.files = &png, .count = 1, .pages = &page}), 0600,
                            NULL),
             Q_OK);
    f = popen(q_str_printf(q_test_arena(), "pdftotext -enc UTF-8 %s -", path).p, "r");
    CHECK(f && fgets(line, sizeof line, f));
    pclose(f);
    CHECK(strstr(line, "שלום עולם") != NULL);
}

TEST(pdf_write_keeps_close_words_apart)
{
    static const char *const texts[] = {"one", "two"};
    static const q_box boxes[] = {{0.1, 0.1, 0.1, 0.06}, {0.2005, 0.1, 0.1, 0.06}};
    q_str png = blank_png(8);
    q_page page = line_of(texts, boxes, 2);
    page__words w = words_in(made(&(making){.files = &png, .count = 1, .pages = &page}), 0);

    CHECK_EQ(w.count, 2);
    CHECK_STREQ(w.items[1].text, "two");
}

/* A page that stands turned by so many degrees in its picture of 300 x 200 points. */
static q_page turned(double degrees)
{
    q_page p = page_of(some_texts, some_boxes, 3);
    double c = fabs(cos(degrees * M_PI / 180)), s = fabs(sin(degrees * M_PI / 180));

    p.turn = degrees;
    p.shown_width_pt = 300;
    p.shown_height_pt = 199.92;
    p.width_pt = c * 300 + s * 200;
    p.height_pt = s * 300 + c * 200;
    return p;
}

/* The middle of a box of the page where the picture shows it. */
static void middle_shown(const q_page *p, q_box b, double *x, double *y)
{
    q_page_shown(p, b.left + b.width / 2, b.top + b.height / 2, x, y);
}

TEST(pdf_write_turns_words_with_the_page)
{
    static const double turns[] = {90, 180, -90, 2, -4, 93};
    q_str png = blank_png(8);

    for (size_t t = 0; t < 6; t++) {
        q_page page = turned(turns[t]);
        page__words w = words_in(made(&(making){.files = &png, .count = 1, .pages = &page}), 0);

        CHECK_EQ(w.count, 3);
        for (size_t i = 0; i < 3; i++) {
            double x, y, least = 1;

            middle_shown(&page, some_boxes[i], &x, &y);
            for (size_t k = 0; k < 3; k++) {
                q_box b = w.items[k].box;
                double away = hypot(b.left + b.width / 2 - x, b.top + b.height / 2 - y);

                least = q_str_is(w.items[k].text, some_texts[i]) ? fmin(least, away) : least;
            }
            CHECK(least < 0.005);
        }
    }
}

TEST(pdf_write_sets_pages_upright_and_straight_when_told)
{
    making m = {.options = {.deskew = true, .rotate = true}, .count = 1};
    q_str png = blank_png(8);
    q_page page = turned(93);
    double page_width = 199.92, page_height = 300;
    page__words w;

    m.files = &png;
    m.pages = &page;
    w = words_in(made(&m), 0);
    CHECK_EQ(w.count, 3);
    for (size_t i = 0; i < 3; i++) { /* turned around the middle, at the same size */
        double x = (some_boxes[i].left + some_boxes[i].width / 2 - 0.5) * page.width_pt;
        double y = (some_boxes[i].top + some_boxes[i].height / 2 - 0.5) * page.height_pt;
        q_box b = w.items[i].box;

        CHECK_NEAR((b.left + b.width / 2 - 0.5) * page_width, x, 1);
        CHECK_NEAR((b.top + b.height / 2 - 0.5) * page_height, y, 1);
        CHECK_NEAR(b.width * page_width, some_boxes[i].width * page.width_pt, 1);
    }
}

/* ---- pictures ------------------------------------------------------------------- */

TEST(pdf_write_keeps_a_jpeg_byte_for_byte)
{
    PIX *pix = blank(600, 400, 8);
    q_str jpeg = sample_jpeg(pix), pdf;
    q_page page = page_of(some_texts, some_boxes, 3);

    pixDestroy(&pix);
    pdf = made(&(making){.files = &jpeg, .count = 1, .pages = &page});
    CHECK(q_str_find(pdf, jpeg) != SIZE_MAX);
    CHECK(pdf.n < jpeg.n + jpeg.n / 10 + 3000);
}

TEST(pdf_write_keeps_the_rows_of_a_png)
{
    q_str png = blank_png(8), pdf, rows;
    q_page page = page_of(some_texts, some_boxes, 3);
    size_t at = q_str_find(png, Q_STR("IDAT"));

    CHECK(at != SIZE_MAX);
    rows = q_str_sub(png, at + 4,
                     (size_t)(unsigned char)png.p[at - 2] << 8 | (unsigned char)png.p[at - 1]);
    pdf = made(&(making){.files = &png, .count = 1, .pages = &page});
    CHECK(q_str_find(pdf, rows) != SIZE_MAX);
}

/* The one picture in a PDF, as pdfimages takes it out. */
static PIX *picture_in(q_str pdf)
{
    const char *folder = q_test_dir(), *path;
    PIX *pix;

    path = q_str_printf(q_test_arena(), "%s/a.pdf", folder).p;
    CHECK_EQ(q_file_replace(path, pdf, 0600, NULL), Q_OK);
    CHECK_EQ(system(q_str_printf(q_test_arena(), "pdfimages -png %s %s/a", path, folder).p), 0);
    pix = pixRead(q_str_printf(q_test_arena(), "%s/a-000.png", folder).p);
    CHECK(pix != NULL);
    return pix;
}

static void holds_the_same(int depth, int kind)
{
    PIX *pix = blank(300, 200, depth), *grey = pixConvertTo8(pix, 0), *seen, *seen_grey;
    q_page page = page_of(some_texts, some_boxes, 3);
    l_uint8 *bytes = NULL;
    l_int32 same = 0;
    size_t n = 0;
    q_str file;

    CHECK_EQ(pixWriteMem(&bytes, &n, pix, kind), 0);
    file = sample_taken(bytes, n);
    seen = picture_in(made(&(making){.files = &file, .count = 1, .pages = &page}));
    seen_grey = pixConvertTo8(seen, 0);
    pixEqual(grey, seen_grey, &same);
    pixDestroy(&pix);
    pixDestroy(&grey);
    pixDestroy(&seen);
    pixDestroy(&seen_grey);
    if (!same)
        printf("# depth %d, kind %d\n", depth, kind);
    CHECK(same);
}

TEST(pdf_write_keeps_every_pixel_of_every_depth)
{
    static const int depths[] = {1, 2, 4, 8, 32};
    static const int kinds[] = {IFF_PNG, IFF_TIFF, IFF_TIFF_LZW, IFF_TIFF_ZIP};

    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 4; k++)
            holds_the_same(depths[i], kinds[k]);
    holds_the_same(1, IFF_TIFF_G4);
    holds_the_same(1, IFF_TIFF_G3);
    holds_the_same(1, IFF_TIFF_PACKBITS);
}

TEST(pdf_write_takes_all_pages_of_a_tiff)
{
    PIX *pix = blank(300, 200, 1);
    const char *path = q_str_printf(q_test_arena(), "%s/many.tif", q_test_dir()).p;
    q_page pages[3];
    q_str file;

    for (int i = 0; i < 3; i++) {
        pages[i] = page_of(&some_texts[i], &some_boxes[i], 1);
        CHECK_EQ(pixWriteTiff(path, pix, IFF_TIFF_G4, i ? "a" : "w"), 0);
    }
    pixDestroy(&pix);
    CHECK_EQ(q_file_read(q_test_arena(), path, 1 << 20, &file, NULL), Q_OK);
    file = made(&(making){.files = &file, .count = 1, .pages = pages});
    for (size_t i = 0; i < 3; i++)
        CHECK_STREQ(words_in(file, i).items[0].text, some_texts[i]);
}

/* ---- PDFs ----------------------------------------------------------------------- */

static q_str scan_pdf(int pages)
{
    PIX *pix = blank(600, 400, 8);
    q_str pdf = sample_scan_pdf(pix, pages);

    pixDestroy(&pix);
    return pdf;
}

TEST(pdf_write_only_adds_to_a_pdf)
{
    q_str file = scan_pdf(2), pdf;
    q_page pages[2] = {page_of(some_texts, some_boxes, 3), page_of(some_texts, some_boxes, 1)};

    pdf = made(&(making){.files = &file, .count = 1, .pages = pages});
    CHECK(q_str_starts(pdf, file));
    CHECK(pdf.n < file.n + file.n / 10 + 5000);
    CHECK_EQ(words_in(pdf, 0).count, 3);
    CHECK_EQ(words_in(pdf, 1).count, 1);
    check_box(words_in(pdf, 1).items[0].box, some_boxes[0], 0.002);
}

TEST(pdf_write_leaves_a_pdf_alone_when_there_is_nothing_to_add)
{
    q_str file = scan_pdf(2), pdf;
    bool without[] = {true, true};

    pdf = made(&(making){.files = &file, .count = 1, .without = without});
    CHECK(q_str_eq(pdf, file));
}

/* A box that does not begin at 0, seen turned. */
TEST(pdf_write_minds_boxes_and_turns_of_pdf_pages)
{
    static const char *const extras[] = {
        "/CropBox [50 20 250 180]", "/CropBox [50 20 250 180] /Rotate 90",
        "/CropBox [250 180 50 20] /Rotate 180", "/CropBox [50 20 250 180] /Rotate -90"};
    q_page page = page_of(some_texts, some_boxes, 3);

    for (size_t i = 0; i < 4; i++) {
        q_str file = sample_text_pdf("0 0 10 10 re f", 1, extras[i]);
        page__words w = words_in(made(&(making){.files = &file, .count = 1, .pages = &page}), 0);

        CHECK_EQ(w.count, 3);
        for (size_t k = 0; k < 3; k++)
            check_box(w.items[k].box, some_boxes[k], 0.003);
    }
}

/* What the content leaves behind does not move the words. */
TEST(pdf_write_needs_nothing_of_the_content)
{
    q_str file = sample_text_pdf("q 0.1 0 0 0.1 50 50 cm BT", 1, "");
    q_page page = page_of(some_texts, some_boxes, 3);
    page__words w = words_in(made(&(making){.files = &file, .count = 1, .pages = &page}), 0);

    CHECK_EQ(w.count, 3);
    check_box(w.items[0].box, some_boxes[0], 0.002);
}

TEST(pdf_write_mends_what_it_lengthens)
{
    q_str file = scan_pdf(1), pdf;
    q_page page = page_of(some_texts, some_boxes, 3);
    size_t at = q_str_find(file, Q_STR("startxref\n"));

    file = q_str_copy(q_test_arena(), file);
    ((char *)(uintptr_t)file.p)[at + 10] = '9'; /* the table is not where it says */
    pdf = made(&(making){.files = &file, .count = 1, .pages = &page});
    CHECK_EQ(words_in(pdf, 0).count, 3);
}

TEST(pdf_write_joins_pictures_and_pdfs)
{
    q_str files[] = {blank_png(8), scan_pdf(2), blank_png(1), scan_pdf(1)};
    q_page pages[5];
    q_str pdf;

    for (size_t i = 0; i < 5; i++)
        pages[i] = page_of(&some_texts[i % 3], &some_boxes[i % 3], 1);
    pdf = made(&(making){.files = files, .count = 4, .pages = pages});
    for (size_t i = 0; i < 5; i++) {
        CHECK_STREQ(words_in(pdf, i).items[0].text, some_texts[i % 3]);
        check_box(words_in(pdf, i).items[0].box, some_boxes[i % 3], 0.003);
    }
}

TEST(pdf_write_takes_hidden_text_out_and_keeps_the_rest)
{
    q_str file = sample_text_pdf("BT /F1 16 Tf 20 160 Td (Seen) Tj 3 Tr 0 -40 Td (Hidden) Tj "
                                 "0 Tr 0 -40 Td [(Al) -20 (so)] TJ ET",
                                 1, "");
    bool without = true;
    making m = {.options = {.redo = true}, .files = &file, .count = 1, .without = &without};
    page__words w = words_in(made(&m), 0);

    CHECK_EQ(w.count, 2);
    CHECK_STREQ(w.items[0].text, "Seen");
    CHECK_STREQ(w.items[1].text, "Also");
}

TEST(pdf_write_makes_pictures_of_pages_by_force)
{
    q_str file = sample_text_pdf(SAMPLE_INVOICE, 1, "");
    q_page page = page_of(some_texts, some_boxes, 3);
    making m = {.options = {.force = true}, .files = &file, .count = 1, .pages = &page};
    q_str pdf = made(&m);

    CHECK(q_str_find(pdf, Q_STR("/Helvetica")) == SIZE_MAX);
    CHECK_EQ(words_in(pdf, 0).count, 3);
    CHECK(q_str_find(pdf, Q_STR("/MediaBox[0 0 300.0000 200.0000]")) != SIZE_MAX);
}

/* ---- archives -------------------------------------------------------------------- */

static void check_archive(q_str pdf)
{
    CHECK(q_str_find(pdf, Q_STR("<pdfaid:part>2</pdfaid:part>")) != SIZE_MAX);
    CHECK(q_str_find(pdf, Q_STR("<pdfaid:conformance>B</pdfaid:conformance>")) != SIZE_MAX);
    CHECK(q_str_find(pdf, Q_STR("/S/GTS_PDFA1")) != SIZE_MAX);
    CHECK(q_str_find(pdf, Q_STR("/DestOutputProfile")) != SIZE_MAX);
    CHECK(q_str_find(pdf, Q_STR("/FontFile2")) != SIZE_MAX);
    CHECK((unsigned char)pdf.p[9] == '%' && (unsigned char)pdf.p[10] >= 128);
}

TEST(pdf_write_makes_archives)
{
    q_str png = blank_png(8), file = scan_pdf(1);
    q_page page = page_of(some_texts, some_boxes, 3);
    making m = {.options = {.archive = true}, .files = &png, .count = 1, .pages = &page};

    check_archive(made(&m));
    m.files = &file;
    check_archive(made(&m));
}

TEST(pdf_write_refuses_what_no_archive_may_hold)
{
    q_str file = sample_text_pdf(SAMPLE_INVOICE, 1, "");
    q_page page = page_of(some_texts, some_boxes, 3);
    making m = {.options = {.archive = true}, .files = &file, .count = 1, .pages = &page};
    q_err err = {0};
    q_str pdf;

    CHECK_EQ(make(&m, &pdf, &err), Q_UNSUPPORTED);
    CHECK(strstr(err.msg, "font Helvetica is not embedded") != NULL);
    m.options.force = true;
    check_archive(made(&m));
}

TEST(pdf_write_makes_a_profile_of_the_right_form)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 16);
    const unsigned char *p;

    pdf_archive__profile(&b);
    p = (const unsigned char *)b.p;
    CHECK_EQ((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3], b.n);
    CHECK(memcmp(p + 12, "mntrRGB XYZ ", 12) == 0 && memcmp(p + 36, "acsp", 4) == 0);
    CHECK_EQ(p[131], 10);
    for (size_t i = 0; i < 10; i++) { /* every tag lies inside, at a multiple of four */
        const unsigned char *t = p + 132 + 12 * i;
        size_t at = (size_t)t[6] << 8 | t[7], n = (size_t)t[10] << 8 | t[11];

        CHECK(at % 4 == 0 && at + n <= b.n);
    }
}

/* ---- bad input -------------------------------------------------------------------- */

TEST(pdf_write_names_what_it_does_not_take)
{
    q_str files[] = {Q_STR("hello"), Q_STR("%PDF-1.4\nnothing\n%%EOF\n"), Q_STR("\xff\xd8\xff")};
    q_page page = page_of(some_texts, some_boxes, 3);
    q_err err;
    q_str pdf;

    CHECK_EQ(make(&(making){.files = &files[0], .count = 1, .pages = &page}, &pdf, &err),
             Q_UNSUPPORTED);
    CHECK_EQ(make(&(making){.files = &files[1], .count = 1, .pages = &page}, &pdf, &err),
             Q_INVALID);
    CHECK_EQ(make(&(making){.files = &files[2], .count = 1, .pages = &page}, &pdf, &err),
             Q_INVALID);
}

TEST_MAIN("document/pdf_write")
