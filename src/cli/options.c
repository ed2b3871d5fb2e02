#include "cli/options.h"

#include <assert.h>
#include <string.h>

static const cli_option *find(const cli_option *options, size_t n, q_str name)
{
    for (size_t i = 0; i < n; i++)
        if (q_str_is(name, options[i].name))
            return &options[i];
    return NULL;
}

/* "-o", when there is an option of that name. */
static const cli_option *short_option(const cli_option *options, size_t n, const char *word)
{
    if (word[0] != '-' || word[1] == '-' || strlen(word) != 2)
        return NULL;
    return find(options, n, q_str_of(word + 1));
}

static bool admits(const cli_option *o, const char *value)
{
    q_str left = q_str_of(o->argument), choice;

    if (!q_str_has(left, '|'))
        return true;
    for (bool more = true; more;) {
        more = q_str_cut(left, '|', &choice, &left);
        if (q_str_is(choice, value))
            return true;
    }
    return false;
}

int cli_options_read(const cli_command *command, const cli_option *options, size_t n, int argc,
                     char **argv, cli_words *out)
{
    bool ended = false;

    assert(n <= CLI_MAX_OPTIONS);
    *out = (cli_words){.operands = argv};
    for (int i = 0; i < argc; i++) {
        const char *value = NULL;
        const cli_option *o;
        q_str name, rest;

        o = ended ? NULL : short_option(options, n, argv[i]);
        if (!o && (ended || strncmp(argv[i], "--", 2) != 0)) {
            argv[out->count++] = argv[i];
            continue;
        }
        if (!o && argv[i][2] == 0) {
            ended = true;
            continue;
        }
        if (!o && q_str_cut(q_str_of(argv[i] + 2), '=', &name, &rest))
            value = rest.p;
        o = o ? o : find(options, n, name);
        if (!o)
            return cli_usage(command, "unknown option --%.*s", Q_ARG(name));
        if (!o->argument && value)
            return cli_usage(command, "--%s takes no value", o->name);
        if (o->argument && !value) {
            if (i + 1 == argc)
                return cli_usage(command, "%s%s wants a value: %s",
                                 strlen(o->name) > 1 ? "--" : "-", o->name, o->argument);
            value = argv[++i];
        }
        if (o->argument && !admits(o, value))
            return cli_usage(command, "--%s is %s; one of %s is wanted", o->name, value,
                             o->argument);
        out->values[o - options] = value ? value : "";
    }
    return CLI_OK;
}
