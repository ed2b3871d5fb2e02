#include "base/clock.h"
#include "base/file.h"
#include "cli/classify.h"
#include "cli/options.h"
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>

enum { HELD = 10 }; /* one text of so many is held back */

static const size_t memory = (size_t)8 << 30, file_limit = (size_t)1 << 30;

typedef struct task {
    const char *data, *out, *test;
    bool several, json;
    q_arena *arena;
    cli_progress *progress;
} task;

/* By the text, so that those that repeat stay on one side. */
static bool held_back(q_str text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.n; i++)
        hash = (hash ^ (unsigned char)text.p[i]) * 16777619u;
    return (hash ^ hash >> 15) % HELD == 0;
}

/* Whether some text of each class is left to learn from. */
static bool all_taught(const classify_texts *t, const bool *held, q_arena *a)
{
    bool *taught = q_arena_array(a, t->class_count, sizeof *taught);

    for (size_t i = 0; i < t->n && taught; i++)
        for (size_t k = 0; k < t->v[i].class_count && !held[i]; k++)
            taught[t->v[i].classes[k]] = true;
    for (size_t i = 0; i < t->class_count; i++)
        if (!taught || !taught[i])
            return false;
    return true;
}

/* Learn from nine tenths and judge by the rest. */
static q_code try_held(const task *k, const classify_texts *t, q_err *err)
{
    bool *held = q_arena_array(k->arena, t->n, sizeof *held);
    q_labelled *v = q_arena_array(k->arena, t->n, sizeof *v);
    q_classifier *c = NULL;
    size_t n = 0;
    q_code rc;

    if (!held || !v)
        return q_err_nomem(err);
    for (size_t i = 0; i < t->n; i++) {
        held[i] = held_back(t->v[i].text);
        if (!held[i])
            v[n++] = t->v[i];
    }
    if (n == t->n || !all_taught(t, held, k->arena)) {
        cli_error("the texts are too few to hold some back: nothing is known of how right it is");
        return Q_OK;
    }
    rc = q_classifier_train(v, n, t->classes, t->class_count, k->several, &c, err);
    cli_progress_set(k->progress, 1, 2);
    cli_progress_hide(k->progress);
    if (!rc)
        rc = classify__judge(c, t, held, k->json, k->arena, err);
    q_classifier_free(c);
    return rc;
}

static q_code keep(const q_classifier *c, const char *path, q_arena *a, q_err *err)
{
    q_buf b = q_buf_init(a, file_limit);
    q_str bytes;

    if (q_classifier_save(c, &b))
        return q_err_set(err, b.rc ? b.rc : Q_NOMEM, "the classifier is too large to be kept");
    if (q_buf_finish(&b, &bytes, err))
        return err->code;
    return q_file_replace(path, bytes, 0644, err);
}

static q_code judge_by(const task *k, const q_classifier *c, q_err *err)
{
    classify_texts t;
    q_code rc = classify__read(k->test, k->several, k->arena, &t, err);

    return rc ? rc : classify__judge(c, &t, NULL, k->json, k->arena, err);
}

static q_code train(task *k, q_err *err)
{
    classify_texts t;
    q_classifier *c = NULL;
    int64_t start;
    q_code rc = classify__read(k->data, k->several, k->arena, &t, err);

    if (rc)
        return rc;
    k->progress = cli_progress_new("learning", "rounds");
    if (!k->test)
        rc = try_held(k, &t, err);
    start = q_monotonic_ns();
    if (!rc)
        rc = q_classifier_train(t.v, t.n, t.classes, t.class_count, k->several, &c, err);
    cli_progress_set(k->progress, 2, 2);
    cli_progress_free(k->progress);
    if (!rc && k->test)
        rc = judge_by(k, c, err);
    if (!rc)
        rc = keep(c, k->out, k->arena, err);
    if (!rc)
        fprintf(stderr, "%s: %zu classes, learnt from %zu texts in %.2f s\n", k->out, t.class_count,
                t.n, (double)(q_monotonic_ns() - start) / 1e9);
    q_classifier_free(c);
    return rc;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {
        {"out", "FILE"}, {"test", "FILE"}, {"multi-label", NULL}, {"json", NULL}};
    cli_words words;
    task k = {0};
    q_err err;
    q_code rc;

    if (cli_options_read(&cli_classify_train, options, 4, argc, argv, &words))
        return CLI_USAGE;
    if (words.count != 1)
        return cli_usage(&cli_classify_train, "one file of labelled texts is wanted");
    if (!words.values[0])
        return cli_usage(&cli_classify_train, "--out FILE is wanted: where the classifier goes");
    k = (task){.data = words.operands[0],
               .out = words.values[0],
               .test = words.values[1],
               .several = words.values[2] != NULL,
               .json = words.values[3] != NULL,
               .arena = q_arena_new(memory)};
    rc = k.arena ? train(&k, &err) : q_err_nomem(&err);
    if (rc)
        cli_error("%s", err.msg);
    q_arena_free(k.arena);
    return rc ? CLI_FAILED : CLI_OK;
}

const cli_command cli_classify_train = {
    .name = "classify train",
    .arguments = "LABELLED --out FILE [--test LABELLED] [--multi-label] [--json]",
    .summary = "learn to sort texts into classes",
    .help = "LABELLED holds rows \"label,text\" (CSV, no heading), or lines with a tab between\n"
            "label and text. Each tenth text is held back first, to tell how right the\n"
            "classifier is; then it is learnt from all. Texts that repeat stay on one side.\n"
            "\n"
            "  --out FILE      where the classifier goes\n"
            "  --test LABELLED  other texts to tell by how right it is\n"
            "  --multi-label   a text may have several labels, or none: \"a|b,text\"\n"
            "  --json          how right it is as JSON\n",
    .run = run,
};
