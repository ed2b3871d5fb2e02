#include "cli/bot.h"
#include "cli/options.h"
#include "cli/texts.h"
#include "language/dominant.h"

static q_code text(void *ctx, const cli_text *t, q_buf *out, q_err *err)
{
    const bool *json = ctx;
    q_dominant *v;
    size_t n;
    q_code rc;

    if (*json)
        return cli_text_json(t, Q_TEXT_LANGUAGES, out, err);
    rc = q_dominant_languages(t->language, t->tokens.text, t->arena, &v, &n, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++) {
        if (t->many)
            q_buf_printf(out, "%s\t", t->path);
        q_buf_printf(out, "%s\t%.3f\n", v[i].code, (double)v[i].score);
    }
    if (!n)
        return q_err_set(err, Q_UNSUPPORTED, "there is no letter in the text");
    return Q_OK;
}

static q_code known(q_buf *out, q_arena *a, q_err *err)
{
    q_language *l;
    const char **v;
    size_t n;
    q_code rc = q_language_open(&l, err);

    if (rc)
        return rc;
    rc = q_dominant_known(l, a, &v, &n, err);
    for (size_t i = 0; i < n && !rc; i++)
        q_buf_printf(out, "%s\n", v[i]);
    q_language_free(l);
    return rc;
}

static int list(void)
{
    q_arena *a = q_arena_new(1 << 20);
    q_buf out = q_buf_init(a, 1 << 16);
    q_err err;
    q_code rc = a ? known(&out, a, &err) : q_err_nomem(&err);

    if (!rc)
        rc = cli_put(&out, &err);
    if (rc)
        cli_error("%s", err.msg);
    q_arena_free(a);
    return rc ? CLI_FAILED : CLI_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"json", NULL}, {"list", NULL}};
    cli_words words;
    bool json;

    if (cli_options_read(&cli_language, options, 2, argc, argv, &words))
        return CLI_USAGE;
    if (words.values[1])
        return list();
    json = words.values[0] != NULL;
    return cli_texts_read(&(cli_texts){text, &json}, words.operands, words.count);
}

const cli_command cli_language = {
    .name = "language",
    .arguments = "[FILE...] [--json] | --list",
    .summary = "which languages texts are written in",
    .help = "Prints the code (RFC 5646) of each language of a text and how much of the text\n"
            "is in it, the most used first.\n"
            "\n"
            "  --list          the languages that are known\n"
            "  --json          the reply of Comprehend's DetectDominantLanguage; with several\n"
            "                  files one line each\n"
            "\n" CLI_TEXTS_HELP,
    .run = run,
};
