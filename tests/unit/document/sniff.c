#include "document/sniff.h"

#include "test.h"

#include <string.h>

static q_format known(q_str head)
{
    q_format f = (q_format)99;

    CHECK_EQ(sniff__format(head, &f, NULL), Q_OK);
    return f;
}

TEST(sniff_knows_what_we_read)
{
    CHECK_EQ(known(Q_STR("\x89PNG\r\n\x1a\n....")), Q_FORMAT_PNG);
    CHECK_EQ(known(Q_STR("\xff\xd8\xff\xe0")), Q_FORMAT_JPEG);
    CHECK_EQ(known(Q_STR("II*\0\x08\0\0\0")), Q_FORMAT_TIFF);
    CHECK_EQ(known(Q_STR("MM\0*\0\0\0\x08")), Q_FORMAT_TIFF);
    CHECK_EQ(known(Q_STR("MM\0+\0\x08\0\0")), Q_FORMAT_TIFF);
    CHECK_EQ(known(Q_STR("%PDF-1.7\n")), Q_FORMAT_PDF);
    CHECK_EQ(known(Q_STR("\n\n%PDF-1.7\n")), Q_FORMAT_PDF);
}

TEST(sniff_names_the_rest)
{
    static const struct {
        q_str head;
        const char *name;
    } files[] = {{Q_STR_INIT("GIF89a"), "a GIF image"},
                 {Q_STR_INIT("RIFF\1\2\3\4WEBPVP8 "), "a WebP image"},
                 {Q_STR_INIT("\0\0\0\x18"
                             "ftypheic"),
                  "a HEIC image"},
                 {Q_STR_INIT("gr\xc3\xbc\xc3\x9f dich"), "plain text"},
                 {Q_STR_INIT("\1\2\3"), "a file of an unknown kind"}};
    q_format f;
    q_err err;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        CHECK_EQ(sniff__format(files[i].head, &f, &err), Q_UNSUPPORTED);
        CHECK(strstr(err.msg, files[i].name) != NULL);
    }
    CHECK_EQ(sniff__format(Q_STR(""), &f, &err), Q_INVALID);
}

TEST_MAIN("document/sniff")
