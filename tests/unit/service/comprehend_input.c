/* The documents of a job, cut out of objects whatever lies on the borders of what is read at once.
 */
#include "service/comprehend.h"

#include "../test.h"
#include "service/made.h"
#include "store/bucket.h"

#include <string.h>

enum { PIECE = 1 << 16, MOST = 3 * PIECE };

static q_app *app_open(void)
{
    q_app *app = q_arena_alloc(q_test_arena(), sizeof *app);
    q_bucket bucket = {.name = Q_STR("b"), .region = Q_STR("us-east-1"), .created_ms = 1};

    CHECK_EQ(q_catalog_open(q_test_dir(), &app->catalog, NULL), Q_OK);
    CHECK_EQ(q_objects_open(q_test_dir(), app->catalog, &app->objects, NULL), Q_OK);
    CHECK_EQ(q_bucket_create(app->objects, &bucket, NULL), Q_OK);
    return app;
}

static void app_close(q_app *app)
{
    q_objects_close(app->objects);
    q_catalog_close(app->catalog);
}

static void put(q_app *app, const char *key, q_str bytes)
{
    q_made made = {Q_STR("b"), q_str_of(key), "text/plain"};

    CHECK_EQ(q_made_put(app, &made, bytes, NULL), Q_OK);
}

/* "FILE:LINE:BYTES" or "FILE:LINE!TROUBLE" of all documents, a blank behind each. */
static const char *all(q_app *app, const char *url, bool lines)
{
    comprehend_input *in = NULL;
    comprehend_document d;
    q_str out = Q_STR("");
    bool more = true;

    CHECK_EQ(comprehend__input_open(app, q_str_of(url), lines, MOST, &in, NULL), Q_OK);
    while (comprehend__input_next(in, &d, &more, NULL) == Q_OK && more)
        out = q_str_printf(q_test_arena(), "%.*s%.*s:%lld%c%zu ", Q_ARG(out), Q_ARG(d.file),
                           (long long)d.line, d.trouble ? '!' : ':',
                           d.trouble ? (size_t)d.trouble : d.text.n);
    comprehend__input_close(in);
    return q_str_copy(q_test_arena(), out).p;
}

/* `n` letters. */
static q_str letters(size_t n)
{
    char *p = q_arena_alloc(q_test_arena(), n + 1);

    memset(p, 'x', n);
    return (q_str){p, n};
}

static q_str join(q_str a, q_str b)
{
    char *p = q_arena_alloc(q_test_arena(), a.n + b.n + 1);

    memcpy(p, a.p, a.n);
    memcpy(p + a.n, b.p, b.n);
    return (q_str){p, a.n + b.n};
}

TEST(lines_end_as_they_may)
{
    q_app *app = app_open();

    put(app, "in/a", Q_STR("one\ntwo\r\nthree\rfour"));
    put(app, "in/b", Q_STR("\n\r\n\r"));
    put(app, "in/empty", Q_STR(""));
    put(app, "in/folder/", Q_STR(""));
    put(app, "other", Q_STR("no"));
    CHECK_STR(all(app, "s3://b/in/", true), "a:0:3 a:1:3 a:2:5 a:3:4 b:0!1 b:1!1 b:2!1 ");
    CHECK_STR(all(app, "s3://b/in", true),
              "in/a:0:3 in/a:1:3 in/a:2:5 in/a:3:4 in/b:0!1 in/b:1!1 in/b:2!1 ");
    CHECK_STR(all(app, "s3://b/in/a", false), "a:-1:19 ");
    CHECK_STR(all(app, "s3://b/nothing", true), "");
    app_close(app);
}

TEST(borders_of_what_is_read_at_once_are_nothing)
{
    q_app *app = app_open();

    for (size_t n = PIECE - 2; n <= PIECE + 1; n++) {
        q_str text = join(letters(n), Q_STR("\r\nend"));
        const char *want = q_str_printf(q_test_arena(), "a:0:%zu a:1:3 ", n).p;

        put(app, "a", text);
        CHECK_STR(all(app, "s3://b/a", true), want);
    }
    app_close(app);
}

TEST(what_is_too_long_or_no_text_is_told)
{
    q_app *app = app_open();

    put(app, "a", join(letters(MOST), Q_STR("\nb")));
    CHECK_STR(all(app, "s3://b/a", true), "a:0:196608 a:1:1 ");
    put(app, "a", join(letters(MOST + 1), Q_STR("\nb")));
    CHECK_STR(all(app, "s3://b/a", true), "a:0!2 a:1:1 ");
    CHECK_STR(all(app, "s3://b/a", false), "a:-1!2 ");
    put(app, "a", Q_STR("a\nb\xff\nc"));
    put(app, "b", Q_STR("d"));
    CHECK_STR(all(app, "s3://b/", true), "a:0:1 a:1!3 b:0:1 ");
    app_close(app);
}

TEST_MAIN("service/comprehend_input")
