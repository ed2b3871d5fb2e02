#include "service/lex_archive.h"

#include "test.h"

#include <string.h>

static q_err err;

static q_str packed(const char *name, q_str bytes)
{
    q_str zip = {NULL, 0};

    CHECK_EQ(q_archive_pack(q_str_of(name), bytes, q_test_arena(), &zip, &err), Q_OK);
    return zip;
}

static q_workers *workers(void)
{
    q_workers *w = NULL;

    CHECK_EQ(q_archive_workers_new(1, &w, &err), Q_OK);
    return w;
}

TEST(what_is_packed_comes_out_of_a_worker)
{
    q_workers *w = workers();
    q_str text = Q_STR("{\"resource\":{}}"), zip = packed("Tea_Export.json", text);
    q_archive_file *files;
    size_t n;

    CHECK(q_archive_is(zip));
    CHECK_EQ(q_archive_read(w, zip, q_test_arena(), &files, &n, &err), Q_OK);
    CHECK_EQ(n, 1);
    CHECK_STREQ(files[0].name, "Tea_Export.json");
    CHECK_STREQ(files[0].bytes, text.p);
    CHECK(q_str_eq(zip, packed("Tea_Export.json", text))); /* the same every time */
    q_workers_free(w);
}

TEST(what_is_no_zip_is_refused)
{
    q_workers *w = workers();
    q_str zip = packed("a.json", Q_STR("hello hello hello hello"));
    q_archive_file *files;
    size_t n;

    CHECK_EQ(q_archive_read(w, Q_STR("PK\3\4 and no more"), q_test_arena(), &files, &n, &err),
             Q_INVALID);
    CHECK_EQ(q_archive_read(w, Q_STR("hello"), q_test_arena(), &files, &n, &err), Q_INVALID);
    CHECK_STR(err.msg, "this is no zip");
    for (size_t cut = 1; cut < zip.n; cut += 7) {
        q_code rc = q_archive_unpack(q_str_sub(zip, 0, cut), q_test_arena(), &files, &n, &err);

        CHECK(rc == Q_INVALID || rc == Q_OK);
    }
    q_workers_free(w);
}

TEST(a_bomb_is_not_unpacked)
{
    size_t size = 4 << 20;
    char *blanks = q_arena_alloc(q_test_arena(), size);
    q_archive_file *files;
    q_str zip;
    size_t n;

    memset(blanks, ' ', size);
    zip = packed("a.json", (q_str){blanks, size});
    CHECK(zip.n < size / 200);
    CHECK_EQ(q_archive_unpack(zip, q_test_arena(), &files, &n, &err), Q_LIMIT);
    CHECK_STR(err.msg, "the zip unpacks to more than 200 times its size");
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], Q_ARCHIVE_COMMAND) == 0)
        return q_worker_main(q_archive_tasks, q_archive_task_count, NULL, NULL);
    return q_test_main("service/lex_archive", argc, argv);
}
