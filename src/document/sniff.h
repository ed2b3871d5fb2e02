/* document/sniff.h - what kind of file these bytes are. */
#ifndef Q_DOCUMENT_SNIFF_H
#define Q_DOCUMENT_SNIFF_H

#include "document/document.h"

enum { SNIFF_BYTES = 1024 }; /* of the file's start are enough */

/* Fails with Q_INVALID for an empty file and Q_UNSUPPORTED for a kind we do
 * not read; the sentence names what it looks like.
 */
Q_MUST_USE q_code sniff__format(q_str head, q_format *out, q_err *err);

#endif
