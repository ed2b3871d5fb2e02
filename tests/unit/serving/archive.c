#include "serving/archive.h"

#include "test.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* A tar in the making. */
typedef struct pack {
    char bytes[65536];
    size_t n;
} pack;

static void head_sum(char *block)
{
    unsigned sum = 0;

    memset(block + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
}

static void add(pack *p, const char *name, char type, const char *body, size_t n)
{
    char *block = p->bytes + p->n;

    snprintf(block, 100, "%s", name);
    snprintf(block + 124, 12, "%011zo", n);
    block[156] = type;
    memcpy(block + 257,
           "ustar\0"
           "00",
           8);
    head_sum(block);
    memcpy(block + 512, body, n);
    p->n += 512 + (n + 511) / 512 * 512;
}

static q_str gzip(const char *bytes, size_t n)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)n};
    char *out = q_arena_alloc(q_test_arena(), n + 1024);

    CHECK_EQ(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)n + 1024;
    CHECK_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return (q_str){out, z.total_out};
}

static q_str packed(const pack *p)
{
    return gzip(p->bytes, p->n + 1024); /* two blocks of zeros end it */
}

TEST(archive_gives_files_and_finds_the_model)
{
    pack p = {.n = 0};
    archive a;
    const q_model_file *model = NULL;
    q_err err;

    add(&p, "./export/", '5', "", 0);
    add(&p, "././@LongLink", 'L', "a/very/long/name.bin", 21);
    add(&p, "a/very/long/na", '0', "weights", 7);
    add(&p, "PaxHeaders/x", 'x', "26 path=export/model.onnx\n", 26);
    add(&p, "export/mo", '0', "graph", 5);
    CHECK_EQ(archive__unpack(packed(&p), 1 << 20, q_test_arena(), &a, &err), Q_OK);
    CHECK_EQ(a.count, 2);
    CHECK_STREQ(a.files[0].name, "a/very/long/name.bin");
    CHECK_STREQ(a.files[0].bytes, "weights");
    CHECK_EQ((uintptr_t)a.files[1].bytes.p % 512, 0);
    CHECK_EQ(archive__model(&a, &model, &err), Q_OK);
    CHECK_STREQ(model->name, "export/model.onnx");
    CHECK_STREQ(model->bytes, "graph");
    archive__clear(&a);
}

TEST(archive_prefers_what_is_named_model)
{
    pack p = {.n = 0};
    archive a;
    const q_model_file *model = NULL;
    q_err err;

    add(&p, "other.onnx", '0', "1", 1);
    add(&p, "sub/model.onnx", '0', "2", 1);
    CHECK_EQ(archive__unpack(packed(&p), 1 << 20, q_test_arena(), &a, &err), Q_OK);
    CHECK_EQ(archive__model(&a, &model, &err), Q_OK);
    CHECK_STREQ(model->bytes, "2");
    archive__clear(&a);
}

TEST(archive_without_one_model_says_what_it_has)
{
    pack none = {.n = 0}, two = {.n = 0};
    archive a;
    const q_model_file *model = NULL;
    q_err err;

    add(&none, "readme.txt", '0', "1", 1);
    CHECK_EQ(archive__unpack(packed(&none), 1 << 20, q_test_arena(), &a, &err), Q_OK);
    CHECK_EQ(archive__model(&a, &model, &err), Q_INVALID);
    CHECK_STR(err.msg, "the archive has 1 files, none named *.onnx or *.q");
    archive__clear(&a);
    add(&two, "a.onnx", '0', "1", 1);
    add(&two, "b.q", '0', "1", 1);
    CHECK_EQ(archive__unpack(packed(&two), 1 << 20, q_test_arena(), &a, &err), Q_OK);
    CHECK_EQ(archive__model(&a, &model, &err), Q_INVALID);
    CHECK_STR(err.msg, "the archive has 2 models; name the one to be served model.onnx or model.q");
    archive__clear(&a);
}

TEST(archive_refuses_bombs_and_damage)
{
    static char zeros[1 << 20];
    pack p = {.n = 0};
    archive a;
    q_str whole, bomb = gzip(zeros, sizeof zeros);
    q_err err;

    CHECK_EQ(archive__unpack(bomb, 1 << 16, q_test_arena(), &a, &err), Q_LIMIT);
    CHECK_STR(err.msg, "the archive unpacks to more than 65536 bytes");
    add(&p, "model.onnx", '0', "some bytes", 10);
    whole = packed(&p);
    for (size_t n = 0; n < whole.n; n++)
        CHECK_EQ(archive__unpack((q_str){whole.p, n}, 1 << 20, q_test_arena(), &a, &err),
                 Q_INVALID);
    p.bytes[3] ^= 1;
    CHECK_EQ(archive__unpack(packed(&p), 1 << 20, q_test_arena(), &a, &err), Q_INVALID);
    CHECK_STR(err.msg, "what gzip holds is no tar archive: byte 0");
}

TEST_MAIN("serving/archive")
