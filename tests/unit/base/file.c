#include "base/file.h"
#include "test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path_in(const char *dir, const char *name)
{
    return q_str_printf(q_test_arena(), "%s/%s", dir, name).p;
}

TEST(a_replaced_file_reads_back)
{
    const char *path = path_in(q_test_dir(), "f");
    struct stat st;
    q_str back;

    CHECK_EQ(q_file_replace(path, Q_STR("one"), 0600, NULL), Q_OK);
    CHECK_EQ(q_file_replace(path, Q_STR("two words"), 0640, NULL), Q_OK);
    CHECK_EQ(q_file_read(q_test_arena(), path, 100, &back, NULL), Q_OK);
    CHECK_STREQ(back, "two words");
    CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
}

TEST(reading_stops_at_the_limit)
{
    const char *path = path_in(q_test_dir(), "f");
    q_str back;
    q_err err;

    CHECK_EQ(q_file_replace(path, Q_STR("12345"), 0600, NULL), Q_OK);
    CHECK_EQ(q_file_read(q_test_arena(), path, 4, &back, &err), Q_LIMIT);
    CHECK(q_str_ends(q_str_of(err.msg), Q_STR("file of 5 bytes; at most 4")));
    CHECK_EQ(q_file_read(q_test_arena(), path_in(q_test_dir(), "none"), 4, &back, &err),
             Q_NOTFOUND);
}

TEST(folders_are_made_and_removed_whole)
{
    const char *dir = q_test_dir(), *deep = path_in(dir, "a/b/c");

    CHECK_EQ(q_dir_make(deep, 0700, NULL), Q_OK);
    CHECK_EQ(q_dir_make(deep, 0700, NULL), Q_OK);
    CHECK_EQ(q_file_replace(path_in(deep, "f"), Q_STR("x"), 0600, NULL), Q_OK);
    CHECK_EQ(symlink("/etc", path_in(deep, "link")), 0);
    CHECK_EQ(q_dir_remove(path_in(dir, "a"), NULL), Q_OK);
    CHECK(access(path_in(dir, "a"), F_OK) != 0);
    CHECK(access("/etc/passwd", F_OK) == 0);
    CHECK_EQ(q_dir_remove(path_in(dir, "a"), NULL), Q_OK);
}

TEST(memory_files_are_sealed)
{
    q_str back;
    int fd = -1;

    CHECK_EQ(q_fd_of_bytes("test", Q_STR("content"), &fd, NULL), Q_OK);
    CHECK(write(fd, "x", 1) < 0);
    CHECK(ftruncate(fd, 0) < 0);
    CHECK_EQ(q_fd_read_all(q_test_arena(), fd, 100, &back, NULL), Q_OK);
    CHECK_STREQ(back, "content");
    q_fd_close(fd);
}

TEST(an_early_end_is_named)
{
    char bytes[8];
    q_err err;
    int fd = -1;

    CHECK_EQ(q_fd_of_bytes("test", Q_STR("abc"), &fd, NULL), Q_OK);
    CHECK_EQ(q_fd_read(fd, bytes, sizeof bytes, &err), Q_INVALID);
    CHECK_STR(err.msg, "5 bytes missing at the end");
    q_fd_close(fd);
}

TEST_MAIN("base/file")
