#include "cli/command.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "cli/sheets.h"
#include "service/textract.h"

#include <string.h>

typedef struct reading {
    const char *format;
    bool many; /* name each file */
} reading;

static void put_text(const char *path, const q_pages *pages, bool many, q_buf *out)
{
    if (many)
        q_buf_printf(out, "==> %s <==\n", path);
    for (size_t p = 0; p < pages->count; p++) {
        const q_page *page = &pages->pages[p];

        for (size_t i = 0; i < page->line_count; i++) {
            q_buf_put(out, page->lines[i].text);
            q_buf_char(out, '\n');
        }
        if (p + 1 < pages->count)
            q_buf_char(out, '\f');
    }
}

static void put_word(const char *path, size_t page, size_t line, const q_word *w, q_buf *out)
{
    q_buf_printf(out, "%s\t%zu\t%zu\t%.6f\t%.6f\t%.6f\t%.6f\t%.1f\t", path, page, line, w->box.left,
                 w->box.top, w->box.width, w->box.height, (double)w->confidence);
    q_buf_put(out, w->text);
    q_buf_char(out, '\n');
}

static void put_tsv(const char *path, const q_pages *pages, q_buf *out)
{
    for (size_t p = 0; p < pages->count; p++) {
        const q_page *page = &pages->pages[p];

        for (size_t i = 0; i < page->line_count; i++)
            for (size_t w = 0; w < page->lines[i].word_count; w++)
                put_word(path, p + 1, i + 1, &page->words[page->lines[i].first_word + w], out);
    }
}

/* A line a row. */
static q_code put_lines(const char *path, const q_pages *pages, q_sheet_format format, q_arena *a,
                        q_buf *out, q_err *err)
{
    cli_sheets sheets = {format, out, 0};
    q_sheet sheet;
    q_code rc = q_sheet_of_lines(pages, a, &sheet, err);

    if (rc)
        return rc;
    cli_sheets_begin(&sheets, path);
    cli_sheets_put(&sheets, &sheet);
    cli_sheets_end(&sheets);
    return Q_OK;
}

static q_code file(void *ctx, const char *path, const q_pages *pages, q_arena *a, q_buf *out,
                   q_err *err)
{
    const reading *r = ctx;
    q_sheet_format format;

    if (strcmp(r->format, "json") == 0) {
        q_value *reply = q_value_map(a);

        q_textract_text(pages, reply);
        return cli_put_reply(reply, r->many, out, err);
    }
    if (strcmp(r->format, "tsv") == 0)
        put_tsv(path, pages, out);
    else if (cli_sheet_format(r->format, &format))
        return put_lines(path, pages, format, a, out, err);
    else
        put_text(path, pages, r->many, out);
    return Q_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"format", "text|json|csv|tsv|html|latex|grid"},
                                         {"recogniser", "ppocr|tesseract"},
                                         {"data", "DIR"},
                                         {"no-index", NULL}};
    cli_words words;
    reading r;

    if (cli_options_read(&cli_read, options, 4, argc, argv, &words))
        return CLI_USAGE;
    if (words.count == 0)
        return cli_usage(&cli_read, "no file is named");
    r = (reading){words.values[0] ? words.values[0] : "text", words.count > 1};
    return cli_reading(&(cli_reader){file, &r},
                       &(cli_reading_options){.recogniser = words.values[1],
                                              .data = words.values[2],
                                              .no_index = words.values[3] != NULL},
                       words.operands, words.count);
}

const cli_command cli_read = {
    .name = "read",
    .arguments = "FILE... [--format FORMAT] [--recogniser NAME] [--data DIR] [--no-index]",
    .summary = "read the text of images and PDFs",
    .help = "Reads PNG, JPEG, TIFF and PDF files (\"-\" is standard input) and prints their\n"
            "text. A PDF's own text is taken where it has some, and what large pictures\n"
            "beside it say; other pages, and those whose fonts hide which characters they\n"
            "show, are recognised at 300 dpi, on every core.\n"
            "\n"
            "  --format text   the lines, a form feed between pages (default)\n"
            "  --format json   the reply of Textract's DetectDocumentText; with several\n"
            "                  files one line each\n"
            "  --format tsv    one word a line: file, page, line, left, top, width, height\n"
            "                  (fractions of the page), confidence, text\n"
            "  --format csv|html|latex|grid  one line a row: page, line, confidence, "
            "text\n" CLI_READING_HELP,
    .run = run,
};
