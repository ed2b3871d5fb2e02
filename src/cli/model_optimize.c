/* quern model optimize: an ONNX file becomes a .q file. */
#include "cli/model.h"
#include "cli/options.h"
#include "engine/calibrate.h"
#include "engine/graph.h"
#include "engine/model_parts.h"

#include <stdio.h>
#include <string.h>

enum { OUT, PRECISION, CALIBRATE, METHOD, BOUND, PLAIN, OPTIONS };

static int optimise(const char *in, const char *out, const q_model_options *options)
{
    model_file_stats stats;
    q_model *m = NULL;
    char from[32], to[32];
    q_err err;
    q_code rc = q_model_open(in, options, &m, &err);

    if (!rc && q_model_about(m).file)
        rc = q_err_set(&err, Q_INVALID, "%s is a .q file already; its ONNX file is wanted", in);
    if (!rc)
        rc = q_model_save(m, out, &stats, &err);
    if (!rc)
        printf("%s: %zu nodes, %s in %s, %s before\n", out, model__graph(m)->node_count,
               cli_bytes_text((double)stats.file_bytes, to), q_precision_name(options->precision),
               cli_bytes_text((double)q_model_about(m).source_bytes, from));
    q_model_unref(m);
    if (rc)
        cli_error("%s", err.msg);
    return rc ? CLI_FAILED : CLI_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[OPTIONS] = {
        [OUT] = {"o", "FILE"},
        [PRECISION] = {"precision", CLI_PRECISIONS},
        [CALIBRATE] = {"calibrate", "DIR"},
        [METHOD] = {"method", Q_CALIBRATE_METHODS},
        [BOUND] = {"bound", "PART"},
        [PLAIN] = {"plain", NULL},
    };
    q_model_options o = {0};
    cli_words words;

    if (cli_options_read(&cli_model_optimize, options, OPTIONS, argc, argv, &words))
        return CLI_USAGE;
    if (words.count != 1 || !words.values[OUT])
        return cli_usage(&cli_model_optimize, "one model and -o with the file to write are wanted");
    o.plain = words.values[PLAIN] != NULL;
    o.precision = cli_precision(words.values[PRECISION]);
    if ((words.values[CALIBRATE] != NULL) != (o.precision == Q_PRECISION_INT8))
        return cli_usage(&cli_model_optimize, "--precision int8 and --calibrate go together");
    if (words.values[CALIBRATE])
        return cli_model_calibrate(
            words.operands[0], words.values[OUT],
            &(cli_calibration){words.values[CALIBRATE], words.values[METHOD], words.values[BOUND]});
    return optimise(words.operands[0], words.values[OUT], &o);
}

const cli_command cli_model_optimize = {
    .name = "model optimize",
    .arguments = "FILE -o OUT [--precision " CLI_PRECISIONS "] [--plain] "
                 "[--calibrate DIR] [--method " Q_CALIBRATE_METHODS "] [--bound PART]",
    .summary = "rewrite a model so that it opens at once and runs fast",
    .help = "Reads an ONNX file and writes a .q file: nodes are folded and fused, weights\n"
            "lie as the kernels want them and are mapped when it is opened, so that it is\n"
            "ready in milliseconds and its memory is shared by all processes.\n"
            "\n"
            "  -o FILE           the file to write\n"
            "  --precision P     f32 (default); bf16 weights and activations where kernels\n"
            "                    have it; f16 weights, computed in f32; int8, which needs\n"
            "                    --calibrate\n"
            "  --calibrate DIR   inputs to find int8 ranges with: NAME.npy for each run of\n"
            "                    a model of one input, else NAME/INPUT.npy\n"
            "  --method M        how a range is chosen: error (default) weighs clipping\n"
            "                    against rounding; minmax, percentile, entropy\n"
            "  --bound PART      the most relative error of the outputs, 0.05 by default;\n"
            "                    layers stay in f32 until it is kept\n"
            "  --plain           leave every node as the file has it\n",
    .run = run,
};
