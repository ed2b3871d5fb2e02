/* The test program is its own spawner: run with --spawner it serves the
 * reader's tasks, with --fragile a reading task that dies on the third page.
 */
#include "service/reader.h"

#include "../document/sample.h"
#include "service/reader_wire.h"

#include <signal.h>
#include <string.h>

static q_code dies_on_page_three(q_str request, const int *fds, size_t fd_count, void **state,
                                 q_buf *reply, q_err *err)
{
    uint64_t index;

    memcpy(&index, request.p, sizeof index);
    if (index == 2)
        raise(SIGKILL);
    return q_reader_tasks[1].run(request, fds, fd_count, state, reply, err);
}

static q_workers *workers(const char *mode, size_t slots)
{
    const char **argv = q_arena_array(q_test_arena(), 3, sizeof *argv);
    q_workers_config config = {argv, slots, (size_t)2 << 30, 60};
    q_workers *w = NULL;

    argv[0] = "/proc/self/exe";
    argv[1] = mode;
    CHECK_EQ(q_workers_new(&config, &w, NULL), Q_OK);
    return w;
}

static void count_progress(void *ctx, size_t done, size_t total)
{
    size_t *last = ctx;

    CHECK_EQ(total, 5);
    CHECK(done >= *last);
    *last = done;
}

TEST(reader_gives_the_same_pages_for_any_number_of_workers)
{
    int fd = sample_fd(sample_text_pdf(SAMPLE_INVOICE, 5, ""));
    q_read_options options = q_read_default_options;

    for (size_t slots = 1; slots <= 4; slots++) {
        q_workers *w = workers("--spawner", slots);
        size_t last = 0;
        q_pages pages;
        q_err err = {0};

        options.parallel = 3;
        options.progress = count_progress;
        options.progress_ctx = &last;
        CHECK_EQ(q_read_document(w, fd, &options, q_test_arena(), &pages, &err), Q_OK);
        CHECK_EQ(last, 5);
        CHECK_EQ(pages.count, 5);
        for (size_t i = 0; i < 5; i++) {
            CHECK_EQ(pages.pages[i].line_count, 4);
            CHECK_STREQ(pages.pages[i].lines[0].text, "Invoice Number: 7731");
        }
        q_workers_free(w);
    }
    close(fd);
}

/* What a sink was given: pages in their order, one at a time. */
typedef struct sink {
    size_t next, without, fail_at;
    bool busy;
} sink;

static q_code take_page(void *ctx, size_t index, const q_page *page, q_err *err)
{
    sink *k = ctx;

    CHECK(!k->busy);
    k->busy = true;
    CHECK_EQ(index, k->next);
    k->next++;
    if (page)
        CHECK_STREQ(page->lines[0].text, "Invoice Number: 7731");
    else
        k->without++;
    k->busy = false;
    return index == k->fail_at ? q_err_set(err, Q_FULL, "no room") : Q_OK;
}

/* More pages than may be read ahead. */
TEST(reader_hands_pages_on_in_order)
{
    int fd = sample_fd(sample_text_pdf(SAMPLE_INVOICE, 24, ""));
    q_read_options options = q_read_default_options;
    bool skip[24] = {[0] = true, [7] = true, [8] = true, [23] = true};

    options.page = take_page;
    options.skip = skip;
    for (size_t slots = 1; slots <= 3; slots++) {
        q_workers *w = workers("--spawner", slots);
        sink k = {.fail_at = SIZE_MAX};
        q_pages pages;

        options.parallel = 2;
        options.page_ctx = &k;
        CHECK_EQ(q_read_document(w, fd, &options, q_test_arena(), &pages, NULL), Q_OK);
        CHECK_EQ(pages.count, 0);
        CHECK_EQ(k.next, 24);
        CHECK_EQ(k.without, 4);
        q_workers_free(w);
    }
    close(fd);
}

TEST(reader_stops_when_a_page_is_not_taken)
{
    int fd = sample_fd(sample_text_pdf(SAMPLE_INVOICE, 9, ""));
    q_workers *w = workers("--spawner", 2);
    sink k = {.fail_at = 2};
    q_read_options options = {.page = take_page, .page_ctx = &k, .parallel = 2};
    q_err err = {0};
    q_pages pages;

    CHECK_EQ(q_read_document(w, fd, &options, q_test_arena(), &pages, &err), Q_FULL);
    CHECK_STR(err.msg, "page 3: no room");
    CHECK_EQ(k.next, 3);
    options.first = 5;
    options.count = 4;
    k = (sink){.fail_at = SIZE_MAX};
    CHECK_EQ(q_read_document(w, fd, &options, q_test_arena(), &pages, &err), Q_OK);
    CHECK_EQ(k.next, 4);
    options.count = 5;
    CHECK_EQ(q_read_document(w, fd, &options, q_test_arena(), &pages, &err), Q_INVALID);
    q_workers_free(w);
    close(fd);
}

TEST(reader_recognises_in_the_sandbox)
{
    PIX *pix = sample_picture(sample_text_pdf(SAMPLE_INVOICE, 1, ""));
    int fd = sample_fd(sample_scan_pdf(pix, 2));
    q_workers *w = workers("--spawner", 2);
    q_pages pages;
    q_err err = {0};
    q_code rc = q_read_document(w, fd, &q_read_default_options, q_test_arena(), &pages, &err);

    pixDestroy(&pix);
    close(fd);
    if (rc)
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    CHECK_EQ(pages.count, 2);
    CHECK(!pages.pages[1].from_text_layer);
    CHECK_STREQ(pages.pages[1].lines[0].text, "Invoice Number: 7731");
    q_workers_free(w);
}

/* As an object is kept: a file only its owner may open again. */
TEST(reader_reads_a_file_that_workers_may_not_open)
{
    const char *path = q_str_printf(q_test_arena(), "%s/private.pdf", q_test_dir()).p;
    q_workers *w = workers("--spawner", 1);
    q_pages pages;
    q_err err = {0};
    q_code rc;
    int fd;

    CHECK_EQ(q_file_replace(path, sample_text_pdf(SAMPLE_INVOICE, 1, ""), 0600, NULL), Q_OK);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    rc = q_read_document(w, fd, &q_read_default_options, q_test_arena(), &pages, &err);
    close(fd);
    if (rc)
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    CHECK_EQ(pages.count, 1);
    q_workers_free(w);
}

TEST(reader_names_the_page_that_killed_a_worker)
{
    int fd = sample_fd(sample_text_pdf(SAMPLE_INVOICE, 5, ""));
    q_workers *w = workers("--fragile", 2);
    q_pages pages;
    q_err err;

    CHECK_EQ(q_read_document(w, fd, &q_read_default_options, q_test_arena(), &pages, &err),
             Q_CRASHED);
    CHECK(strncmp(err.msg, "page 3: ", 8) == 0);
    q_workers_free(w);
    close(fd);
}

TEST(reader_leaves_out_pages_where_it_may)
{
    int fd = sample_fd(sample_text_pdf(SAMPLE_INVOICE, 5, ""));
    q_workers *w = workers("--fragile", 2);
    q_read_failures failures;
    q_read_options options = {.failures = &failures};
    q_pages pages;
    q_err err = {0};

    CHECK_EQ(q_read_document(w, fd, &options, q_test_arena(), &pages, &err), Q_OK);
    CHECK_EQ(pages.count, 5);
    CHECK_EQ(failures.count, 1);
    CHECK_EQ(failures.items[0].page, 2);
    CHECK_EQ(failures.items[0].error.code, Q_CRASHED);
    CHECK_EQ(pages.pages[2].line_count, 0);
    CHECK_EQ(pages.pages[3].line_count, 4);
    q_workers_free(w);
    close(fd);
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

TEST(reader_can_be_cancelled)
{
    int fd = sample_fd(sample_text_pdf(SAMPLE_INVOICE, 5, ""));
    q_workers *w = workers("--spawner", 1);
    q_read_failures failures;
    q_read_options options = {.failures = &failures, .cancelled = always};
    q_pages pages;

    CHECK_EQ(q_read_document(w, fd, &options, q_test_arena(), &pages, NULL), Q_CANCELLED);
    q_workers_stop(w);
    options.cancelled = NULL;
    CHECK_EQ(q_read_document(w, fd, &options, q_test_arena(), &pages, NULL), Q_CANCELLED);
    q_workers_free(w);
    close(fd);
}

TEST(reader_keeps_to_the_time_limit)
{
    int fd = sample_fd(sample_text_pdf(SAMPLE_INVOICE, 5, ""));
    q_workers *w = workers("--spawner", 2);
    q_read_options options = q_read_default_options;
    q_pages pages;
    q_err err;

    options.timeout_ms = 1;
    CHECK_EQ(q_read_document(w, fd, &options, q_test_arena(), &pages, &err), Q_TIMEOUT);
    q_workers_free(w);
    close(fd);
}

TEST(reader_passes_the_documents_error_on)
{
    int fd = sample_fd(Q_STR("PK\x03\x04 a ZIP"));
    q_workers *w = workers("--spawner", 2);
    q_pages pages;
    q_err err;

    CHECK_EQ(q_read_document(w, fd, &q_read_default_options, q_test_arena(), &pages, &err),
             Q_UNSUPPORTED);
    CHECK(strstr(err.msg, "a ZIP archive") != NULL);
    q_workers_free(w);
    close(fd);
}

int main(int argc, char **argv)
{
    q_worker_task fragile[] = {q_reader_tasks[0], {READER_READ, dies_on_page_three}};

    if (argc == 2 && strcmp(argv[1], "--spawner") == 0)
        return q_worker_main(q_reader_tasks, q_reader_task_count, q_reader_prepare,
                             q_reader_release);
    if (argc == 2 && strcmp(argv[1], "--fragile") == 0)
        return q_worker_main(fragile, 2, q_reader_prepare, q_reader_release);
    return q_test_main("service/reader", argc, argv);
}
