/* service/textract_block.h - pages, and what was found on them, as Textract's blocks.
 *
 *     PAGE --CHILD--> LINE --CHILD--> WORD
 *          --CHILD--> TABLE --CHILD--> CELL --CHILD--> WORD, SELECTION_ELEMENT
 *                           --MERGED_CELL--> MERGED_CELL --CHILD--> CELL
 *                           --TABLE_TITLE--> TABLE_TITLE --CHILD--> WORD, and so TABLE_FOOTER
 *          --CHILD--> KEY_VALUE_SET (KEY) --VALUE--> KEY_VALUE_SET (VALUE); both --CHILD--> WORD
 *          --CHILD--> QUERY --ANSWER--> QUERY_RESULT
 *          --CHILD--> LAYOUT_... --CHILD--> LINE; LAYOUT_LIST --CHILD--> LAYOUT_TEXT
 *
 * A block's Id follows from what it is, its page and number there, and the document's words: the
 * same document has the same Ids whenever and however it is asked for.
 */
#ifndef Q_SERVICE_TEXTRACT_BLOCK_H
#define Q_SERVICE_TEXTRACT_BLOCK_H

#include "base/value.h"
#include "document/analysis.h"

/* A document to be turned into blocks. All of it is borrowed. */
typedef struct textract_document {
    const q_pages *pages;
    const q_analysis *analysis; /* NULL: words and lines alone */
    const q_value *queries;     /* the request's list of queries; NULL without questions */
    bool numbered;              /* blocks have the member Page */
    uint64_t seed;              /* textract__seed(pages) */
} textract_document;

uint64_t textract__seed(const q_pages *pages);

/* Append the blocks of one page, or of all, to `list`. What cannot be added shows at its root. */
void textract__page_blocks(const textract_document *d, size_t page, q_value *list);
void textract__blocks(const textract_document *d, q_value *list);

/* Add the member Geometry: the box, and its corners as a polygon. */
void textract__geometry(q_value *map, const q_page *page, q_box box);

/* ---- for the files that write kinds of blocks ------------------------------ */

/* What there can be on a page, for Ids. */
typedef enum block_kind {
    BLOCK_PAGE,
    BLOCK_LINE,
    BLOCK_WORD,
    BLOCK_TICK,
    BLOCK_TABLE,
    BLOCK_TITLE,
    BLOCK_FOOTER,
    BLOCK_CELL,
    BLOCK_MERGED,
    BLOCK_KEY,
    BLOCK_VALUE,
    BLOCK_QUERY,
    BLOCK_ANSWER,
    BLOCK_PART
} block_kind;

/* Where blocks of one page go. */
typedef struct block_page {
    const textract_document *document;
    const q_page *page;
    size_t index; /* of the page */
    q_value *list;
} block_page;

/* A new block with its type, Id and page; `confidence` below 0: none. */
q_value *block__add(const block_page *b, q_str type, block_kind kind, size_t number,
                    float confidence);
/* Of the relationships of `block` the one of this type, made when it is not there: its Ids. */
q_value *block__relation(q_value *block, q_str type);
/* Append the Id of block `number` of that kind on this page. */
void block__relate(const block_page *b, q_value *ids, block_kind kind, size_t number);
/* Words and ticks as CHILD, if there are any. Either may be NULL. */
void block__children(const block_page *b, q_value *block, const q_picks *words,
                     const q_picks *ticks);
void block__entity(q_value *block, q_str type);

void block__tables(const block_page *b, const q_tables *tables);

#endif
