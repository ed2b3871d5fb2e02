/* document/pdf_out.h - a PDF file on its way to a descriptor: objects, then the table of where
 * they are.
 *
 *     init -> [header] -> object, stream, ... in any order -> end
 *
 * What was written is not kept: an object costs 16 bytes of memory whatever its size. A file can
 * be new, or lengthen one that is there ("incremental update", ISO 32000-1 7.5.6): then what it
 * was stays byte for byte.
 */
#ifndef DOCUMENT_PDF_OUT_H
#define DOCUMENT_PDF_OUT_H

#include "base/buf.h"
#include "base/digest.h"

typedef struct pdf_out_entry {
    uint64_t offset;
    uint32_t number;
    uint16_t generation;
} pdf_out_entry;

typedef struct pdf_out {
    int fd;          /* borrowed; written from its current place on */
    uint64_t offset; /* bytes written */
    uint64_t limit;  /* at most so many */
    uint32_t next;   /* the number of the next new object */
    pdf_out_entry *entries;
    size_t count, cap;
    q_digest *digest; /* of all that was written: the file's identifier */
} pdf_out;

Q_MUST_USE q_code pdf_out__init(pdf_out *o, int fd, uint64_t limit, q_err *err);
void pdf_out__clear(pdf_out *o);

/* A number for a new object. */
uint32_t pdf_out__reserve(pdf_out *o);

/* Bytes as they are. All writers fail with Q_IO, Q_FULL, Q_LIMIT, Q_NOMEM. */
Q_MUST_USE q_code pdf_out__raw(pdf_out *o, q_str bytes, q_err *err);
Q_MUST_USE q_code pdf_out__object(pdf_out *o, uint32_t number, uint16_t generation, q_str body,
                                  q_err *err);
/* `entries`: those of its dictionary, without << >> and without Length. */
Q_MUST_USE q_code pdf_out__stream(pdf_out *o, uint32_t number, q_str entries, q_str data,
                                  q_err *err);
/* The same, deflated; entries without Filter. */
Q_MUST_USE q_code pdf_out__deflated(pdf_out *o, uint32_t number, q_str entries, q_str data,
                                    q_err *err);

/* How the file ends. References are texts ("12 0 R"). */
typedef struct pdf_out_end {
    q_str root, info;  /* info may be empty */
    q_str first_id;    /* "<...>" of the file that is lengthened; empty: a new one */
    uint64_t previous; /* the offset of the table that this one lengthens; 0: a new file */
    bool as_stream;    /* the table as a stream, as that one is */
} pdf_out_end;

Q_MUST_USE q_code pdf_out__end(pdf_out *o, const pdf_out_end *end, q_err *err);

#endif
