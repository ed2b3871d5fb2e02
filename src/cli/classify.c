#include "cli/classify.h"

static const cli_command *const verbs[] = {&cli_classify_train, &cli_classify_test,
                                           &cli_classify_run, NULL};

static int run(int argc, char **argv)
{
    const cli_command *verb = argc ? cli_find_verb(&cli_classify, argv[0]) : NULL;

    if (!argc)
        return cli_usage(&cli_classify, "train, test or run is wanted");
    if (!verb)
        return cli_usage(&cli_classify, "%s is none of train, test, run", argv[0]);
    return verb->run(argc - 1, argv + 1);
}

const cli_command cli_classify = {
    .name = "classify",
    .arguments = "train|test|run ...",
    .summary = "sort texts into classes of your own",
    .help = "  train           learn from labelled texts\n"
            "  test            how right a classifier is on labelled texts\n"
            "  run             classify texts\n"
            "\n"
            "Labelled texts are rows \"label,text\" (CSV) as Comprehend takes them, or lines\n"
            "with a tab between label and text. quern help classify train tells of each.\n",
    .run = run,
    .verbs = verbs,
};
