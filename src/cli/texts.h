/* cli/texts.h - commands that find something in texts.
 *
 * A text is a file, standard input ("-", or no file at all), or what is read
 * in a PDF or picture. A file that cannot be read is named on stderr, and the
 * next one is taken up.
 */
#ifndef Q_CLI_TEXTS_H
#define Q_CLI_TEXTS_H

#include "base/buf.h"
#include "base/value.h"
#include "language/models.h"
#include "language/token.h"
#include "service/texts.h"

typedef struct cli_text {
    const q_language *language;
    const char *path; /* "-": standard input */
    bool many;        /* one of several */
    q_tokens tokens;  /* and the text */
    q_arena *arena;   /* goes with the text */
} cli_text;

typedef struct cli_texts {
    /* What is to be said of a text goes to `out`. */
    q_code (*text)(void *ctx, const cli_text *t, q_buf *out, q_err *err);
    void *ctx;
} cli_texts;

/* CLI_OK, or CLI_FAILED when any file failed. */
int cli_texts_read(const cli_texts *reader, char **files, int count);

/* What was found in a text. */
typedef struct cli_mark {
    size_t begin, bytes;
    float score;
    const char *kind; /* "PERSON" */
} cli_mark;

/* In a terminal with colours the text, wrapped to its width, with the marks coloured by kind and a
 * legend below; else a find a line: kind, score, first code point, the one behind it, text.
 * Marks are in order and do not overlap.
 */
Q_MUST_USE q_code cli_marks_put(const cli_text *t, const cli_mark *v, size_t n, q_buf *out,
                                q_err *err);

/* What the API's operation answers for the text. */
Q_MUST_USE q_code cli_text_json(const cli_text *t, q_text_feature feature, q_buf *out, q_err *err);

/* What all these commands say of their files. */
#define CLI_TEXTS_HELP                                                                             \
    "A FILE holds text in UTF-8, or is a PDF or picture, whose text is read. Without\n"            \
    "one, or for \"-\", it is standard input.\n"

/* How finds are shown. */
#define CLI_MARKS_HELP                                                                             \
    "In a terminal the text is shown with its finds in colours, and below it what\n"               \
    "these mean. Elsewhere each find is a line: type, score, where it begins and\n"                \
    "ends (in Unicode code points), and its text, with tabs between.\n"

#endif
