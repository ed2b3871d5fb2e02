#include "cli/options.h"
#include "test.h"

static const cli_option options[] = {{"format", "text|json"}, {"quiet", NULL}, {"data", "DIR"}};

static int read_words(cli_words *words, int argc, const char **argv)
{
    return cli_options_read(&cli_version, options, 3, argc, (char **)(uintptr_t)argv, words);
}

TEST(options_and_operands_may_mix)
{
    const char *argv[] = {"a", "--format", "json", "b", "--data=/x=y", "--quiet", "--", "--c"};
    cli_words w;

    CHECK_EQ(read_words(&w, 8, argv), CLI_OK);
    CHECK_STR(w.values[0], "json");
    CHECK(w.values[1] != NULL);
    CHECK_STR(w.values[2], "/x=y");
    CHECK_EQ(w.count, 3);
    CHECK_STR(w.operands[0], "a");
    CHECK_STR(w.operands[2], "--c");
}

TEST(wrong_usage_is_told)
{
    static const char *bad[][2] = {{"--formal", "x"}, {"--format", "xml"}, {"x", "--data"}};
    const char *flag_value[] = {"--quiet=yes"};
    cli_words w;

    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(read_words(&w, 2, bad[i]), CLI_USAGE);
    CHECK_EQ(read_words(&w, 1, flag_value), CLI_USAGE);
}

TEST(an_option_of_one_letter_has_one_dash)
{
    static const cli_option out[] = {{"o", "FILE"}};
    const char *argv[] = {"in", "-o", "x.q", "-", "-z"}, *cut[] = {"-o"};
    cli_words w;

    CHECK_EQ(cli_options_read(&cli_version, out, 1, 5, (char **)(uintptr_t)argv, &w), CLI_OK);
    CHECK_STR(w.values[0], "x.q");
    CHECK_EQ(w.count, 3);
    CHECK_STR(w.operands[1], "-");
    CHECK_EQ(cli_options_read(&cli_version, out, 1, 1, (char **)(uintptr_t)cut, &w), CLI_USAGE);
}

TEST(what_is_not_given_is_null)
{
    cli_words w;

    CHECK_EQ(read_words(&w, 0, NULL), CLI_OK);
    CHECK(w.values[0] == NULL && w.values[1] == NULL && w.count == 0);
}

TEST_MAIN("cli/options")
