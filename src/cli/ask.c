#include "document/analysis.h"

#include "cli/command.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "service/textract.h"

#include <string.h>

typedef struct asking {
    bool json;
    q_question *questions;
    size_t count;
} asking;

/* The surest answer to a question on any page; NULL without one. *page is from 1. */
static const q_answer *best_answer(const q_analysis *n, const q_pages *pages, size_t question,
                                   size_t *page)
{
    const q_answer *best = NULL;

    for (size_t p = 0; p < pages->count; p++)
        for (size_t i = 0; i < n->answers[p].count; i++) {
            const q_page_answer *at = &n->answers[p].items[i];

            if (at->question == question && at->answer.found &&
                (!best || at->answer.confidence > best->confidence)) {
                best = &at->answer;
                *page = p + 1;
            }
        }
    return best;
}

static void put_answers(const asking *k, const q_pages *pages, const q_analysis *n, q_buf *out)
{
    for (size_t i = 0; i < k->count; i++) {
        size_t page = 0;
        const q_answer *best = best_answer(n, pages, i, &page);

        if (k->count > 1)
            q_buf_printf(out, "%.*s ", Q_ARG(k->questions[i].text));
        if (best)
            q_buf_printf(out, "%.*s  (page %zu, %.0f %%)\n", Q_ARG(best->text), page,
                         (double)best->confidence);
        else
            q_buf_puts(out, "no answer was found\n");
    }
}

/* The questions as a request has them. */
static q_value *queries(const asking *k, q_arena *a)
{
    q_value *list = q_value_list(a);

    for (size_t i = 0; i < k->count; i++)
        q_map_str(q_list_map(list), Q_STR("Text"), k->questions[i].text);
    return list;
}

static q_code file(void *ctx, const char *path, const q_pages *pages, q_arena *a, q_buf *out,
                   q_err *err)
{
    const asking *k = ctx;
    q_wanted wanted = {Q_FEATURE_QUERIES, k->questions, k->count};
    q_analysis n;
    q_code rc = q_analysis_read(pages, &wanted, a, &n, err);

    (void)path;
    if (rc)
        return rc;
    if (k->json) {
        q_value *reply = q_value_map(a);

        q_textract_analysis(pages, &n, queries(k, a), reply);
        return cli_put_reply(reply, false, out, err);
    }
    put_answers(k, pages, &n, out);
    return Q_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"format", "text|json"},
                                         {"recogniser", "ppocr|tesseract"},
                                         {"data", "DIR"},
                                         {"no-index", NULL}};
    static const q_page_range all = {1, SIZE_MAX};
    q_question questions[64];
    asking k = {.questions = questions};
    cli_words words;

    if (cli_options_read(&cli_ask, options, 4, argc, argv, &words))
        return CLI_USAGE;
    if (words.count < 2)
        return cli_usage(&cli_ask, "a file and a question are wanted");
    k.count = (size_t)words.count - 1;
    if (k.count > sizeof questions / sizeof *questions)
        return cli_usage(&cli_ask, "%zu questions; at most %zu at once", k.count,
                         sizeof questions / sizeof *questions);
    for (size_t i = 0; i < k.count; i++)
        questions[i] = (q_question){q_str_of(words.operands[i + 1]), &all, 1};
    k.json = words.values[0] && strcmp(words.values[0], "json") == 0;
    return cli_reading(&(cli_reader){file, &k},
                       &(cli_reading_options){.recogniser = words.values[1],
                                              .data = words.values[2],
                                              .no_index = words.values[3] != NULL,
                                              .marks = true},
                       words.operands, 1);
}

const cli_command cli_ask = {
    .name = "ask",
    .arguments = "FILE QUESTION... [--format text|json] [--recogniser NAME] [--data DIR] "
                 "[--no-index]",
    .summary = "answer questions from a document",
    .help = "Reads a PNG, JPEG, TIFF or PDF file (\"-\" is standard input) and answers each\n"
            "question with words of one of its pages:\n"
            "\n"
            "  quern ask invoice.pdf 'What is the invoice number?' 'When is it due?'\n"
            "\n"
            "  --format json   the reply of Textract's AnalyzeDocument to these "
            "queries\n" CLI_READING_HELP,
    .run = run,
};
