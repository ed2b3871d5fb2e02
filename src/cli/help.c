#include "cli/command.h"

#include <stdio.h>

enum { WIDTH = 80, INDENT = 14 };

static void overview(void)
{
    fputs("Quern answers the AWS AI APIs on your own machine.\n\n"
          "usage: quern COMMAND ...\n\n",
          stdout);
    for (const cli_command *const *c = cli_commands; *c; c++)
        printf("  %-10s %s\n", (*c)->name, (*c)->summary);
    fputs("\nquern help COMMAND tells more of one of them.\n"
          "Exit status: 0 done, 1 the work failed, 2 wrong usage.\n",
          stdout);
}

/* The length of the next word of a usage line; what is in brackets is one. */
static size_t word_length(const char *p)
{
    size_t n = 0;
    int depth = 0;

    for (; p[n] && (p[n] != ' ' || depth > 0); n++)
        depth += (p[n] == '[') - (p[n] == ']');
    return n;
}

static void print_usage(const cli_command *c)
{
    int column = printf("usage: quern %s", c->name);

    for (const char *p = c->arguments; *p;) {
        size_t n = word_length(p);

        if (column + 1 + (int)n > WIDTH)
            column = printf("\n%*s", INDENT - 1, "") - 1;
        column += printf(" %.*s", (int)n, p);
        for (p += n; *p == ' ';)
            p++;
    }
    fputs("\n\n", stdout);
}

static void tell(const cli_command *c)
{
    printf("quern %s - %s\n\n", c->name, c->summary);
    print_usage(c);
    fputs(c->help, stdout);
}

static int run(int argc, char **argv)
{
    const cli_command *c;

    if (argc > 2)
        return cli_usage(&cli_help, "one command at a time");
    if (argc == 0) {
        overview();
        return CLI_OK;
    }
    c = cli_find(argv[0]);
    if (!c)
        return cli_usage(&cli_help, "%s is no command", argv[0]);
    if (argc == 2) {
        const cli_command *verb = cli_find_verb(c, argv[1]);

        if (!verb)
            return cli_usage(&cli_help, "%s %s is no command", argv[0], argv[1]);
        c = verb;
    }
    tell(c);
    for (const cli_command *const *v = c->verbs; v && *v; v++) {
        putchar('\n');
        tell(*v);
    }
    return CLI_OK;
}

const cli_command cli_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "list the commands, or tell more of one",
    .help = "Without a command: the list. With one: its usage, options and examples.\n",
    .run = run,
};
