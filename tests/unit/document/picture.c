#include "document/picture.h"

#include "sample.h"

#include <math.h>
#include <string.h>

static q_str drawn(q_str bytes, size_t index, unsigned width)
{
    q_buf out = q_buf_init(q_test_arena(), PICTURE_BYTES);
    q_document *d = NULL;
    q_err err = {0};
    q_str jpeg;
    int fd = sample_fd(bytes);
    q_code rc = q_document_open(fd, &q_document_default_limits, NULL, &d, &err);

    if (!rc)
        rc = q_document_picture(d, index, width, &out, &err);
    if (rc)
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    q_document_close(d);
    close(fd);
    CHECK_EQ(q_buf_finish(&out, &jpeg, NULL), Q_OK);
    return jpeg;
}

static void check_size(q_str jpeg, int width, int height)
{
    PIX *pix = pixReadMemJpeg((const l_uint8 *)jpeg.p, jpeg.n, 0, 1, NULL, 0);

    CHECK(pix != NULL);
    CHECK_EQ(pixGetWidth(pix), width);
    CHECK_EQ(pixGetHeight(pix), height);
    pixDestroy(&pix);
}

static q_str as(PIX *pix, int format)
{
    l_uint8 *data = NULL;
    size_t size = 0;
    q_str out;

    CHECK_EQ(pixWriteMem(&data, &size, pix, format), 0);
    out = q_str_copy(q_test_arena(), (q_str){(const char *)data, size});
    lept_free(data);
    return out;
}

TEST(sizes_keep_the_shape_and_are_bounded)
{
    unsigned w, h;

    picture__size(300, 200, 1200, &w, &h);
    CHECK_EQ(w, 1200);
    CHECK_EQ(h, 800);
    picture__size(1, 1000000, 4096, &w, &h);
    CHECK(w >= 1 && (double)w * h <= PICTURE_PIXELS);
    picture__size(1000000, 1, 16, &w, &h);
    CHECK_EQ(w, 16);
    CHECK_EQ(h, 1);
}

TEST(a_page_of_a_pdf_is_drawn_as_wide_as_wanted)
{
    q_str file = sample_text_pdf(SAMPLE_INVOICE, 3, "");

    check_size(drawn(file, 2, 600), 600, 400);
    check_size(drawn(file, 0, 90), 90, 60);
}

static double ink(q_str jpeg)
{
    PIX *pix = pixReadMemJpeg((const l_uint8 *)jpeg.p, jpeg.n, 0, 1, NULL, 0);
    PIX *grey = pixConvertTo8(pix, 0), *bits = pixThresholdToBinary(grey, 128);
    l_int32 count = 0;

    pixCountPixels(bits, &count, NULL);
    pixDestroy(&bits);
    pixDestroy(&grey);
    pixDestroy(&pix);
    return count;
}

TEST(a_turned_page_of_a_pdf_is_drawn_whole)
{
    q_str upright = drawn(sample_text_pdf(SAMPLE_INVOICE, 1, ""), 0, 1200);
    q_str turned = drawn(sample_text_pdf(SAMPLE_INVOICE, 1, "/Rotate 90"), 0, 800);

    check_size(turned, 800, 1200);
    CHECK(ink(upright) > 1000);
    CHECK(fabs(ink(turned) / ink(upright) - 1) < 0.05);
}

TEST(images_of_any_depth_are_drawn_in_colour_and_never_enlarged)
{
    static const int depths[] = {1, 8, 32};

    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        PIX *pix = pixCreate(800, 400, depths[i]);

        pixSetAllArbitrary(pix, depths[i] == 32 ? 0xff000000 : 1);
        check_size(drawn(as(pix, IFF_PNG), 0, 400), 400, 200);
        check_size(drawn(as(pix, IFF_PNG), 0, 1600), 800, 400);
        check_size(drawn(as(pix, IFF_TIFF_LZW), 0, 100), 100, 50);
        pixDestroy(&pix);
    }
}

TEST(a_red_picture_stays_red)
{
    PIX *pix = pixCreate(1000, 500, 32), *back;
    q_str jpeg;
    l_uint32 pixel = 0;

    pixSetAllArbitrary(pix, 0xd0102000);
    jpeg = drawn(as(pix, IFF_JFIF_JPEG), 0, 120); /* decoded at an eighth */
    pixDestroy(&pix);
    check_size(jpeg, 120, 60);
    back = pixReadMemJpeg((const l_uint8 *)jpeg.p, jpeg.n, 0, 1, NULL, 0);
    pixGetPixel(back, 60, 30, &pixel);
    pixDestroy(&back);
    CHECK(fabs((double)(pixel >> 24) - 0xd0) < 8);
    CHECK((pixel >> 16 & 0xff) < 0x20 && (pixel >> 8 & 0xff) < 0x30);
}

TEST(a_page_that_is_not_there_is_named)
{
    q_buf out = q_buf_init(q_test_arena(), PICTURE_BYTES);
    int fd = sample_fd(sample_text_pdf(SAMPLE_INVOICE, 2, ""));
    q_document *d = NULL;
    q_err err = {0};

    CHECK_EQ(q_document_open(fd, &q_document_default_limits, NULL, &d, &err), Q_OK);
    CHECK_EQ(q_document_picture(d, 2, 600, &out, &err), Q_INVALID);
    CHECK_STR(err.msg, "page 3 of 2");
    q_document_close(d);
    close(fd);
}

TEST(what_is_broken_behind_its_header_is_refused)
{
    PIX *pix = pixCreate(300, 300, 8);
    q_buf out = q_buf_init(q_test_arena(), PICTURE_BYTES);
    q_document *d = NULL;
    q_err err = {0};
    int fd = sample_fd(q_str_sub(as(pix, IFF_PNG), 0, 60));

    pixDestroy(&pix);
    CHECK_EQ(q_document_open(fd, &q_document_default_limits, NULL, &d, &err), Q_OK);
    CHECK_EQ(q_document_picture(d, 0, 100, &out, &err), Q_INVALID);
    CHECK(strstr(err.msg, "broken") != NULL);
    q_document_close(d);
    close(fd);
}

int main(int argc, char **argv)
{
    return q_test_main("document/picture", argc, argv);
}
