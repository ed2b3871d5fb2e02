#include "store/object.h"

#include "store/shelf.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

TEST_MAIN("store/object")

TEST(put_get_replace_delete)
{
    shelf s = shelf_open(q_test_dir());
    q_object found;
    q_str keys[] = {Q_STR("a"), Q_STR("absent")};
    bool existed[2];
    q_err e;

    bucket_make(&s, "b");
    put(&s, "b", "a", Q_STR("first"));
    DO(q_object_find(s.objects, Q_STR("b"), Q_STR("a"), q_test_arena(), &found, err));
    CHECK_STREQ(found.etag, "8b04d5e3775d298e78455efc5ca404d5");
    CHECK_EQ(found.size, 5);
    CHECK_EQ(found.modified_ms, 1000);
    CHECK_STREQ(found.attributes, "{}");
    put(&s, "b", "a", Q_STR("second"));
    CHECK_STREQ(get(&s, "b", "a"), "second");
    CHECK_EQ(files(&s), 1); /* the first one's file is gone */
    DO(q_object_delete(s.objects, Q_STR("b"), keys, 2, existed, err));
    CHECK(existed[0] && !existed[1]);
    CHECK(get(&s, "b", "a").p == NULL);
    CHECK_EQ(files(&s), 0);
    CHECK_EQ(q_object_delete(s.objects, Q_STR("no"), keys, 1, NULL, &e), Q_NOTFOUND);
    shelf_close(&s);
}

TEST(keys_are_bytes_and_never_paths)
{
    const char *keys[] = {
        "../../escape",     "/lead", "a//b",    "..", "a b+c%20&=?#", "\xc3\xa9t\xc3\xa9",
        "\xf0\x9f\x98\x80", ".",     "tmp/../x"};
    shelf s = shelf_open(q_test_dir());
    char longest[1025];

    memset(longest, 'k', 1024);
    longest[1024] = 0;
    bucket_make(&s, "b");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        put(&s, "b", keys[i], q_str_of(keys[i]));
    put(&s, "b", longest, Q_STR("long"));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        CHECK_STREQ(get(&s, "b", keys[i]), keys[i]);
    CHECK_STREQ(get(&s, "b", longest), "long");
    CHECK_EQ(files(&s), sizeof keys / sizeof keys[0] + 1);
    shelf_close(&s);
}

TEST(an_empty_object_needs_no_file)
{
    shelf s = shelf_open(q_test_dir());
    q_object found;

    bucket_make(&s, "b");
    put(&s, "b", "e", Q_STR(""));
    DO(q_object_find(s.objects, Q_STR("b"), Q_STR("e"), q_test_arena(), &found, err));
    CHECK_STREQ(found.etag, "d41d8cd98f00b204e9800998ecf8427e");
    CHECK_EQ(get(&s, "b", "e").n, 0);
    CHECK_EQ(files(&s), 0);
    shelf_close(&s);
}

TEST(conditions_hold_at_the_commit)
{
    shelf s = shelf_open(q_test_dir());
    q_object_put p = put_as("b", "a");
    q_err e;

    bucket_make(&s, "b");
    p.only_etag = Q_STR("8b04d5e3775d298e78455efc5ca404d5");
    CHECK_EQ(try_put(&s, &p, Q_STR("x"), &e), Q_NOTFOUND);
    p.only_etag = Q_STR("");
    p.only_new = true;
    CHECK_EQ(try_put(&s, &p, Q_STR("first"), &e), Q_OK);
    CHECK_EQ(try_put(&s, &p, Q_STR("x"), &e), Q_EXISTS);
    p.only_new = false;
    p.only_etag = Q_STR("00000000000000000000000000000000");
    CHECK_EQ(try_put(&s, &p, Q_STR("x"), &e), Q_BUSY);
    p.only_etag = Q_STR("8b04d5e3775d298e78455efc5ca404d5");
    CHECK_EQ(try_put(&s, &p, Q_STR("second"), &e), Q_OK);
    CHECK_STREQ(get(&s, "b", "a"), "second");
    CHECK_EQ(files(&s), 1); /* refused ones left none */
    p = put_as("absent", "a");
    CHECK_EQ(try_put(&s, &p, Q_STR("x"), &e), Q_NOTFOUND);
    CHECK_EQ(files(&s), 1);
    shelf_close(&s);
}

TEST(a_copy_shares_the_bytes_until_the_last_goes)
{
    shelf s = shelf_open(q_test_dir());
    q_object from;
    q_object_put p = put_as("c", "copy");
    q_str a = Q_STR("a"), copy = Q_STR("copy");
    q_err e;

    bucket_make(&s, "b");
    bucket_make(&s, "c");
    put(&s, "b", "a", Q_STR("shared"));
    DO(q_object_find(s.objects, Q_STR("b"), a, q_test_arena(), &from, err));
    DO(q_object_copy(s.objects, &from, &p, err));
    CHECK_EQ(files(&s), 1);
    p = put_as("b", "a"); /* onto itself: attributes change, bytes stay */
    p.attributes = Q_STR("{\"x\":1}");
    DO(q_object_copy(s.objects, &from, &p, err));
    CHECK_STREQ(get(&s, "b", "a"), "shared");
    DO(q_object_delete(s.objects, Q_STR("b"), &a, 1, NULL, err));
    CHECK_STREQ(get(&s, "c", "copy"), "shared");
    CHECK_EQ(q_object_copy(s.objects, &from, &p, &e), Q_BUSY); /* the source is gone */
    DO(q_object_delete(s.objects, Q_STR("c"), &copy, 1, NULL, err));
    CHECK_EQ(files(&s), 0);
    shelf_close(&s);
}

static q_code refuse(void *ctx, const q_object *made, q_err *err)
{
    CHECK_STREQ(made->key, "k");
    CHECK_EQ(made->size, 3);
    ++*(int *)ctx;
    return q_err_set(err, Q_INTERNAL, "refused");
}

TEST(what_goes_with_an_object_stands_or_falls_with_it)
{
    shelf s = shelf_open(q_test_dir());
    q_object_put p = put_as("b", "k");
    q_writer *w = NULL;
    int asked = 0;

    bucket_make(&s, "b");
    put(&s, "b", "k", Q_STR("before"));
    p.also = refuse;
    p.also_ctx = &asked;
    DO(q_writer_new(s.objects, &w, err));
    DO(q_writer_put(w, Q_STR("now"), err));
    CHECK_EQ(q_object_put_written(s.objects, w, &p, NULL, NULL), Q_INTERNAL);
    q_writer_free(w);
    CHECK_EQ(asked, 1);
    CHECK_STREQ(get(&s, "b", "k"), "before");
    CHECK_EQ(files(&s), 1);
    shelf_close(&s);
}

TEST(readers_keep_what_they_opened)
{
    shelf s = shelf_open(q_test_dir());
    q_object found;
    q_str bytes;
    int fd = -1;

    bucket_make(&s, "b");
    put(&s, "b", "a", Q_STR("first"));
    DO(q_object_open(s.objects, Q_STR("b"), Q_STR("a"), q_test_arena(), &found, &fd, err));
    put(&s, "b", "a", Q_STR("second"));
    DO(q_fd_read_all(q_test_arena(), fd, 100, &bytes, err));
    CHECK_STREQ(bytes, "first");
    q_fd_close(fd);
    shelf_close(&s);
}

static void file_make(const char *path)
{
    DO(q_file_replace(path, Q_STR("left over"), 0600, err));
}

TEST(the_sweep_removes_what_no_row_names)
{
    shelf s = shelf_open(q_test_dir());
    q_arena *a = q_test_arena();
    q_writer *w = NULL;
    q_object_put p = put_as("b", "live");
    size_t removed = 0;

    bucket_make(&s, "b");
    put(&s, "b", "kept", Q_STR("kept"));
    file_make(q_str_printf(a, "%s/objects/tmp/0123456789abcdef0123456789abcdef", s.dir).p);
    file_make(q_str_printf(a, "%s/objects/01/0123456789abcdef0123456789abcdef", s.dir).p);
    DO(q_writer_new(s.objects, &w, err)); /* a live one is not touched */
    DO(q_writer_put(w, Q_STR("alive"), err));
    DO(q_objects_sweep(s.objects, &removed, err));
    CHECK(removed <= 2); /* the thread of the start may have taken some */
    CHECK_EQ(files(&s), 2);
    DO(q_object_put_written(s.objects, w, &p, NULL, err));
    q_writer_free(w);
    DO(q_objects_sweep(s.objects, &removed, err));
    CHECK_EQ(removed, 0);
    CHECK_STREQ(get(&s, "b", "kept"), "kept");
    CHECK_STREQ(get(&s, "b", "live"), "alive");
    shelf_close(&s);
}

/* Puts numbered objects until it is killed, telling each one acknowledged. */
static void put_until_killed(const char *dir, int tell)
{
    enum { SIZE = 200000 };
    static char bytes[SIZE];
    shelf s = {.dir = dir};
    q_err e;

    if (q_catalog_open(dir, &s.catalog, &e) || q_objects_open(dir, s.catalog, &s.objects, &e))
        _exit(1);
    for (int i = 0;; i++) {
        q_object_put p = put_as("b", q_str_printf(q_test_arena(), "%d", i % 40).p);

        memset(bytes, 'a' + i % 26, SIZE);
        p.now_ms = i;
        if (try_put(&s, &p, (q_str){bytes, (size_t)SIZE - (size_t)i}, &e) ||
            write(tell, &i, sizeof i) != sizeof i)
            _exit(1);
    }
}

TEST(what_was_acknowledged_survives_kill_9)
{
    const char *dir = q_test_dir();
    shelf s = shelf_open(dir);

    bucket_make(&s, "b");
    shelf_close(&s);
    for (int round = 0; round < 4; round++) {
        int pipes[2], i, last[40], status;
        pid_t pid;

        memset(last, -1, sizeof last);
        CHECK_EQ(pipe(pipes), 0);
        pid = fork();
        if (pid == 0)
            put_until_killed(dir, pipes[1]);
        CHECK(pid > 0);
        close(pipes[1]);
        for (int n = 0; n < 25 + 7 * round; n++) {
            CHECK_EQ(read(pipes[0], &i, sizeof i), sizeof i);
            last[i % 40] = i;
        }
        kill(pid, SIGKILL);
        while (read(pipes[0], &i, sizeof i) == sizeof i)
            last[i % 40] = i;
        close(pipes[0]);
        CHECK_EQ(waitpid(pid, &status, 0), pid);
        CHECK(WIFSIGNALED(status));

        s = shelf_open(dir);
        for (int k = 0; k < 40; k++) {
            const char *key = q_str_printf(q_test_arena(), "%d", k).p;
            q_object found;
            q_str bytes;

            if (last[k] < 0)
                continue;
            DO(q_object_find(s.objects, Q_STR("b"), q_str_of(key), q_test_arena(), &found, err));
            CHECK(found.modified_ms >= last[k]); /* that one, or a later one not yet told */
            bytes = get(&s, "b", key);
            CHECK_EQ(bytes.n, 200000 - found.modified_ms);
            for (size_t at = 0; at < bytes.n; at++)
                if (bytes.p[at] != 'a' + found.modified_ms % 26)
                    q_test_fail(__FILE__, __LINE__, "byte %zu of %s is torn", at, key);
        }
        shelf_close(&s);
    }
}

TEST(a_full_disk_is_a_clean_error)
{
    shelf s = shelf_open(q_test_dir());
    q_object_put p = put_as("b", "big");
    struct rlimit before, small;
    static char block[1 << 16];
    q_writer *w = NULL;
    q_code rc = Q_OK;
    q_err e;

    bucket_make(&s, "b");
    put(&s, "b", "small", Q_STR("small"));
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){.rlim_cur = 4 << 20, .rlim_max = before.rlim_max};
    CHECK_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    DO(q_writer_new(s.objects, &w, err));
    for (int i = 0; i < 100 && !rc; i++)
        rc = q_writer_put(w, (q_str){block, sizeof block}, &e);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK_EQ(rc, Q_IO);
    CHECK_STR(e.msg, "write an object: File too large");
    q_writer_free(w);
    CHECK_EQ(files(&s), 1);
    CHECK(get(&s, "b", "big").p == NULL);
    DO(try_put(&s, &p, Q_STR("fits"), err));
    shelf_close(&s);
}

/* The bytes fit, the catalog's log does not. */
TEST(a_commit_that_fails_leaves_nothing)
{
    shelf s = shelf_open(q_test_dir());
    q_object_put p = put_as("b", "a");
    struct rlimit before, small;
    q_code rc;
    q_err e;

    bucket_make(&s, "b");
    put(&s, "b", "a", Q_STR("first"));
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max};
    CHECK_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    rc = try_put(&s, &p, Q_STR("second"), &e);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK_EQ(rc, Q_IO);
    CHECK_STREQ(get(&s, "b", "a"), "first");
    CHECK_EQ(files(&s), 1);
    DO(try_put(&s, &p, Q_STR("third"), err));
    CHECK_STREQ(get(&s, "b", "a"), "third");
    shelf_close(&s);
}

enum { THREADS = 4, EACH = 30 };

static void *put_and_get(void *arg)
{
    shelf *s = arg;
    q_arena *a = q_arena_new(1 << 20);
    q_code rc = a ? Q_OK : Q_NOMEM;

    for (int i = 0; i < EACH && !rc; i++) {
        q_object_put p = put_as("b", "contended");
        q_object found;
        char bytes[100];
        int fd = -1;

        memset(bytes, 'a' + i % 26, sizeof bytes);
        rc = try_put(s, &p, (q_str){bytes, 1 + (size_t)i % 99}, NULL);
        if (!rc)
            rc = q_object_open(s->objects, p.bucket, p.key, a, &found, &fd, NULL);
        if (!rc &&
            (read(fd, bytes, sizeof bytes) != (ssize_t)found.size ||
             memchr(bytes, bytes[0], found.size) != bytes || bytes[found.size - 1] != bytes[0]))
            rc = Q_INTERNAL;
        q_fd_close(fd);
    }
    q_arena_free(a);
    return (void *)(intptr_t)rc;
}

TEST(threads_replace_one_key)
{
    shelf s = shelf_open(q_test_dir());
    pthread_t threads[THREADS];

    bucket_make(&s, "b");
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, put_and_get, &s), 0);
    for (int i = 0; i < THREADS; i++) {
        void *rc;

        pthread_join(threads[i], &rc);
        CHECK_EQ((intptr_t)rc, Q_OK);
    }
    CHECK_EQ(files(&s), 1);
    shelf_close(&s);
}
