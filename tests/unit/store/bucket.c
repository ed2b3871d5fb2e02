#include "store/bucket.h"

#include "store/shelf.h"

TEST_MAIN("store/bucket")

TEST(create_get_list_delete)
{
    shelf s = shelf_open(q_test_dir());
    q_arena *a = q_test_arena();
    q_bucket b, *list;
    size_t n;
    q_err e;

    bucket_make(&s, "two");
    bucket_make(&s, "one");
    CHECK_EQ(q_bucket_create(s.objects, &(q_bucket){.name = Q_STR("one"), .region = Q_STR("")}, &e),
             Q_EXISTS);
    CHECK_STR(e.msg, "bucket one exists");
    DO(q_bucket_get(s.objects, Q_STR("one"), a, &b, err));
    CHECK_STREQ(b.region, "us-east-1");
    CHECK_EQ(q_bucket_get(s.objects, Q_STR("three"), a, &b, &e), Q_NOTFOUND);
    DO(q_bucket_list(s.objects, Q_STR(""), 10, a, &list, &n, err));
    CHECK_EQ(n, 2);
    CHECK_STREQ(list[0].name, "one");
    put(&s, "one", "k", Q_STR("x"));
    CHECK_EQ(q_bucket_delete(s.objects, Q_STR("one"), &e), Q_BUSY);
    DO(q_bucket_delete(s.objects, Q_STR("two"), err));
    CHECK_EQ(q_bucket_delete(s.objects, Q_STR("two"), &e), Q_NOTFOUND);
    shelf_close(&s);
}

TEST(a_deleted_bucket_takes_its_uploads_along)
{
    shelf s = shelf_open(q_test_dir());
    q_arena *a = q_test_arena();
    q_upload u;
    q_part part;

    bucket_make(&s, "b");
    DO(q_upload_create(s.objects, Q_STR("b"), Q_STR("k"), Q_STR("{}"), 1, a, &u, err));
    for (uint32_t n = 1; n < 3; n++) {
        q_writer *w = NULL;

        DO(q_upload_writer(s.objects, &u, n, n == 1 ? 4 : -1, &w, err));
        DO(q_writer_put(w, Q_STR("part"), err));
        DO(q_upload_part_put(s.objects, w, Q_STR(""), 1, &part, err));
        q_writer_free(w);
    }
    CHECK_EQ(files(&s), 2);
    DO(q_bucket_delete(s.objects, Q_STR("b"), err));
    CHECK_EQ(files(&s), 0);
    shelf_close(&s);
}
