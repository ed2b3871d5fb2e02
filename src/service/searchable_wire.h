/* service/searchable_wire.h - what searchable.c and its tasks say to each other. Both ends are one
 * binary on one machine, so structs travel as they are.
 *
 *     pdf.new      searchable_new
 *     pdf.add      the file                      -> searchable_added, then a byte a page: has text
 *     pdf.prepare  a file for what is changed    -> a byte: whether it was used
 *     pdf.begin    the output
 *     pdf.page     nothing, or document/page_codec.h
 *     pdf.end
 */
#ifndef SERVICE_SEARCHABLE_WIRE_H
#define SERVICE_SEARCHABLE_WIRE_H

#include "document/pdf_write.h"

#define SEARCHABLE_NEW "pdf.new"
#define SEARCHABLE_ADD "pdf.add"
#define SEARCHABLE_PREPARE "pdf.prepare"
#define SEARCHABLE_BEGIN "pdf.begin"
#define SEARCHABLE_PAGE "pdf.page"
#define SEARCHABLE_END "pdf.end"

typedef struct searchable_new {
    q_pdf_options options;
    q_document_limits limits;
} searchable_new;

typedef struct searchable_added {
    uint64_t pages;
    uint64_t is_pdf;
} searchable_added;

#endif
