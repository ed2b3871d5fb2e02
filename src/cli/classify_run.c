#include "cli/bot.h"
#include "cli/classify.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "cli/texts.h"

#include <stdlib.h>

enum { SHOWN = 10 }; /* classes that the API names */

typedef struct wanted {
    q_classifier *c;
    bool lines, json;
} wanted;

typedef struct answer {
    size_t class;
    float p;
} answer;

static int by_chance(const void *x, const void *y)
{
    const answer *a = x, *b = y;

    if (a->p != b->p)
        return a->p < b->p ? 1 : -1;
    return a->class < b->class ? -1 : a->class > b->class;
}

/* The most likely first: of several labels those that hold, of classes the first ten. */
static q_code answer_find(const wanted *w, q_str text, q_arena *a, answer **out, size_t *n,
                          q_err *err)
{
    size_t classes = q_classifier_classes(w->c);
    float *p = q_arena_array(a, classes, sizeof *p);
    q_code rc;

    *out = q_arena_array(a, classes, sizeof **out);
    if (!p || !*out)
        return q_err_nomem(err);
    rc = q_classifier_run(w->c, text, a, p, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < classes; i++)
        (*out)[i] = (answer){i, p[i]};
    qsort(*out, classes, sizeof **out, by_chance);
    for (*n = 0; *n < classes && *n < SHOWN;)
        ++*n;
    while (q_classifier_multi_label(w->c) && *n && (*out)[*n - 1].p < 0.5f)
        --*n;
    return Q_OK;
}

/* As ClassifyDocument replies. */
static q_code json_put(const wanted *w, const answer *v, size_t n, bool many, q_arena *a,
                       q_buf *out, q_err *err)
{
    q_value *reply = q_value_map(a);
    q_value *list =
        q_map_list(reply, q_classifier_multi_label(w->c) ? Q_STR("Labels") : Q_STR("Classes"));

    for (size_t i = 0; i < n; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("Name"), q_classifier_class(w->c, v[i].class));
        q_map_double(map, Q_STR("Score"), (double)v[i].p);
    }
    return cli_put_reply(reply, many, out, err);
}

/* The best class, or all labels that hold, with their probabilities. */
static void line_put(const wanted *w, const answer *v, size_t n, q_buf *out)
{
    size_t shown = q_classifier_multi_label(w->c) ? n : 1;

    for (size_t i = 0; i < shown; i++)
        q_buf_printf(out, "%s%.*s\t%.3f", i ? "\t" : "",
                     Q_ARG(q_classifier_class(w->c, v[i].class)), (double)v[i].p);
    q_buf_char(out, '\n');
}

static q_code one(const wanted *w, const cli_text *t, q_str text, bool many, q_buf *out, q_err *err)
{
    q_arena *a = q_arena_new((size_t)1 << 30);
    answer *v = NULL;
    size_t n = 0;
    q_code rc = a ? answer_find(w, text, a, &v, &n, err) : q_err_nomem(err);

    if (!rc && w->json)
        rc = json_put(w, v, n, many, a, out, err);
    if (!rc && !w->json) {
        if (t->many)
            q_buf_printf(out, "%s\t", t->path);
        line_put(w, v, n, out);
    }
    q_arena_free(a);
    return rc;
}

static q_code text(void *ctx, const cli_text *t, q_buf *out, q_err *err)
{
    const wanted *w = ctx;
    q_str rest = t->tokens.text, line;
    q_code rc = Q_OK;

    if (!w->lines)
        return one(w, t, rest, t->many, out, err);
    while (rest.n && !rc) {
        q_str_cut(rest, '\n', &line, &rest);
        rc = one(w, t, line, true, out, err);
    }
    return rc;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"lines", NULL}, {"json", NULL}};
    wanted w = {0};
    cli_words words;
    q_err err;
    int status;

    if (cli_options_read(&cli_classify_run, options, 2, argc, argv, &words))
        return CLI_USAGE;
    if (words.count == 0)
        return cli_usage(&cli_classify_run, "a classifier is wanted, as classify train made it");
    if (classify__load(words.operands[0], &w.c, &err)) {
        cli_error("%s", err.msg);
        return CLI_FAILED;
    }
    w.lines = words.values[0] != NULL;
    w.json = words.values[1] != NULL;
    status = cli_texts_read(&(cli_texts){text, &w}, words.operands + 1, words.count - 1);
    q_classifier_free(w.c);
    return status;
}

const cli_command cli_classify_run = {
    .name = "classify run",
    .arguments = "CLASSIFIER [FILE...] [--lines] [--json]",
    .summary = "classify texts",
    .help = "Prints the class of each text, or all labels that hold, and how likely.\n"
            "\n"
            "  --lines         each line is a text, and has a line of the answer\n"
            "  --json          the reply of Comprehend's ClassifyDocument; of several texts\n"
            "                  one line each\n"
            "\n" CLI_TEXTS_HELP,
    .run = run,
};
