/* service/textract_block.h - pages as Textract's blocks.
 *
 *     PAGE --CHILD--> LINE ... --CHILD--> WORD ...
 *
 * A document's blocks are numbered: of each page the PAGE, its LINEs, its
 * WORDs. A block's Id follows from its number and the document's text, so the
 * same document has the same Ids whenever and however it is asked for.
 */
#ifndef Q_SERVICE_TEXTRACT_BLOCK_H
#define Q_SERVICE_TEXTRACT_BLOCK_H

#include "base/value.h"
#include "document/page.h"

size_t textract__block_count(const q_pages *pages);

/* Append blocks [from, from + count), as far as there are any, to `list`;
 * `numbered` adds the member Page. What cannot be added shows at the root.
 */
void textract__blocks(const q_pages *pages, size_t from, size_t count, bool numbered,
                      q_value *list);

/* Add the member Geometry: the box, and its corners as a polygon. */
void textract__geometry(q_value *map, const q_page *page, q_box box);

#endif
