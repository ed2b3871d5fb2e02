/* cli/pdf.h - what the two halves of `quern pdf` share: files here, rules for buckets there. */
#ifndef CLI_PDF_H
#define CLI_PDF_H

#include "service/searchable.h"

typedef struct cli_pdf_words {
    q_searchable_options options; /* deskew, rotate, archive, text */
    bool chose_text;              /* one of --skip-text, --redo, --force was given */
    const char *on, *to, *off, *data;
} cli_pdf_words;

/* --on, --off and --list; the exit status. */
int cli_pdf_rule_add(const cli_pdf_words *w);
int cli_pdf_rule_remove(const cli_pdf_words *w);
int cli_pdf_rule_list(const char *data);

#endif
