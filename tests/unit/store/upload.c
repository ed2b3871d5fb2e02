#include "store/upload.h"

#include "store/shelf.h"

TEST_MAIN("store/upload")

#define BUCKET Q_STR("b")
#define KEY Q_STR("k")

static shelf begun(q_upload *u)
{
    shelf s = shelf_open(q_test_dir());

    bucket_make(&s, "b");
    DO(q_upload_create(s.objects, BUCKET, KEY, Q_STR("{\"a\":1}"), 5, q_test_arena(), u, err));
    return s;
}

/* As a request does it: the upload is looked up anew. */
static void part(shelf *s, const q_upload *u, uint32_t number, const char *text, bool declared)
{
    q_str bytes = q_str_of(text);
    q_upload now;
    q_writer *w = NULL;
    q_part out;

    DO(q_upload_get(s->objects, BUCKET, KEY, u->id, q_test_arena(), &now, err));
    DO(q_upload_writer(s->objects, &now, number, declared ? (int64_t)bytes.n : -1, &w, err));
    DO(q_writer_put(w, bytes, err));
    DO(q_upload_part_put(s->objects, w, Q_STR("sum"), 7, &out, err));
    CHECK_EQ(out.size, bytes.n);
    q_writer_free(w);
}

/* Complete with the parts of these numbers and check the bytes. */
static void complete(shelf *s, const q_upload *u, const char *numbers, const char *want)
{
    q_arena *a = q_test_arena();
    q_object_put p = put_as("b", "k");
    q_part *all, chosen[10];
    size_t n, picked = 0;
    q_upload now;
    q_object out;
    size_t removed;

    DO(q_upload_get(s->objects, BUCKET, KEY, u->id, a, &now, err));
    DO(q_upload_parts(s->objects, u->id, 0, Q_PARTS_MAX, a, &all, &n, err));
    for (size_t i = 0; i < n; i++)
        if (strchr(numbers, '0' + (char)all[i].number))
            chosen[picked++] = all[i];
    CHECK_EQ(picked, strlen(numbers));
    DO(q_upload_complete(s->objects, &now, chosen, picked, &p, a, &out, err));
    CHECK_STREQ(get(s, "b", "k"), want);
    CHECK_EQ(out.size, strlen(want));
    CHECK_EQ(files(s), *want != 0);
    DO(q_objects_sweep(s->objects, &removed, err));
    CHECK_EQ(removed, 0);
    CHECK_STREQ(get(s, "b", "k"), want);
}

TEST(parts_in_slots_are_the_object)
{
    q_upload u;
    shelf s = begun(&u);
    q_object found;

    part(&s, &u, 1, "aaaa", true);
    part(&s, &u, 3, "c", true); /* in any order */
    part(&s, &u, 2, "bbbb", true);
    CHECK_EQ(files(&s), 1);
    complete(&s, &u, "123", "aaaabbbbc");
    DO(q_object_find(s.objects, BUCKET, KEY, q_test_arena(), &found, err));
    CHECK_STREQ(found.file, q_str_printf(q_test_arena(), "%.*s", Q_ARG(u.file)).p);
    CHECK_STREQ(found.etag, "a9c476b5fec75a390001c002f476d08c-3");
    shelf_close(&s);
}

TEST(a_part_sent_again_wins)
{
    q_upload u;
    shelf s = begun(&u);

    part(&s, &u, 1, "aaaa", true);
    part(&s, &u, 2, "bb", true);
    part(&s, &u, 1, "AAAA", true);
    CHECK_EQ(files(&s), 2);
    part(&s, &u, 1, "XXXX", true);
    CHECK_EQ(files(&s), 2);
    complete(&s, &u, "12", "XXXXbb");
    shelf_close(&s);
}

TEST(parts_left_out_are_cut_off)
{
    q_upload u;
    shelf s = begun(&u);

    part(&s, &u, 1, "aaaa", true);
    part(&s, &u, 2, "bbbb", true);
    part(&s, &u, 3, "cccc", true);
    complete(&s, &u, "12", "aaaabbbb");
    shelf_close(&s);
}

TEST(parts_that_do_not_lie_in_slots_are_joined)
{
    const struct {
        const char *parts[4];
        const char *numbers, *want;
    } cases[] = {
        {{"c", "aaaa", "bbbb"}, "123", "caaaabbbb"},   /* a small one set the slot */
        {{"aaaa", "bb", "cccc"}, "123", "aaaabbcccc"}, /* a short one in the middle */
        {{"aaaa", "bbbb", "cccc"}, "13", "aaaacccc"},  /* a gap */
        {{"aaaa", "bbbb", "cccc"}, "2", "bbbb"},       /* not the first */
        {{"", "bbbb", ""}, "123", "bbbb"},
        {{"", ""}, "12", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        q_upload u;
        shelf s = begun(&u);

        for (uint32_t k = 0; cases[i].parts[k]; k++)
            part(&s, &u, k + 1, cases[i].parts[k], true);
        complete(&s, &u, cases[i].numbers, cases[i].want);
        shelf_close(&s);
    }
}

TEST(parts_of_unknown_length_go_apart)
{
    q_upload u;
    shelf s = begun(&u);

    part(&s, &u, 1, "aaaa", false);
    part(&s, &u, 2, "bbbb", false);
    complete(&s, &u, "12", "aaaabbbb");
    shelf_close(&s);
}

TEST(a_single_part_apart_becomes_the_object)
{
    q_upload u;
    shelf s = begun(&u);

    part(&s, &u, 1, "aaaa", false);
    complete(&s, &u, "1", "aaaa");
    shelf_close(&s);
}

TEST(a_slot_has_one_writer_at_a_time)
{
    q_upload u, now;
    shelf s = begun(&u);
    q_arena *a = q_test_arena();
    q_writer *slow = NULL;
    q_part out;
    q_err e;

    part(&s, &u, 2, "bbbb", true);
    DO(q_upload_get(s.objects, BUCKET, KEY, u.id, a, &now, err));
    DO(q_upload_writer(s.objects, &now, 1, 4, &slow, err));
    DO(q_writer_put(slow, Q_STR("ss"), err));
    part(&s, &u, 1, "aaaa", true);
    complete(&s, &u, "12", "aaaabbbb"); /* the slow one still holds the slot */
    DO(q_writer_put(slow, Q_STR("ss"), err));
    CHECK_EQ(q_upload_part_put(s.objects, slow, Q_STR(""), 1, &out, &e), Q_NOTFOUND);
    q_writer_free(slow);
    CHECK_STREQ(get(&s, "b", "k"), "aaaabbbb");
    shelf_close(&s);
}

TEST(a_late_writer_cannot_touch_the_object)
{
    q_upload u, stale;
    shelf s = begun(&u);
    q_writer *late = NULL;
    q_err e;

    part(&s, &u, 1, "aaaa", true);
    DO(q_upload_get(s.objects, BUCKET, KEY, u.id, q_test_arena(), &stale, err));
    complete(&s, &u, "1", "aaaa");
    CHECK_EQ(q_upload_writer(s.objects, &stale, 1, 4, &late, &e), Q_NOTFOUND);
    CHECK(late == NULL);
    shelf_close(&s);
}

TEST(abort_leaves_nothing)
{
    q_upload u, *list;
    shelf s = begun(&u);
    size_t n;
    q_err e;

    part(&s, &u, 1, "aaaa", true);
    part(&s, &u, 1, "bbbb", true);
    CHECK_EQ(q_upload_abort(s.objects, BUCKET, Q_STR("other"), u.id, &e), Q_NOTFOUND);
    DO(q_upload_list(s.objects, BUCKET, Q_STR("k"), Q_STR(""), Q_STR(""), 10, q_test_arena(), &list,
                     &n, err));
    CHECK_EQ(n, 1);
    CHECK_STREQ(list[0].key, "k");
    DO(q_upload_list(s.objects, BUCKET, Q_STR("kk"), Q_STR(""), Q_STR(""), 10, q_test_arena(),
                     &list, &n, err));
    CHECK_EQ(n, 0);
    DO(q_upload_abort(s.objects, BUCKET, KEY, u.id, err));
    CHECK_EQ(files(&s), 0);
    CHECK_EQ(q_upload_abort(s.objects, BUCKET, KEY, u.id, &e), Q_NOTFOUND);
    shelf_close(&s);
}

TEST(more_than_declared_is_refused)
{
    q_upload u;
    shelf s = begun(&u);
    q_writer *w = NULL;
    q_err e;

    DO(q_upload_writer(s.objects, &u, 1, 4, &w, err));
    CHECK_EQ(q_writer_put(w, Q_STR("12345"), &e), Q_LIMIT);
    q_writer_free(w);
    shelf_close(&s);
}
