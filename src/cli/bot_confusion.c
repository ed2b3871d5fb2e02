#include "base/clock.h"
#include "base/wrap.h"
#include "cli/bot.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "dialog/confusion.h"

#include <stdio.h>
#include <stdlib.h>

static const size_t arena_limit = (size_t)1 << 29, output_limit = (size_t)1 << 26;

enum { COLUMNS = 6, BAR = 20, PAIRS_SHOWN = 10, SAMPLES_SHOWN = 4, PAIRS_MAX = 1 << 16 };

/* Two intents that are taken for each other, either way. */
typedef struct collision {
    size_t one, other; /* one < other */
    size_t count;
    bool with_none; /* the other is no intent */
} collision;

typedef struct report {
    const q_bot *bot;
    const q_bot_confusion *c;
    collision *collisions;  /* the worst first, those with none behind the others */
    size_t collision_count; /* of all */
    size_t *order;          /* intents that were asked about, by F1, the worst first */
    size_t order_count;
    q_arena *arena;
    q_err *err;
} report;

static size_t between(const q_confusion *t, size_t truth, size_t answer)
{
    return t->counts[truth * t->classes + answer];
}

static int by_count(const void *x, const void *y)
{
    const collision *a = x, *b = y;

    if (a->with_none != b->with_none)
        return a->with_none ? 1 : -1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->one != b->one)
        return a->one < b->one ? -1 : 1;
    return a->other < b->other ? -1 : a->other > b->other;
}

static q_code collisions_find(report *r)
{
    const q_confusion *t = &r->c->table;
    size_t cap = 0;

    for (size_t i = 0; i < t->classes; i++)
        for (size_t j = i + 1; j < t->classes; j++) {
            size_t n = between(t, i, j) + between(t, j, i);

            if (!n)
                continue;
            if (q_arena_grow(r->arena, &r->collisions, &cap, r->collision_count + 1,
                             sizeof *r->collisions))
                return q_err_nomem(r->err);
            r->collisions[r->collision_count++] = (collision){i, j, n, j + 1 == t->classes};
        }
    if (r->collision_count)
        qsort(r->collisions, r->collision_count, sizeof *r->collisions, by_count);
    return Q_OK;
}

/* Few enough for an insertion sort; stable, so equal ones keep the bot's order. */
static q_code order_find(report *r)
{
    r->order = q_arena_array(r->arena, r->bot->intent_count, sizeof *r->order);
    if (!r->order)
        return q_err_nomem(r->err);
    for (size_t i = 0; i < r->bot->intent_count; i++) {
        q_scores s = q_confusion_class(&r->c->table, i);
        size_t at = r->order_count;

        if (!s.support)
            continue;
        for (; at > 0 && q_confusion_class(&r->c->table, r->order[at - 1]).f1 > s.f1; at--)
            r->order[at] = r->order[at - 1];
        r->order[at] = i;
        r->order_count++;
    }
    return Q_OK;
}

static q_str name_of(const report *r, size_t intent)
{
    return intent < r->bot->intent_count ? r->bot->intents[intent].name : Q_STR("(none)");
}

/* ---- text ---- */

static q_str bar_of(double share, q_arena *a)
{
    q_buf b = q_buf_init(a, BAR * 4);
    q_str out;

    for (size_t i = 0; i < (size_t)(share * BAR + 0.5); i++)
        q_buf_puts(&b, "\xE2\x96\x88");
    return q_buf_finish(&b, &out, NULL) ? (q_str){0} : out;
}

static q_code intents_put(const report *r, q_buf *out)
{
    static const bool right[COLUMNS] = {false, true, true, true, true, false};
    static const char *const HEAD[COLUMNS] = {"Intent", "Asked", "Precision", "Recall", "F1", ""};
    q_str *cells = q_arena_array(r->arena, (r->order_count + 1) * COLUMNS, sizeof *cells);

    if (!cells)
        return q_err_nomem(r->err);
    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = q_str_of(HEAD[c]);
    for (size_t i = 0; i < r->order_count; i++) {
        q_scores s = q_confusion_class(&r->c->table, r->order[i]);
        q_str *row = &cells[(i + 1) * COLUMNS];

        row[0] = name_of(r, r->order[i]);
        row[1] = q_str_printf(r->arena, "%zu", s.support);
        row[2] = q_str_printf(r->arena, "%.3f", s.precision);
        row[3] = q_str_printf(r->arena, "%.3f", s.recall);
        row[4] = q_str_printf(r->arena, "%.3f", s.f1);
        row[5] = bar_of(s.f1, r->arena);
        for (size_t c = 1; c < COLUMNS; c++)
            if (!row[c].p)
                return q_err_nomem(r->err);
    }
    cli_table_print(&(cli_table){cells, r->order_count + 1, COLUMNS, right, cli_width()}, out);
    return Q_OK;
}

static void sample_put(const report *r, const q_mistake *m, const cli_style *s, q_buf *out)
{
    q_str text = m->text;
    bool first = true;

    do {
        q_buf_puts(out, first ? "      " : "        ");
        q_wrap_put(q_wrap_line(&text, s->width - 8), out);
        q_buf_char(out, '\n');
        first = false;
    } while (q_str_trim(text).n);
    q_buf_printf(out, "        %s%.*s, ", s->dim, Q_ARG(name_of(r, m->truth)));
    if (m->answer == r->bot->intent_count)
        q_buf_printf(out, "not understood%s\n", s->off);
    else
        q_buf_printf(out, "taken for %.*s at %.2f%s\n", Q_ARG(name_of(r, m->answer)), m->score,
                     s->off);
}

static bool belongs(const q_mistake *m, const collision *c)
{
    return (m->truth == c->one && m->answer == c->other) ||
           (m->truth == c->other && m->answer == c->one);
}

static void collision_put(const report *r, const collision *c, const cli_style *s, q_buf *out)
{
    size_t shown = 0, asked = q_confusion_class(&r->c->table, c->one).support;

    q_buf_printf(out, "\n  %s%.*s", s->strong, Q_ARG(name_of(r, c->one)));
    if (!c->with_none) {
        q_buf_printf(out, " and %.*s", Q_ARG(name_of(r, c->other)));
        asked += q_confusion_class(&r->c->table, c->other).support;
    }
    q_buf_printf(out, "%s: %zu of %zu\n", s->off, c->count, asked);
    for (size_t i = 0; i < r->c->mistake_count && shown < SAMPLES_SHOWN; i++) {
        if (!belongs(&r->c->mistakes[i], c))
            continue;
        sample_put(r, &r->c->mistakes[i], s, out);
        shown++;
    }
    if (shown < c->count)
        q_buf_printf(out, "      ... and %zu more\n", c->count - shown);
}

/* Those of v[0..n), the worst under `title`. */
static void collisions_put(const report *r, const collision *v, size_t n, const char *title,
                           q_buf *out)
{
    cli_style style = cli_style_of_stdout();

    if (n)
        q_buf_printf(out, "\n%s, the worst first:\n", title);
    for (size_t i = 0; i < n && i < PAIRS_SHOWN; i++)
        collision_put(r, &v[i], &style, out);
    if (n > PAIRS_SHOWN)
        q_buf_printf(out, "\n  ... and %zu more; --json has them all\n", n - PAIRS_SHOWN);
}

static q_code text_put(const report *r)
{
    q_buf out = q_buf_init(r->arena, output_limit);
    size_t right = r->c->asked - r->c->mistake_count, pairs = 0;
    q_code rc;

    q_buf_printf(&out,
                 "%.*s: %zu of %zu utterances understood when they were left out of the\n"
                 "learning (%d parts): accuracy %.3f, mean F1 %.3f\n\n",
                 Q_ARG(r->bot->name), right, r->c->asked, (int)Q_CONFUSION_PARTS,
                 q_confusion_accuracy(&r->c->table), q_confusion_macro(&r->c->table).f1);
    rc = intents_put(r, &out);
    if (rc)
        return rc;
    while (pairs < r->collision_count && !r->collisions[pairs].with_none)
        pairs++;
    collisions_put(r, r->collisions, pairs, "Taken for each other", &out);
    collisions_put(r, r->collisions + pairs, r->collision_count - pairs, "Not understood", &out);
    return cli_put(&out, r->err);
}

/* ---- JSON ---- */

static void intents_json(const report *r, q_value *list)
{
    for (size_t i = 0; i < r->order_count; i++) {
        q_scores s = q_confusion_class(&r->c->table, r->order[i]);
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("intent"), name_of(r, r->order[i]));
        q_map_int(map, Q_STR("asked"), (int64_t)s.support);
        q_map_double(map, Q_STR("precision"), s.precision);
        q_map_double(map, Q_STR("recall"), s.recall);
        q_map_double(map, Q_STR("f1"), s.f1);
    }
}

static void collisions_json(const report *r, q_value *list)
{
    for (size_t i = 0; i < r->collision_count; i++) {
        q_value *map = q_list_map(list), *names = q_map_list(map, Q_STR("intents")), *samples;

        q_list_str(names, name_of(r, r->collisions[i].one));
        q_list_str(names, name_of(r, r->collisions[i].other));
        q_map_int(map, Q_STR("count"), (int64_t)r->collisions[i].count);
        samples = q_map_list(map, Q_STR("utterances"));
        for (size_t j = 0; j < r->c->mistake_count; j++) {
            const q_mistake *m = &r->c->mistakes[j];
            q_value *sample;

            if (!belongs(m, &r->collisions[i]))
                continue;
            sample = q_list_map(samples);
            q_map_str(sample, Q_STR("utterance"), m->sample);
            q_map_str(sample, Q_STR("asked"), m->text);
            q_map_str(sample, Q_STR("intent"), name_of(r, m->truth));
            q_map_str(sample, Q_STR("takenFor"), name_of(r, m->answer));
            if (m->score >= 0)
                q_map_double(sample, Q_STR("score"), m->score);
        }
    }
}

static q_code json_put(const report *r)
{
    q_value *v = q_value_map(r->arena);

    q_map_str(v, Q_STR("bot"), r->bot->name);
    q_map_int(v, Q_STR("asked"), (int64_t)r->c->asked);
    q_map_int(v, Q_STR("understood"), (int64_t)(r->c->asked - r->c->mistake_count));
    q_map_double(v, Q_STR("accuracy"), q_confusion_accuracy(&r->c->table));
    q_map_double(v, Q_STR("f1"), q_confusion_macro(&r->c->table).f1);
    intents_json(r, q_map_list(v, Q_STR("intents")));
    collisions_json(r, q_map_list(v, Q_STR("collisions")));
    return cli_put_json(v, r->arena, r->err);
}

static void advance(void *bar, size_t done, size_t total)
{
    cli_progress_set(bar, done, total);
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"alias", "NAME"}, {"data", "DIR"}, {"json", NULL}};
    q_bot_confusion confusion;
    q_err err;
    report r = {.c = &confusion, .arena = q_arena_new(arena_limit), .err = &err};
    cli_progress *bar = cli_progress_new("asking", "utterances");
    q_bot_ready *bot = NULL;
    int status = CLI_USAGE;
    cli_words words;
    q_code rc;

    if (!r.arena || cli_options_read(&cli_bot_confusion, options, 3, argc, argv, &words))
        goto done;
    if (words.count != 1) {
        cli_usage(&cli_bot_confusion, "one bot is wanted");
        goto done;
    }
    rc = cli_bot_load(words.values[1], words.operands[0], words.values[0], &bot, &err);
    if (!rc) {
        r.bot = q_bot_ready_bot(bot);
        rc = q_bot_confuse(r.bot, q_now_ms(), advance, bar, r.arena, &confusion, &err);
    }
    cli_progress_hide(bar);
    if (!rc)
        rc = collisions_find(&r);
    if (!rc)
        rc = order_find(&r);
    if (!rc)
        rc = words.values[2] ? json_put(&r) : text_put(&r);
    if (rc)
        cli_error("%s", err.msg);
    status = rc ? CLI_FAILED : CLI_OK;
done:
    cli_progress_free(bar);
    q_bot_ready_unref(bot);
    q_arena_free(r.arena);
    return status;
}

const cli_command cli_bot_confusion = {
    .name = "bot confusion",
    .arguments = "BOT [--alias NAME] [--data DIR] [--json]",
    .summary = "which intents of a bot are mistaken for each other",
    .help = "Each fifth of the bot's utterances is understood by a model that learnt from the\n"
            "rest. Shown are precision, recall and F1 of each intent, and the pairs that are\n"
            "taken for each other with the utterances that show it. (none): nothing was\n"
            "understood well enough.\n"
            "\n"
            "  --alias NAME    an alias or a version's number (default: $LATEST)\n"
            "  --data DIR      the data folder (default: see quern help serve)\n"
            "  --json          everything as JSON\n",
    .run = run,
};
