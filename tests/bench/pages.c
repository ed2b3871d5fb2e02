/* tests/bench/pages.c - reads a document once, and says from then on what its pages say.
 *
 *     bench_pages read DOCUMENT PAGES     read, with marks, and keep the pages (page_codec.h)
 *     bench_pages text PAGES              the replies of the API, as JSON
 *     bench_pages expense PAGES
 *     bench_pages analyze PAGES [FEATURE|QUESTION...]
 *     bench_pages retell PAGES TRUTH TO   the same pages with the words of their truth: what the
 *                                         analysis would say if reading made no mistakes
 *
 * Reading takes nearly all the time: with the pages kept, a change of what is made of them is
 * measured in seconds. QUERN_RECOGNISER chooses who reads.
 */
#include "retell.h"

#include "base/file.h"
#include "base/json.h"
#include "document/page_codec.h"
#include "document/table.h"
#include "service/textract.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const size_t memory = (size_t)2 << 30;

static q_code read_pages(const char *document, const char *to, q_arena *a, q_err *err)
{
    q_recogniser_kind kind = Q_RECOGNISER_BEST;
    q_buf b = q_buf_init(a, memory);
    q_recogniser *recogniser = NULL;
    q_document *d = NULL;
    q_pages pages = {0};
    int fd = open(document, O_RDONLY | O_CLOEXEC);
    q_code rc;
    q_str bytes;

    if (fd < 0)
        return q_err_errno(err, "open %s", document);
    if (!q_recogniser_named(q_str_of(getenv("QUERN_RECOGNISER")), &kind))
        return q_err_set(err, Q_INVALID, "QUERN_RECOGNISER is not ppocr or tesseract");
    rc = q_recogniser_new(kind, &recogniser, err);
    if (!rc)
        rc = q_document_open(fd, &q_document_default_limits, recogniser, &d, err);
    if (!rc) {
        pages.count = q_document_page_count(d);
        pages.pages = q_arena_array(a, pages.count, sizeof *pages.pages);
        rc = pages.pages ? Q_OK : q_err_nomem(err);
    }
    for (size_t i = 0; i < pages.count && !rc; i++)
        rc = q_document_read(d, i, true, a, &pages.pages[i], err);
    if (!rc) {
        q_pages_encode(&pages, &b);
        rc = q_buf_finish(&b, &bytes, err);
    }
    if (!rc)
        rc = q_file_replace(to, bytes, 0644, err);
    q_document_close(d);
    q_recogniser_free(recogniser);
    close(fd);
    return rc;
}

static q_code put_expense(const q_pages *pages, q_arena *a, q_value *reply, q_err *err)
{
    q_expense e;
    q_code rc = q_expense_read(pages, a, &e, err);

    if (!rc)
        q_textract_expense(&e, pages, reply);
    return rc;
}

/* AnalyzeDocument of all features there are, or of those that are named; what names none is a
 * question, to every page.
 */
static q_code put_analysis(const q_pages *pages, char **words, q_arena *a, q_value *reply,
                           q_err *err)
{
    static const char *const all[] = {"TABLES", "FORMS", "LAYOUT"};
    q_value *in = q_value_map(a), *features = q_map_list(in, Q_STR("FeatureTypes"));
    q_value *queries = NULL;
    bool any;
    q_analysis analysis;
    q_wanted wanted;
    q_code rc;

    for (; *words; words++) {
        bool feature = false;

        for (size_t i = 0; i < 3; i++)
            feature = feature || strcmp(*words, all[i]) == 0;
        if (feature) {
            q_list_str(features, q_str_of(*words));
            continue;
        }
        if (!queries) {
            queries = q_map_list(q_map_map(in, Q_STR("QueriesConfig")), Q_STR("Queries"));
            q_list_str(features, Q_STR("QUERIES"));
        }
        q_value *query = q_list_map(queries);
        q_map_str(query, Q_STR("Text"), q_str_of(*words));
        q_list_str(q_map_list(query, Q_STR("Pages")), Q_STR("*"));
    }
    any = q_value_count(features) > 0;
    for (size_t i = 0; i < 3 && !any; i++)
        q_list_str(features, q_str_of(all[i]));
    rc = textract__wanted(in, 1000, a, &wanted, err);
    if (!rc)
        rc = q_analysis_read(pages, &wanted, a, &analysis, err);
    if (!rc)
        q_textract_analysis(pages, &analysis, queries, reply);
    return rc;
}

static q_code say(const char *what, const char *path, char **words, q_arena *a, q_err *err)
{
    q_buf b = q_buf_init(a, memory);
    q_value *reply = q_value_map(a);
    q_pages pages;
    q_str bytes;
    q_code rc = q_file_read(a, path, memory, &bytes, err);

    if (!rc)
        rc = q_pages_decode(bytes, a, &pages, err);
    if (rc)
        return rc;
    if (strcmp(what, "text") == 0)
        q_textract_text(&pages, reply);
    else if (strcmp(what, "expense") == 0)
        rc = put_expense(&pages, a, reply, err);
    else if (strcmp(what, "analyze") == 0)
        rc = put_analysis(&pages, words, a, reply, err);
    else
        rc = q_err_set(err, Q_INVALID, "%s: read, text, expense or analyze is wanted", what);
    if (!rc)
        rc = q_value_ok(reply, err);
    if (rc)
        return rc;
    q_json_write(&b, reply);
    q_buf_char(&b, '\n');
    rc = q_buf_finish(&b, &bytes, err);
    return rc ? rc : q_fd_write(STDOUT_FILENO, bytes, err);
}

static q_code retell_pages(const char *path, const char *truth, const char *to, q_arena *a,
                           q_err *err)
{
    q_buf b = q_buf_init(a, memory);
    q_pages pages;
    q_str bytes;
    q_code rc = q_file_read(a, path, memory, &bytes, err);

    if (!rc)
        rc = q_pages_decode(bytes, a, &pages, err);
    if (!rc)
        rc = q_file_read(a, truth, memory, &bytes, err);
    if (!rc)
        rc = retell(&pages, bytes, a, err);
    if (rc)
        return rc;
    q_pages_encode(&pages, &b);
    rc = q_buf_finish(&b, &bytes, err);
    return rc ? rc : q_file_replace(to, bytes, 0644, err);
}

int main(int argc, char **argv)
{
    q_arena *a = q_arena_new(memory);
    q_err err = {0};
    bool reads, retells;
    q_code rc;

    setenv("OMP_THREAD_LIMIT", "1", 1);
    reads = argc > 1 && strcmp(argv[1], "read") == 0;
    retells = argc > 1 && strcmp(argv[1], "retell") == 0;
    if (!a || argc < 3 || (reads && argc != 4) || (retells && argc != 5)) {
        fputs("usage: bench_pages read DOCUMENT PAGES | text PAGES | expense PAGES |"
              " analyze PAGES [FEATURE|QUESTION...] | retell PAGES TRUTH TO\n",
              stderr);
        return 2;
    }
    if (retells)
        rc = retell_pages(argv[2], argv[3], argv[4], a, &err);
    else
        rc = reads ? read_pages(argv[2], argv[3], a, &err)
                   : say(argv[1], argv[2], argv + 3, a, &err);
    if (rc)
        fprintf(stderr, "bench_pages: %s: %s\n", argv[2], err.msg);
    q_arena_free(a);
    return rc ? 1 : 0;
}
