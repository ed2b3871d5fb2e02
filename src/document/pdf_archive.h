/* document/pdf_archive.h - PDF/A-2b (ISO 19005-2, level B): what such a file has, and what it must
 * not have.
 */
#ifndef DOCUMENT_PDF_ARCHIVE_H
#define DOCUMENT_PDF_ARCHIVE_H

#include "document/pdf_base.h"
#include "document/pdf_out.h"

/* Refuse a PDF that holds what an archive must not, with the first such thing in the sentence
 * (Q_UNSUPPORTED): fonts that are not embedded, scripts and other actions, attached files, sound,
 * film and 3D, PostScript, four inks without a profile, transfer functions, pictures with
 * alternatives or smoothing. What is drawn in its colours and fonts themselves is not judged.
 */
Q_MUST_USE q_code pdf_archive__check(pdf_base *b, q_err *err);

/* What a document says about itself; each may be empty. */
typedef struct pdf_archive_info {
    q_str title, author, subject, keywords, creator;
} pdf_archive_info;

/* Write metadata (XMP) and the output intent (sRGB) with its profile, and append the catalog's
 * entries for them.
 */
Q_MUST_USE q_code pdf_archive__write(const pdf_archive_info *info, pdf_out *o, q_buf *catalog,
                                     q_err *err);

/* An sRGB profile (ICC 4), made from the standard's numbers. */
void pdf_archive__profile(q_buf *out);

#define PDF_ARCHIVE_PRODUCER "Quern " QUERN_VERSION

#endif
