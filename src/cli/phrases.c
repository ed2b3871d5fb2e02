#include "cli/command.h"
#include "cli/options.h"
#include "cli/texts.h"
#include "language/keyphrase.h"

static q_code text(void *ctx, const cli_text *t, q_buf *out, q_err *err)
{
    const bool *json = ctx;
    q_keyphrase *v;
    cli_mark *marks;
    size_t n;
    q_code rc;

    if (*json)
        return cli_text_json(t, Q_TEXT_KEY_PHRASES, out, err);
    rc = q_keyphrases_find(t->language, &t->tokens, t->arena, &v, &n, err);
    if (rc)
        return rc;
    marks = q_arena_array(t->arena, n, sizeof *marks);
    if (!marks)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        marks[i] = (cli_mark){.begin = (size_t)(v[i].text.p - t->tokens.text.p),
                              .bytes = v[i].text.n,
                              .score = v[i].score,
                              .kind = "KEY_PHRASE"};
    return cli_marks_put(t, marks, n, out, err);
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"json", NULL}};
    cli_words words;
    bool json;

    if (cli_options_read(&cli_phrases, options, 1, argc, argv, &words))
        return CLI_USAGE;
    json = words.values[0] != NULL;
    return cli_texts_read(&(cli_texts){text, &json}, words.operands, words.count);
}

const cli_command cli_phrases = {
    .name = "phrases",
    .arguments = "[FILE...] [--json]",
    .summary = "the noun phrases of English texts",
    .help = "Finds what a text is about: its noun phrases.\n"
            "\n" CLI_MARKS_HELP "\n"
            "  --json          the reply of Comprehend's DetectKeyPhrases; with several\n"
            "                  files one line each\n"
            "\n" CLI_TEXTS_HELP,
    .run = run,
};
