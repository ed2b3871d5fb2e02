#include "store/search.h"

#include "cli/command.h"
#include "cli/data.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "service/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { USUAL_LIMIT = 20, MOST = 1000 };

static const size_t memory = (size_t)1 << 28;

typedef struct look { /* of what is printed */
    const char *strong, *dim, *found, *plain;
} look;

/* Colours, where there is a terminal that has them. */
static look look_of(void)
{
    const char *term = getenv("TERM");

    if (!isatty(STDOUT_FILENO) || getenv("NO_COLOR") || !term || strcmp(term, "dumb") == 0)
        return (look){"", "", "", ""};
    return (look){"\x1b[1m", "\x1b[2m", "\x1b[1;33m", "\x1b[0m"};
}

/* Text of a stranger's page: no control characters reach the terminal. */
static void put_text(q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        putchar((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ? ' ' : s.p[i]);
}

static void put_box(q_search_box b)
{
    printf("%.3f,%.3f %.3fx%.3f", (double)b.left, (double)b.top, (double)b.width, (double)b.height);
}

static void put_hit(const q_search_hit *h, const look *l)
{
    size_t at = 0;

    fputs(l->strong, stdout);
    put_text(h->source);
    printf("%s  %s", l->plain, l->dim);
    if (h->page) {
        printf("page %zu of %zu", h->page, h->pages);
        if (h->mark_count) {
            fputs(" at ", stdout);
            put_box(h->marks[0].box);
        }
    } else {
        printf("%zu page%s", h->pages, h->pages == 1 ? "" : "s");
    }
    puts(l->plain);
    if (h->snippet.n)
        fputs("    ", stdout);
    for (size_t i = 0; i < h->mark_count; i++) {
        const q_search_mark *m = &h->marks[i];

        put_text(q_str_sub(h->snippet, at, m->from - at));
        fputs(l->found, stdout);
        put_text(q_str_sub(h->snippet, m->from, m->n));
        fputs(l->plain, stdout);
        at = m->from + m->n;
    }
    put_text(q_str_sub(h->snippet, at, h->snippet.n));
    if (h->snippet.n)
        putchar('\n');
    for (size_t i = 0; i < h->field_count; i++) {
        const q_search_field *f = &h->fields[i];

        fputs("    ", stdout);
        put_text(q_str_is(f->type, "OTHER") ? f->label : f->type);
        printf(": %s", l->found);
        put_text(f->value);
        printf("%s  %spage %zu at ", l->plain, l->dim, f->page);
        put_box(f->box);
        puts(l->plain);
    }
}

static q_code put_json(const q_search_result *r, q_arena *a, q_err *err)
{
    q_value *reply = q_value_map(a);
    q_buf out = q_buf_init(a, memory);
    q_str text;
    q_code rc;

    q_search_reply(r, reply);
    rc = cli_put_reply(reply, false, &out, err);
    if (!rc)
        rc = q_buf_finish(&out, &text, err);
    if (!rc)
        fwrite(text.p, 1, text.n, stdout);
    return rc;
}

static q_code join(const cli_words *words, q_arena *a, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, 1 << 16);

    for (int i = 0; i < words->count; i++) {
        if (i)
            q_buf_char(&b, ' ');
        q_buf_puts(&b, words->operands[i]);
    }
    return q_buf_finish(&b, out, err);
}

static q_code search(q_catalog *c, const cli_words *words, size_t limit, bool json, q_arena *a,
                     q_err *err)
{
    q_search_result r;
    look l = look_of();
    q_str query;
    q_code rc = join(words, a, &query, err);

    if (!rc)
        rc = q_search_find(c, query, 0, limit, a, &r, err);
    if (rc)
        return rc;
    if (json)
        return put_json(&r, a, err);
    for (size_t i = 0; i < r.count; i++)
        put_hit(&r.hits[i], &l);
    if (r.total == 0)
        puts("Nothing that was read fits.");
    else if (r.total > r.count)
        printf("... and %zu more; --limit N shows them\n", r.total - r.count);
    return Q_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"data", "DIR"}, {"limit", "N"}, {"format", "text|json"}};
    q_arena *a = q_arena_new(memory);
    q_catalog *catalog = NULL;
    uint64_t limit = USUAL_LIMIT;
    int status = CLI_USAGE;
    cli_words words;
    q_code rc;
    q_err err;

    if (!a || cli_options_read(&cli_search, options, 3, argc, argv, &words))
        goto done;
    if (words.count == 0) {
        cli_usage(&cli_search, "no words are given");
        goto done;
    }
    if (words.values[1] &&
        (!q_str_u64(q_str_of(words.values[1]), &limit) || limit == 0 || limit > MOST)) {
        cli_usage(&cli_search, "--limit is %s; 1 to %d is wanted", words.values[1], (int)MOST);
        goto done;
    }
    status = cli_data_open(words.values[0], &catalog);
    if (status)
        goto done;
    rc = search(catalog, &words, (size_t)limit,
                words.values[2] && strcmp(words.values[2], "json") == 0, a, &err);
    if (rc) {
        cli_error("%s", err.msg);
        status = rc == Q_INVALID ? CLI_USAGE : CLI_FAILED;
    }
done:
    q_catalog_close(catalog);
    q_arena_free(a);
    return status;
}

const cli_command cli_search = {
    .name = "search",
    .arguments = "WORDS... [--limit N] [--format text|json] [--data DIR]",
    .summary = "find documents that were read, by words and fields",
    .help = "Searches what quern read, expense and analyze have read, and the server from its\n"
            "buckets. A document must fit all parts, on any of its pages:\n"
            "\n"
            "  pump seal             both words\n"
            "  '\"pump seal\"'         one behind the other\n"
            "  'pum*'                words that begin so\n"
            "  seal OR gasket        one of them\n"
            "  -draft                without the word\n"
            "  vendor:acme           a field that has the word\n"
            "  'total>100'           a field's number: > >= < <= =\n"
            "  date:2018-06          a field's day: a year, month or day, likewise\n"
            "  '\"patient name\":smith'  a field by its printed label\n"
            "\n"
            "Fields are vendor, receiver, address, number, date, due, total, subtotal, tax,\n"
            "po and the types of the API (amount_due). A place is left,top and width x height\n"
            "in fractions of the page.\n"
            "\n"
            "  --limit N       documents to show, the best first (default 20)\n"
            "  --format json   the reply of SearchDocuments, Quern's own API\n"
            "  --data DIR      the data folder (default: $QUERN_DATA, else\n"
            "                  ~/.local/share/quern)\n",
    .run = run,
};
