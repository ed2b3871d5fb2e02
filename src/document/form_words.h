/* document/form_words.h - does this read like the name of something that is to be filled in? */
#ifndef Q_DOCUMENT_FORM_WORDS_H
#define Q_DOCUMENT_FORM_WORDS_H

#include "document/form_piece.h"

/* Sets a piece's key, label and number from its words alone. */
void form__words_judge(const form_sheet *s, form_piece *p);

/* Is this one of the words that forms name their fields with? */
bool form__label_word(q_str word);

/* "cc:", "Copies to": what is listed behind it are people, one a line. */
bool form__people_word(q_str word);

bool form__month_word(q_str word);

#endif
