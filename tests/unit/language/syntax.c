#include "language/syntax.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "test.h"

static void free_models(void *l)
{
    q_language_free(l);
}

/* Those of the running test. */
static const q_language *models(void)
{
    q_language *l;

    CHECK_EQ(q_language_open(&l, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), free_models, l), Q_OK);
    return l;
}

/* "word/TAG word/TAG" */
static q_str tagged(q_str text)
{
    q_arena *a = q_test_arena();
    q_buf b = q_buf_init(a, 1 << 20);
    q_tokens t;
    q_syntax_token *v;
    size_t n;
    uint32_t end = 0;
    q_str out;

    CHECK_EQ(q_tokens_of(text, a, &t, NULL), Q_OK);
    CHECK_EQ(q_syntax_tag_all(models(), &t, a, &v, &n, NULL), Q_OK);
    for (size_t i = 0; i < n; i++) {
        CHECK(v[i].score > 0 && v[i].score <= 1);
        CHECK(v[i].point >= end && v[i].points > 0);
        CHECK_EQ(q_utf8_count((q_str){text.p, (size_t)(v[i].text.p - text.p)}), v[i].point);
        CHECK_EQ(q_utf8_count(v[i].text), v[i].points);
        end = v[i].point + v[i].points;
        q_buf_printf(&b, "%s%.*s/%s", i ? " " : "", Q_ARG(v[i].text), q_syntax_tag_name(v[i].tag));
    }
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(syntax_of_a_sentence)
{
    CHECK_STREQ(tagged(Q_STR("The old mill grinds our grain slowly.")),
                "The/DET old/ADJ mill/NOUN grinds/VERB our/PRON grain/NOUN slowly/ADV ./PUNCT");
    CHECK_STREQ(tagged(Q_STR("She went to Paris because it was sunny")),
                "She/PRON went/VERB to/ADP Paris/PROPN because/SCONJ it/PRON was/AUX sunny/ADJ");
}

TEST(syntax_parts_contractions_and_joins_abbreviations)
{
    CHECK_STREQ(tagged(Q_STR("I don't know, we'll see")),
                "I/PRON do/AUX n't/PART know/VERB ,/PUNCT we/PRON 'll/AUX see/VERB");
    CHECK_STREQ(tagged(Q_STR("Mr. Smith cannot wait...")),
                "Mr./PROPN Smith/PROPN can/AUX not/PART wait/VERB .../PUNCT");
    CHECK_STREQ(tagged(Q_STR("we don\xE2\x80\x99t")), "we/PRON do/AUX n\xE2\x80\x99t/PART");
}

TEST(syntax_takes_any_bytes)
{
    tagged(Q_STR(""));
    tagged(Q_STR("a\0b \xFF\xFE \xF0\x9F\x98\x80 \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE6\x97\xA5"));
    tagged(Q_STR("'s n't 'm . . .... ---- @ x@y.zz http://a.b/c"));
}

TEST(syntax_fails_cleanly_when_the_arena_is_full)
{
    const q_language *l = models();
    bool done = false;

    for (size_t limit = 0; !done && limit < 1 << 20; limit += 997) {
        q_arena *a = q_arena_new(limit);
        q_tokens t;
        q_syntax_token *v;
        size_t n;
        q_code rc = q_tokens_of(Q_STR("Dr. No doesn't grind"), a, &t, NULL);

        if (!rc)
            rc = q_syntax_tag_all(l, &t, a, &v, &n, NULL);
        CHECK(rc == Q_OK || rc == Q_NOMEM);
        done = rc == Q_OK;
        q_arena_free(a);
    }
    CHECK(done);
}

TEST_MAIN("language/syntax")
