#include "sample.h"

#include "base/digest.h"

#include <stdio.h>
#include <string.h>

static q_code open_bytes(q_str bytes, const q_document_limits *limits, q_document **d, int *fd,
                         q_err *err)
{
    *fd = sample_fd(bytes);
    *d = NULL;
    return q_document_open(*fd, limits, NULL, d, err);
}

static void refuses(q_str bytes, q_code code, const char *sentence)
{
    q_document *d = NULL;
    q_page page;
    q_err err = {0};
    int fd;
    q_code rc = open_bytes(bytes, &q_document_default_limits, &d, &fd, &err);

    if (!rc)
        rc = q_document_read(d, 0, false, q_test_arena(), &page, &err);
    q_document_close(d);
    close(fd);
    if (rc != code)
        printf("# got %s: %s\n", q_code_name(rc), err.msg);
    CHECK_EQ(rc, code);
    CHECK_EQ(err.code, code);
    if (!strstr(err.msg, sentence))
        printf("# sentence: %s\n", err.msg);
    CHECK(strstr(err.msg, sentence) != NULL);
}

static q_page read_page(q_str bytes, size_t index)
{
    q_document *d = NULL;
    q_page page = {0};
    q_err err = {0};
    int fd;
    q_code rc = open_bytes(bytes, &q_document_default_limits, &d, &fd, &err);

    if (!rc)
        rc = q_document_read(d, index, false, q_test_arena(), &page, &err);
    if (rc)
        printf("# %s\n", err.msg);
    q_document_close(d);
    close(fd);
    CHECK_EQ(rc, Q_OK);
    return page;
}

static const q_line *line_with(const q_page *p, const char *text)
{
    for (size_t i = 0; i < p->line_count; i++)
        if (q_str_find(p->lines[i].text, q_str_of(text)) != SIZE_MAX)
            return &p->lines[i];
    for (size_t i = 0; i < p->line_count; i++)
        printf("# line: %.*s\n", Q_ARG(p->lines[i].text));
    return NULL;
}

static void is_sample_invoice(const q_page *p)
{
    const q_line *number = line_with(p, "Invoice Number: 7731");
    const q_line *price = line_with(p, "45.00");

    CHECK(number != NULL);
    CHECK(line_with(p, "Please pay within thirty days") != NULL);
    CHECK(price != NULL);
    CHECK_STREQ(price->text, "45.00"); /* the gap parts it from "Pump seal" */
    CHECK_NEAR(p->width_pt, 300, 0.5);
    CHECK_NEAR(p->height_pt, 200, 0.5);
    CHECK_NEAR(number->box.left, 20 / 300.0, 0.01);
    CHECK_NEAR(q_box_bottom(number->box), 40 / 200.0, 0.025);
    CHECK_NEAR(price->box.left, 200 / 300.0, 0.01);
}

TEST(document_reads_a_text_layer)
{
    q_page p = read_page(sample_text_pdf(SAMPLE_INVOICE, 1, ""), 0);

    CHECK(p.from_text_layer);
    is_sample_invoice(&p);
    CHECK_NEAR(p.lines[0].confidence, 100, 0);
}

TEST(document_turns_a_rotated_page)
{
    q_page p = read_page(sample_text_pdf(SAMPLE_INVOICE, 1, "/Rotate 90"), 0);

    CHECK_NEAR(p.width_pt, 200, 0.5);
    CHECK_NEAR(p.height_pt, 300, 0.5);
    CHECK(line_with(&p, "Invoice Number: 7731") != NULL);
    for (size_t i = 0; i < p.word_count; i++)
        CHECK(q_box_right(p.words[i].box) <= 1 && q_box_bottom(p.words[i].box) <= 1);
}

TEST(document_keeps_to_the_crop_box)
{
    q_page p = read_page(sample_text_pdf(SAMPLE_INVOICE, 1, "/CropBox [10 0 190 200]"), 0);

    CHECK_NEAR(p.width_pt, 180, 0.5);
    CHECK_NEAR(line_with(&p, "Invoice Number: 7731")->box.left, 10 / 180.0, 0.01);
    CHECK(q_str_find(p.lines[1].text, Q_STR("45.00")) == SIZE_MAX);
}

TEST(document_recognises_every_kind_of_picture)
{
    PIX *pix = sample_picture(sample_text_pdf(SAMPLE_INVOICE, 1, ""));
    q_str png = sample_png(pix), jpeg = sample_jpeg(pix), scan = sample_scan_pdf(pix, 1);
    q_page p = read_page(png, 0);

    pixDestroy(&pix);
    CHECK(!p.from_text_layer);
    is_sample_invoice(&p);
    p = read_page(jpeg, 0);
    is_sample_invoice(&p);
    p = read_page(scan, 0);
    CHECK(!p.from_text_layer);
    is_sample_invoice(&p);
}

TEST(document_reads_all_pages_of_a_tiff)
{
    PIX *pix = sample_picture(sample_text_pdf(SAMPLE_INVOICE, 1, ""));
    PIX *bits = pixConvertTo1(pix, 128);
    const char *path = q_str_printf(q_test_arena(), "%s/a.tif", q_test_dir()).p;
    q_str file;
    q_page p;

    CHECK_EQ(pixWriteTiff(path, bits, IFF_TIFF_G4, "w"), 0);
    CHECK_EQ(pixWriteTiff(path, pix, IFF_TIFF_LZW, "a"), 0);
    pixDestroy(&pix);
    pixDestroy(&bits);
    CHECK_EQ(q_file_read(q_test_arena(), path, 1 << 26, &file, NULL), Q_OK);
    for (size_t i = 0; i < 2; i++) {
        p = read_page(file, i);
        is_sample_invoice(&p);
    }
    refuses(q_str_sub(file, 0, file.n / 2), Q_INVALID, "TIFF");
    refuses(q_str_sub(file, 0, 20), Q_INVALID, "TIFF");
}

TEST(document_gives_the_same_answer_whatever_came_before)
{
    PIX *pix = sample_picture(sample_text_pdf(SAMPLE_INVOICE, 1, ""));
    q_str png = sample_png(pix);
    q_recogniser *r = NULL;
    q_document *d = NULL;
    q_page first, second;
    int fd = sample_fd(png);

    pixDestroy(&pix);
    CHECK_EQ(q_recogniser_new(Q_RECOGNISER_TESSERACT, &r, NULL), Q_OK);
    CHECK_EQ(q_document_open(fd, &q_document_default_limits, r, &d, NULL), Q_OK);
    CHECK_EQ(q_document_read(d, 0, false, q_test_arena(), &first, NULL), Q_OK);
    CHECK_EQ(q_document_read(d, 0, false, q_test_arena(), &second, NULL), Q_OK);
    q_document_close(d);
    q_recogniser_free(r);
    close(fd);
    CHECK_EQ(first.word_count, second.word_count);
    for (size_t i = 0; i < first.word_count; i++) {
        CHECK(q_str_eq(first.words[i].text, second.words[i].text));
        CHECK_NEAR(first.words[i].confidence, second.words[i].confidence, 0);
    }
}

TEST(document_names_what_is_no_document)
{
    refuses(Q_STR(""), Q_INVALID, "the file is empty");
    refuses(Q_STR("PK\x03\x04 and more of it"), Q_UNSUPPORTED, "a ZIP archive");
    refuses(Q_STR("PK\x03\x04 and more of it"), Q_UNSUPPORTED, "not PNG, JPEG, TIFF or PDF");
    refuses(Q_STR("Dear Sir,\n"), Q_UNSUPPORTED, "plain text");
}

/* 60,000 x 60,000 pixels of white: 3.6 GB that deflate to little. */
TEST(document_refuses_a_png_that_declares_too_much)
{
    char head[33] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\0\0\0";
    char *file = q_arena_alloc(q_test_arena(), 40000);

    memcpy(file, head, sizeof head);
    refuses((q_str){file, 40000}, Q_LIMIT, "60000 x 60000 pixels");
}

TEST(document_refuses_cut_pictures)
{
    PIX *pix = sample_picture(sample_text_pdf(SAMPLE_INVOICE, 1, ""));
    q_str png = sample_png(pix), jpeg = sample_jpeg(pix);

    pixDestroy(&pix);
    for (size_t part = 1; part < 4; part++) {
        refuses(q_str_sub(png, 0, png.n * part / 4), Q_INVALID, "PNG");
        refuses(q_str_sub(jpeg, 0, jpeg.n * part / 4), Q_INVALID, "JPEG");
    }
    refuses(q_str_sub(png, 0, 10), Q_INVALID, "PNG");
    refuses(q_str_sub(jpeg, 0, 10), Q_INVALID, "JPEG");
}

/* The data do not keep what the header says. */
TEST(document_refuses_lying_pictures)
{
    PIX *pix = sample_picture(sample_text_pdf(SAMPLE_INVOICE, 1, ""));
    q_str png = sample_png(pix), jpeg = sample_jpeg(pix);
    char *lie = (char *)(uintptr_t)png.p;

    pixDestroy(&pix);
    lie[22] = 0x60; /* the height's third byte; the checksum then is wrong too */
    refuses(png, Q_INVALID, "PNG");
    lie = (char *)(uintptr_t)jpeg.p;
    memset(lie + 300, 0x5a, jpeg.n - 300);
    refuses(jpeg, Q_INVALID, "JPEG");
}

TEST(document_refuses_broken_pdfs)
{
    q_str pdf = sample_text_pdf(SAMPLE_INVOICE, 1, "");
    q_document_limits ten = q_document_default_limits;
    q_document *d;
    q_err err;
    int fd;

    refuses(q_str_sub(pdf, 0, pdf.n / 2), Q_INVALID, "truncated");
    refuses(Q_STR("%PDF-1.4\nnothing\nstartxref\n5\n%%EOF\n"), Q_INVALID, "PDF");
    ten.max_pages = 10;
    CHECK_EQ(open_bytes(sample_text_pdf(SAMPLE_INVOICE, 12, ""), &ten, &d, &fd, &err), Q_LIMIT);
    close(fd);
    CHECK_STR(err.msg, "the PDF has 12 pages; at most 10 are read");
}

TEST(document_refuses_a_pdf_of_ten_thousand_pages)
{
    refuses(sample_text_pdf(SAMPLE_INVOICE, 10000, ""), Q_LIMIT, "10000 pages; at most 3000");
}

TEST(document_survives_a_loop_in_the_page_tree)
{
    sample_pdf p = sample_begin();
    q_document *d = NULL;
    q_page page;
    q_err err;
    int fd;

    sample_object(&p, Q_STR("<< /Type /Catalog /Pages 2 0 R >>"), Q_STR(""));
    sample_object(&p, Q_STR("<< /Type /Pages /Count 5 /Kids [2 0 R 2 0 R] >>"), Q_STR(""));
    if (open_bytes(sample_end(&p), &q_document_default_limits, &d, &fd, &err) == Q_OK)
        CHECK_EQ(q_document_read(d, 0, false, q_test_arena(), &page, &err), Q_INVALID);
    q_document_close(d);
    close(fd);
}

TEST(document_says_that_a_pdf_is_encrypted)
{
    const char *dir = q_test_dir();
    const char *in = q_str_printf(q_test_arena(), "%s/in.pdf", dir).p;
    const char *out = q_str_printf(q_test_arena(), "%s/out.pdf", dir).p;
    q_str pdf = sample_text_pdf(SAMPLE_INVOICE, 1, ""), file;

    CHECK_EQ(q_file_replace(in, pdf, 0600, NULL), Q_OK);
    CHECK_EQ(
        system(q_str_printf(q_test_arena(), "qpdf --encrypt secret owner 256 -- %s %s", in, out).p),
        0);
    CHECK_EQ(q_file_read(q_test_arena(), out, 1 << 20, &file, NULL), Q_OK);
    refuses(file, Q_DENIED, "encrypted");
}

TEST(document_lowers_the_resolution_of_huge_pages)
{
    PIX *pix = NULL;
    pdf_file *p = NULL;
    q_str file = sample_text_pdf(SAMPLE_INVOICE, 1, "/MediaBox [0 0 7200 7200]");
    int dpi = 0, fd = sample_fd(file);

    CHECK_EQ(pdf__open(fd, file, &q_document_default_limits, &p, NULL), Q_OK);
    CHECK_EQ(pdf__render(p, 0, 300, &pix, &dpi, NULL), Q_OK);
    CHECK(dpi < 60);
    CHECK((uint64_t)pixGetWidth(pix) * (uint64_t)pixGetHeight(pix) <= 35000000);
    pixDestroy(&pix);
    pdf__close(p);
    close(fd);
}

TEST_MAIN("document/document")
