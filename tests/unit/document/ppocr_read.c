#include "document/ppocr_read.h"

#include "test.h"

#include <string.h>

enum { NONE = 0, BLANK = 27, CLASSES = 28 };

static ppocr_alphabet letters(void)
{
    static const char list[] =
        "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns\nt\nu\nv\nw\n"
        "x\ny\nz\n";
    ppocr_alphabet out;

    CHECK_EQ(ppocr__alphabet(Q_STR(list), q_test_arena(), &out, NULL), Q_OK);
    return out;
}

/* What a model says of a line: a character a step, '-' none, '_' the blank, ':' none with the
 * blank near.
 */
static ppocr_text read_steps(const char *line)
{
    ppocr_alphabet alphabet = letters();
    size_t n = strlen(line);
    float *p = q_arena_array(q_test_arena(), n * CLASSES + 1, sizeof *p);
    ppocr_text out;

    for (size_t t = 0; t < n; t++) {
        float *step = p + t * CLASSES;

        if (line[t] >= 'a' && line[t] <= 'z')
            step[line[t] - 'a' + 1] = 0.75F;
        else if (line[t] == '_')
            step[BLANK] = 0.9F;
        else
            step[NONE] = 0.9F;
        if (line[t] == ':')
            step[BLANK] = 0.06F;
    }
    CHECK_EQ(ppocr__read(p, n, &alphabet, q_test_arena(), &out, NULL), Q_OK);
    return out;
}

static const char *joined(const ppocr_text *t)
{
    char *s = q_arena_alloc(q_test_arena(), 200);

    for (size_t i = 0; i < t->count; i++) {
        if (i)
            strncat(s, "|", 2);
        strncat(s, t->words[i].text.p, t->words[i].text.n);
    }
    return s;
}

static void reads(const char *steps, const char *words)
{
    ppocr_text t = read_steps(steps);

    CHECK_STR(joined(&t), words);
}

TEST(a_character_that_stays_is_read_once)
{
    reads("-ttt-o--o-", "too");
    reads("hhelll-lo", "hello");
}

TEST(the_blank_parts_words)
{
    reads("-a-b-_-c_d", "ab|c|d");
    reads("__a__", "a");
    reads("a_a", "a|a");
}

TEST(a_blank_that_nearly_won_parts_words_too)
{
    reads("ab:cd", "ab|cd");
    reads("ab-:-cd", "ab|cd");
    reads(":ab:", "ab");
}

TEST(letters_set_wide_apart_are_one_word)
{
    reads("a:b:c:d", "abcd");
    reads("a--b--c:d", "abcd");
    reads("a:b:c:::d:e", "abc|de");
}

TEST(a_line_without_characters_has_no_words)
{
    ppocr_text t = read_steps("--_--");

    CHECK_EQ(t.count, 0);
    CHECK_NEAR(t.confidence, 0, 0);
    CHECK_EQ(read_steps("").count, 0);
}

TEST(words_have_places_and_confidences)
{
    ppocr_text t = read_steps("-a-b-c--_--d-e--");

    CHECK_EQ(t.count, 2);
    CHECK_NEAR(t.words[0].from, 0.5, 1e-9); /* a character is two steps wide */
    CHECK_NEAR(t.words[0].to, 6.5, 1e-9);
    CHECK_NEAR(t.words[1].from, 10.5, 1e-9);
    CHECK_NEAR(t.words[1].to, 14.5, 1e-9);
    CHECK_NEAR(t.words[0].confidence, 0.75, 1e-6);
    CHECK_NEAR(t.confidence, 0.75, 1e-6);
    CHECK_EQ(t.characters, 5);
    CHECK_EQ(t.words[0].characters, 3);
}

TEST(words_close_together_meet_in_the_middle)
{
    ppocr_text t = read_steps("a---b_c---d");

    CHECK_EQ(t.count, 2);
    CHECK_NEAR(t.words[0].from, 0, 1e-9);
    CHECK_NEAR(t.words[0].to, 5.5, 1e-9);
    CHECK_NEAR(t.words[1].from, 5.5, 1e-9);
    CHECK_NEAR(t.words[1].to, 11, 1e-9);
}

TEST(an_alphabet_may_have_any_line_ends_and_bytes)
{
    ppocr_alphabet out;

    CHECK_EQ(ppocr__alphabet(Q_STR("!\r\n\xc3\xa4\r\n\xe6\x96\x87"), q_test_arena(), &out, NULL),
             Q_OK);
    CHECK_EQ(out.count, 3);
    CHECK_STREQ(out.characters[0], "!");
    CHECK_STREQ(out.characters[1], "\xc3\xa4");
    CHECK_STREQ(out.characters[2], "\xe6\x96\x87");
    CHECK_EQ(ppocr__alphabet(Q_STR(""), q_test_arena(), &out, NULL), Q_INVALID);
}

TEST_MAIN("document/ppocr_read")
