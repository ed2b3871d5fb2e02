#include "base/clock.h"
#include "cli/bot.h"
#include "cli/data.h"
#include "cli/options.h"
#include "cli/table.h"
#include "service/lex_ids.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const size_t arena_limit = (size_t)1 << 27, output_limit = (size_t)1 << 26;

typedef struct shown {
    const q_bot *bot;
    double build_ms;
    size_t bytes; /* of the bot and its model */
    q_arena *arena;
    q_buf *out;
    q_err *err;
} shown;

enum { INTENT_COLUMNS = 4, SLOT_COLUMNS = 4, TYPE_COLUMNS = 3 };

static q_code table_put(const shown *s, q_str *cells, size_t rows, size_t columns,
                        const bool *right)
{
    for (size_t i = 0; i < rows * columns; i++)
        if (!cells[i].p)
            return q_err_nomem(s->err);
    q_buf_char(s->out, '\n');
    cli_table_print(&(cli_table){cells, rows, columns, right, cli_width()}, s->out);
    return Q_OK;
}

/* ---- intents ---- */

static q_str kind_of(const q_intent *i)
{
    static const char *const KINDS[] = {NULL,
                                        "built in: fallback",
                                        "built in: help",
                                        "built in: cancel",
                                        "built in: stop",
                                        "built in: yes",
                                        "built in: no",
                                        "built in: repeat"};

    if (i->fulfillment_hook)
        return i->fulfillment_uri;
    return KINDS[i->kind] ? q_str_of(KINDS[i->kind]) : Q_STR("the client");
}

static q_code intents_put(const shown *s)
{
    static const bool right[INTENT_COLUMNS] = {false, true, true, false};
    q_str *cells =
        q_arena_array(s->arena, (s->bot->intent_count + 1) * INTENT_COLUMNS, sizeof *cells);

    if (!cells)
        return q_err_nomem(s->err);
    cells[0] = Q_STR("Intent");
    cells[1] = Q_STR("Utterances");
    cells[2] = Q_STR("Slots");
    cells[3] = Q_STR("Fulfilled by");
    for (size_t i = 0; i < s->bot->intent_count; i++) {
        const q_intent *intent = &s->bot->intents[i];
        q_str *row = &cells[(i + 1) * INTENT_COLUMNS];

        row[0] = intent->name;
        row[1] = q_str_printf(s->arena, "%zu", intent->utterance_count);
        row[2] = q_str_printf(s->arena, "%zu", intent->slot_count);
        row[3] = kind_of(intent);
    }
    return table_put(s, cells, s->bot->intent_count + 1, INTENT_COLUMNS, right);
}

/* ---- slots ---- */

static q_str type_of(const q_slot *slot)
{
    static const char *const BUILT_IN[] = {
        [Q_SLOT_NUMBER] = "AMAZON.NUMBER",
        [Q_SLOT_DATE] = "AMAZON.DATE",
        [Q_SLOT_TIME] = "AMAZON.TIME",
        [Q_SLOT_ALPHANUMERIC] = "AMAZON.AlphaNumeric",
        [Q_SLOT_EMAIL] = "AMAZON.EmailAddress",
        [Q_SLOT_PHONE] = "AMAZON.PhoneNumber",
        [Q_SLOT_PERCENTAGE] = "AMAZON.Percentage",
    };

    if (slot->type)
        return slot->type->name;
    if ((size_t)slot->kind < sizeof BUILT_IN / sizeof *BUILT_IN && BUILT_IN[slot->kind])
        return q_str_of(BUILT_IN[slot->kind]);
    return Q_STR("built in");
}

static q_code slots_put(const shown *s)
{
    static const bool right[SLOT_COLUMNS] = {false, false, false, false};
    size_t n = 0, row_at = 1;
    q_str *cells;

    for (size_t i = 0; i < s->bot->intent_count; i++)
        n += s->bot->intents[i].slot_count;
    if (!n)
        return Q_OK;
    cells = q_arena_array(s->arena, (n + 1) * SLOT_COLUMNS, sizeof *cells);
    if (!cells)
        return q_err_nomem(s->err);
    cells[0] = Q_STR("Slot");
    cells[1] = Q_STR("of");
    cells[2] = Q_STR("Type");
    cells[3] = Q_STR("");
    for (size_t i = 0; i < s->bot->intent_count; i++)
        for (size_t j = 0; j < s->bot->intents[i].slot_count; j++) {
            const q_slot *slot = &s->bot->intents[i].slots[j];
            q_str *row = &cells[row_at++ * SLOT_COLUMNS];

            row[0] = slot->name;
            row[1] = s->bot->intents[i].name;
            row[2] = type_of(slot);
            row[3] = slot->required ? Q_STR("required") : Q_STR("");
        }
    return table_put(s, cells, n + 1, SLOT_COLUMNS, right);
}

static q_code types_put(const shown *s)
{
    static const bool right[TYPE_COLUMNS] = {false, true, false};
    size_t n = s->bot->slot_type_count;
    q_str *cells = q_arena_array(s->arena, (n + 1) * TYPE_COLUMNS, sizeof *cells);

    if (!cells)
        return q_err_nomem(s->err);
    if (!n)
        return Q_OK;
    cells[0] = Q_STR("Slot type");
    cells[1] = Q_STR("Values");
    cells[2] = Q_STR("Takes");
    for (size_t i = 0; i < n; i++) {
        const q_slot_type *t = &s->bot->slot_types[i];
        q_str *row = &cells[(i + 1) * TYPE_COLUMNS];

        row[0] = t->name;
        row[1] = q_str_printf(s->arena, "%zu", t->value_count);
        row[2] = t->top_resolution ? Q_STR("these and their synonyms only") : Q_STR("any words");
    }
    return table_put(s, cells, n + 1, TYPE_COLUMNS, right);
}

/* ---- the whole ---- */

static q_code head_put(const shown *s)
{
    const q_bot *b = s->bot;
    char id[Q_BOT_ID + 1];

    if (!q_bot_id(b->name, id))
        return q_err_nomem(s->err);
    q_buf_printf(s->out, "%.*s\n\n", Q_ARG(b->name));
    q_buf_printf(s->out, "id          %s\n", id);
    q_buf_printf(s->out, "locale      %.*s\n", Q_ARG(b->locale.n ? b->locale : Q_STR("en-US")));
    q_buf_printf(s->out, "confidence  %.2f, below it an intent is not taken\n", b->confidence);
    q_buf_printf(s->out, "sessions    end after %d s without a turn\n", b->idle_ttl_seconds);
    q_buf_printf(s->out, "learnt in   %.1f ms, %.1f MB\n", s->build_ms, (double)s->bytes / 1e6);
    return Q_OK;
}

static q_code aliases_put(const shown *s, q_catalog *catalog)
{
    q_bot_alias *v;
    size_t n;
    q_code rc = q_bot_aliases(catalog, s->bot->name, s->arena, &v, &n, s->err);

    for (size_t i = 0; !rc && i < n; i++)
        q_buf_printf(s->out, "%s%.*s (%.*s)", i ? ", " : "aliases     ", Q_ARG(v[i].name),
                     Q_ARG(v[i].version));
    if (!rc && n)
        q_buf_char(s->out, '\n');
    return rc;
}

/* Its versions in the data folder. */
static q_code versions_put(const shown *s, q_catalog *catalog)
{
    q_bot_stored *bots;
    size_t count, found = 0;
    q_code rc = q_bot_list(catalog, s->arena, &bots, &count, s->err);

    for (size_t i = 0; !rc && i < count; i++)
        if (q_str_is(s->bot->name, bots[i].name))
            q_buf_printf(s->out, "%s%s", found++ ? ", " : "versions    ", bots[i].version);
    if (found)
        q_buf_char(s->out, '\n');
    return rc;
}

static q_code show(const char *word, const char *alias, const char *data, q_bot_ready **bot,
                   shown *s)
{
    bool is_file = access(word, F_OK) == 0;
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    int64_t start = q_monotonic_ns();
    q_catalog *catalog = NULL;
    q_code rc = cli_bot_load(data, word, alias, bot, s->err);

    if (rc)
        return rc;
    s->build_ms = (double)(q_monotonic_ns() - start) / 1e6;
    s->bytes = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    s->bot = q_bot_ready_bot(*bot);
    rc = head_put(s);
    if (!rc && !is_file)
        rc = q_catalog_open(cli_data_dir(data, s->arena), &catalog, s->err);
    if (!rc && catalog)
        rc = versions_put(s, catalog);
    if (!rc && catalog)
        rc = aliases_put(s, catalog);
    q_catalog_close(catalog);
    if (!rc)
        rc = intents_put(s);
    if (!rc)
        rc = slots_put(s);
    return rc ? rc : types_put(s);
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"alias", "NAME"}, {"data", "DIR"}};
    q_err err;
    shown s = {.arena = q_arena_new(arena_limit), .err = &err};
    q_buf out = q_buf_init(s.arena, output_limit);
    q_bot_ready *bot = NULL;
    int status = CLI_USAGE;
    cli_words words;
    q_code rc;

    s.out = &out;
    if (!s.arena || cli_options_read(&cli_bot_show, options, 2, argc, argv, &words))
        goto done;
    if (words.count != 1) {
        cli_usage(&cli_bot_show, "one bot is wanted");
        goto done;
    }
    rc = show(words.operands[0], words.values[0], words.values[1], &bot, &s);
    if (!rc)
        rc = cli_put(&out, &err);
    if (rc)
        cli_error("%s", err.msg);
    status = rc ? CLI_FAILED : CLI_OK;
done:
    q_bot_ready_unref(bot);
    q_arena_free(s.arena);
    return status;
}

const cli_command cli_bot_show = {
    .name = "bot show",
    .arguments = "BOT [--alias NAME] [--data DIR]",
    .summary = "what a bot holds: intents, slots, versions, aliases, size",
    .help = "BOT is an export file, or the name of a bot of the data folder.\n"
            "\n"
            "  --alias NAME    an alias or a version's number (default: $LATEST)\n"
            "  --data DIR      the data folder (default: see quern help serve)\n",
    .run = run,
};
