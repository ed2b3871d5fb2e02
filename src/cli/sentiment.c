#include "language/sentiment.h"
#include "cli/bot.h"
#include "cli/options.h"
#include "cli/texts.h"
#include "language/target.h"

typedef struct wanted {
    bool json, targets;
} wanted;

static const char *colour_of(const cli_style *s, q_sentiment of)
{
    return of == Q_SENTIMENT_POSITIVE ? s->is : of == Q_SENTIMENT_NEGATIVE ? s->was : s->dim;
}

static q_code whole(const cli_text *t, q_buf *out, q_err *err)
{
    cli_style style = cli_style_of_stdout();
    q_sentiment_scores s;
    q_code rc = q_sentiment_of(t->language, &t->tokens, t->arena, &s, err);

    if (rc)
        return rc;
    if (t->many)
        q_buf_printf(out, "%s\t", t->path);
    q_buf_printf(out, "%s%s%s", colour_of(&style, s.sentiment), q_sentiment_name(s.sentiment),
                 style.off);
    for (size_t i = 0; i < Q_SENTIMENTS; i++)
        q_buf_printf(out, "\t%s %.3f", q_sentiment_name((q_sentiment)i), (double)s.score[i]);
    q_buf_char(out, '\n');
    return Q_OK;
}

/* A line a target: what it is called, its type, and how its mentions are spoken of. */
static q_code targets(const cli_text *t, q_buf *out, q_err *err)
{
    cli_style style = cli_style_of_stdout();
    q_target *v;
    size_t n;
    q_code rc = q_targets_find(t->language, &t->tokens, t->arena, &v, &n, err);

    for (size_t i = 0; i < n && !rc; i++) {
        const q_mention *best = &v[i].mentions[v[i].descriptive];

        if (t->many)
            q_buf_printf(out, "%s\t", t->path);
        q_buf_printf(out, "%s\t%.*s", q_target_type_name(best->type), Q_ARG(best->text));
        for (size_t k = 0; k < v[i].mention_count; k++) {
            const q_mention *m = &v[i].mentions[k];

            q_buf_printf(out, "\t%s%s %.3f%s at %u", colour_of(&style, m->sentiment.sentiment),
                         q_sentiment_name(m->sentiment.sentiment),
                         (double)m->sentiment.score[m->sentiment.sentiment], style.off, m->point);
        }
        q_buf_char(out, '\n');
    }
    return rc;
}

static q_code text(void *ctx, const cli_text *t, q_buf *out, q_err *err)
{
    const wanted *w = ctx;

    if (w->json)
        return cli_text_json(t, w->targets ? Q_TEXT_TARGETS : Q_TEXT_SENTIMENT, out, err);
    return w->targets ? targets(t, out, err) : whole(t, out, err);
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"json", NULL}, {"targets", NULL}};
    cli_words words;
    wanted w;

    if (cli_options_read(&cli_sentiment, options, 2, argc, argv, &words))
        return CLI_USAGE;
    w = (wanted){words.values[0] != NULL, words.values[1] != NULL};
    return cli_texts_read(&(cli_texts){text, &w}, words.operands, words.count);
}

const cli_command cli_sentiment = {
    .name = "sentiment",
    .arguments = "[FILE...] [--targets] [--json]",
    .summary = "how English texts speak: well, badly, neither, both",
    .help = "Prints POSITIVE, NEGATIVE, NEUTRAL or MIXED and the probability of each.\n"
            "\n"
            "  --targets       of each thing that is spoken of: its type, its name, and of\n"
            "                  each mention how it is spoken of and where it is (in code\n"
            "                  points)\n"
            "  --json          the reply of Comprehend's DetectSentiment, or with --targets\n"
            "                  of DetectTargetedSentiment; with several files one line each\n"
            "\n" CLI_TEXTS_HELP,
    .run = run,
};
