#include "language/pii.h"

#include "cli/command.h"
#include "cli/options.h"
#include "cli/texts.h"

#include <string.h>

typedef struct wanted {
    bool json, redact;
    char mask; /* 0: the type's name */
} wanted;

static q_code marked(const cli_text *t, const q_pii *v, size_t n, q_buf *out, q_err *err)
{
    cli_mark *marks = q_arena_array(t->arena, n, sizeof *marks);

    if (!marks)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        marks[i] = (cli_mark){.begin = v[i].begin,
                              .bytes = v[i].bytes,
                              .score = v[i].score,
                              .kind = q_pii_type_name(v[i].type)};
    return cli_marks_put(t, marks, n, out, err);
}

static q_code text(void *ctx, const cli_text *t, q_buf *out, q_err *err)
{
    const wanted *w = ctx;
    q_pii *v;
    size_t n;
    q_code rc;

    if (w->json)
        return cli_text_json(t, Q_TEXT_PII, out, err);
    rc = q_pii_find(t->language, &t->tokens, t->arena, &v, &n, err);
    if (rc)
        return rc;
    if (!w->redact)
        return marked(t, v, n, out, err);
    rc = q_pii_redact(t->tokens.text, v, n, w->mask, out);
    return rc ? q_err_set(err, rc, "the output is too long") : Q_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"json", NULL}, {"redact", NULL}, {"mask", "CHARACTER"}};
    cli_words words;
    wanted w = {0};

    if (cli_options_read(&cli_pii, options, 3, argc, argv, &words))
        return CLI_USAGE;
    w.json = words.values[0] != NULL;
    w.redact = words.values[1] != NULL;
    if (words.values[2]) {
        if (strlen(words.values[2]) != 1 || words.values[2][0] <= ' ')
            return cli_usage(&cli_pii, "--mask is %s; one printable ASCII character is wanted",
                             words.values[2]);
        if (!w.redact)
            return cli_usage(&cli_pii, "--mask is for --redact");
        w.mask = words.values[2][0];
    }
    if (w.json && w.redact)
        return cli_usage(&cli_pii, "--json and --redact exclude each other");
    return cli_texts_read(&(cli_texts){text, &w}, words.operands, words.count);
}

const cli_command cli_pii = {
    .name = "pii",
    .arguments = "[FILE...] [--redact [--mask CHARACTER]] [--json]",
    .summary = "personal data in English texts, found or blacked out",
    .help = "Finds names, addresses, telephones, e-mail, dates, cards, accounts, what states\n"
            "give out (US, UK, Canada, India), keys and passwords: the types of Comprehend's\n"
            "DetectPiiEntities. Numbers with a check digit are tried by it.\n"
            "\n" CLI_MARKS_HELP "\n"
            "  --redact        the text with [TYPE] in the place of each find\n"
            "  --mask CHARACTER  this character in the place of each of its characters\n"
            "  --json          the reply of DetectPiiEntities; with several files one line\n"
            "                  each\n"
            "\n" CLI_TEXTS_HELP,
    .run = run,
};
