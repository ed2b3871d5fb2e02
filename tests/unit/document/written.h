/* A page as its lines are written: for the tests of what is read from words in places. */
#ifndef Q_TEST_WRITTEN_H
#define Q_TEST_WRITTEN_H

#include "document/page.h"
#include "test.h"

/* Pages of 600 x 800 points in a type of 10 points, drawn as text: each line a word's left edge,
 * its baseline's row and its text.
 */
typedef struct put {
    double x, y;
    const char *text; /* a line: its words with single blanks */
} put;

enum { MAX_WORDS = 200 };

static inline q_page page_of(const put *lines, size_t n)
{
    q_page p = {.width_pt = 600, .height_pt = 800, .marked = true, .from_text_layer = true};

    p.words = q_arena_array(q_test_arena(), MAX_WORDS, sizeof *p.words);
    p.lines = q_arena_array(q_test_arena(), n + 1, sizeof *p.lines);
    for (size_t i = 0; i < n; i++) {
        q_line *l = &p.lines[p.line_count++];
        q_str rest = q_str_of(lines[i].text), word;
        double x = lines[i].x;

        *l = (q_line){.text = rest, .first_word = p.word_count, .confidence = 99};
        while (rest.n) {
            q_str_cut(rest, ' ', &word, &rest);
            CHECK(p.word_count < MAX_WORDS);
            p.words[p.word_count++] = (q_word){
                word, {x / 600, lines[i].y / 800, (double)word.n * 5 / 600, 10.0 / 800}, 99};
            x += (double)(word.n + 1) * 5;
            l->word_count++;
        }
        l->box = (q_box){lines[i].x / 600, lines[i].y / 800, (x - 5 - lines[i].x) / 600, 0.0125};
    }
    return p;
}

#endif
