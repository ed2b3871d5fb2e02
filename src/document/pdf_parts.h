/* document/pdf_parts.h - what the files share that write a searchable PDF. */
#ifndef DOCUMENT_PDF_PARTS_H
#define DOCUMENT_PDF_PARTS_H

#include "document/pdf.h"
#include "document/pdf_base.h"
#include "document/pdf_font.h"
#include "document/pdf_out.h"
#include "document/pdf_write.h"

typedef struct pdf_input {
    q_str file; /* mapped */
    q_format format;
    size_t pages;
    pdf_base *base; /* of a PDF */
    pdf_file *seen; /* the same through poppler, while it is needed */
} pdf_input;

/* A page of the output. */
typedef struct pdf_kid {
    uint32_t number;
    uint16_t generation;
} pdf_kid;

struct q_pdf {
    q_pdf_options options;
    q_document_limits limits;
    q_arena *arena;
    pdf_input *inputs; /* on the heap */
    size_t input_count, input_cap;

    /* The PDF that is lengthened, or NULL: an input's, or the one in scratch. */
    pdf_base *base, *scratch_base;
    q_str scratch;
    pdf_base_tail tail;
    bool own_tree; /* the page tree is written anew */

    pdf_out out;
    pdf_font *font;
    uint32_t font_number, tree_number;
    bool font_named;    /* by a page */
    size_t input, page; /* the next page's */
    size_t base_page;
    pdf_kid *kids; /* on the heap; only with own_tree */
    size_t kid_count, kid_cap;
};

#endif
