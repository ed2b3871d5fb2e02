/* document/pdf_base.h - a PDF that pages or layers are added to, through qpdf.
 *
 * A file that is sound is only lengthened: its bytes stay, and what changes is written behind
 * them. One that is damaged, or is to be joined, cleaned or made an archive, is written anew first
 * (pdf_base__rewrite), its streams as they are.
 */
#ifndef DOCUMENT_PDF_BASE_H
#define DOCUMENT_PDF_BASE_H

#include "base/buf.h"

#include <qpdf/qpdf-c.h>

typedef struct pdf_base pdf_base;

/* `file` is borrowed as long as the base lives. Fails with Q_DENIED (encrypted: with an empty
 * password too, since what is added could not be read with the rest), Q_INVALID, Q_NOMEM.
 */
Q_MUST_USE q_code pdf_base__open(q_str file, pdf_base **out, q_err *err);
void pdf_base__close(pdf_base *b); /* NULL is fine */

size_t pdf_base__page_count(const pdf_base *b);
/* Whether the file can be lengthened as it is. */
bool pdf_base__is_sound(const pdf_base *b);

/* What is wrong, when qpdf has found something since it was asked last. */
Q_MUST_USE q_code pdf_base__check(pdf_base *b, q_err *err);

/* The pages of `other`, which must live as long as this, behind those of this. */
Q_MUST_USE q_code pdf_base__join(pdf_base *b, pdf_base *other, q_err *err);
/* Write the whole file to fd. `archive`: as PDF/A has it, whose streams know no LZW. */
Q_MUST_USE q_code pdf_base__rewrite(pdf_base *b, bool archive, int fd, q_err *err);

typedef struct pdf_base_page {
    uint32_t number; /* of its object */
    uint16_t generation;
    double box[4]; /* what is shown, in user space */
    int rotate;    /* how far a reader turns it clockwise: 0, 90, 180, 270 */
    char font[24]; /* a name that no font of the page has */
} pdf_base_page;

Q_MUST_USE q_code pdf_base__page(pdf_base *b, size_t index, pdf_base_page *out, q_err *err);

typedef struct pdf_base_change {
    uint32_t layer;     /* a stream that goes before its content; 0: none */
    uint32_t font;      /* named as the page's description says; 0: none */
    int rotate;         /* instead of the page's */
    const char *parent; /* reference to another parent; NULL: it keeps its own */
} pdf_base_change;

/* The page's dictionary with the change, appended to out. */
Q_MUST_USE q_code pdf_base__put_page(pdf_base *b, size_t index, const pdf_base_page *page,
                                     const pdf_base_change *change, q_buf *out, q_err *err);

/* Where the file ends and what its trailer says; references as texts, in the arena. */
typedef struct pdf_base_tail {
    uint64_t table;                    /* the offset of the last table of objects */
    bool as_stream;                    /* which is a stream */
    uint32_t size;                     /* the first object number that is not in use */
    q_str root, info, first_id, pages; /* info and first_id may be empty */
    uint32_t root_number, pages_number;
    uint16_t root_generation, pages_generation;
} pdf_base_tail;

Q_MUST_USE q_code pdf_base__tail(pdf_base *b, q_arena *a, pdf_base_tail *out, q_err *err);

/* Append a dictionary's entries but those named (NULL-terminated). */
void pdf_base__put_entries(pdf_base *b, qpdf_oh dictionary, const char *const *without, q_buf *out);
/* An entry of the document's description ("/Title") as UTF-8; empty without one. In the arena. */
q_str pdf_base__info(pdf_base *b, const char *key, q_arena *a);

qpdf_data pdf_base__handle(pdf_base *b);

#endif
