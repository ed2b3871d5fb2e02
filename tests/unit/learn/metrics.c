#include "learn/metrics.h"

#include "test.h"

#include <math.h>

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

/* Three classes: 5 of a, of which 4 are found; 2 of b, both found; none of c. */
static q_confusion sample(void)
{
    static const size_t PAIRS[][2] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1}};
    q_confusion c;
    q_err err;

    CHECK_EQ(q_confusion_init(&c, 3, q_test_arena(), &err), Q_OK);
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++)
        q_confusion_add(&c, PAIRS[i][0], PAIRS[i][1]);
    return c;
}

TEST(metrics_of_a_class)
{
    q_confusion c = sample();
    q_scores a = q_confusion_class(&c, 0), b = q_confusion_class(&c, 1);

    CHECK(near(a.precision, 1) && near(a.recall, 0.8) && near(a.f1, 8.0 / 9) && a.support == 5);
    CHECK(near(b.precision, 2.0 / 3) && near(b.recall, 1) && near(b.f1, 0.8) && b.support == 2);
}

TEST(metrics_over_all_classes)
{
    q_confusion c = sample();
    q_scores mean = q_confusion_macro(&c);

    CHECK(near(q_confusion_accuracy(&c), 6.0 / 7));
    CHECK(near(mean.precision, 5.0 / 6) && near(mean.recall, 0.9));
    CHECK_EQ(mean.support, 7);
}

TEST(metrics_of_nothing_are_nothing)
{
    q_confusion c;
    q_err err;

    CHECK_EQ(q_confusion_init(&c, 2, q_test_arena(), &err), Q_OK);
    CHECK(near(q_confusion_accuracy(&c), 0) && near(q_confusion_macro(&c).f1, 0));
    CHECK(near(q_scores_of(0, 0, 0).precision, 0));
}

TEST(metrics_refuse_a_table_without_room)
{
    q_confusion c;
    q_err err;

    CHECK_EQ(q_confusion_init(&c, SIZE_MAX / 2, q_test_arena(), &err), Q_LIMIT);
}

TEST_MAIN("learn/metrics")
