/* The test program is its own spawner of hosts: run with --model-host it serves. */
#include "serving/served.h"

#include "base/clock.h"
#include "base/file.h"
#include "engine/graph.h"
#include "test.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- models, as their protobuf messages -------------------------------- */

typedef struct message {
    char p[2048];
    size_t n;
} message;

static void put_tag(message *m, unsigned field, unsigned wire, size_t value)
{
    unsigned key = field << 3 | wire;

    if (key > 127) {
        m->p[m->n++] = (char)((key & 127) | 128);
        key >>= 7;
    }
    m->p[m->n++] = (char)key;
    for (; value > 127; value >>= 7)
        m->p[m->n++] = (char)((value & 127) | 128);
    m->p[m->n++] = (char)value;
}

static void put_bytes(message *m, unsigned field, const void *p, size_t n)
{
    put_tag(m, field, 2, n);
    memcpy(m->p + m->n, p, n);
    m->n += n;
}

static void put_text(message *m, unsigned field, const char *s)
{
    put_bytes(m, field, s, strlen(s));
}

/* An input or output: float32 [N, 2]. */
static void put_port(message *graph, unsigned field, const char *name)
{
    message dim = {.n = 0}, shape = {.n = 0}, tensor = {.n = 0}, type = {.n = 0}, port = {.n = 0};

    put_text(&dim, 2, "N");
    put_bytes(&shape, 1, dim.p, dim.n);
    dim.n = 0;
    put_tag(&dim, 1, 0, 2);
    put_bytes(&shape, 1, dim.p, dim.n);
    put_tag(&tensor, 1, 0, 1);
    put_bytes(&tensor, 2, shape.p, shape.n);
    put_bytes(&type, 1, tensor.p, tensor.n);
    put_text(&port, 1, name);
    put_bytes(&port, 2, type.p, type.n);
    put_bytes(graph, field, port.p, port.n);
}

/* The nodes in `graph` with an input x and an output y, as a file. */
static int graph_fd(message *graph)
{
    message model = {.n = 0}, opset = {.n = 0};
    int fd = -1;

    put_text(graph, 2, "g");
    put_port(graph, 11, "x");
    put_port(graph, 12, "y");
    put_text(&opset, 1, "");
    put_tag(&opset, 2, 0, 13);
    put_tag(&model, 1, 0, 8);
    put_bytes(&model, 7, graph->p, graph->n);
    put_bytes(&model, 8, opset.p, opset.n);
    CHECK_EQ(q_fd_of_bytes("model", (q_str){model.p, model.n}, &fd, NULL), Q_OK);
    return fd;
}

/* y = first(x), or second(first(x, x), x). */
static int model_fd(const char *first, const char *second)
{
    message graph = {.n = 0}, node = {.n = 0};

    put_text(&node, 1, "x");
    if (second)
        put_text(&node, 1, "x");
    put_text(&node, 2, second ? "h" : "y");
    put_text(&node, 4, first);
    put_bytes(&graph, 1, node.p, node.n);
    if (second) {
        node.n = 0;
        put_text(&node, 1, "h");
        put_text(&node, 1, "x");
        put_text(&node, 2, "y");
        put_text(&node, 4, second);
        put_bytes(&graph, 1, node.p, node.n);
    }
    return graph_fd(&graph);
}

static int softmax_fd(void)
{
    message graph = {.n = 0}, node = {.n = 0}, axis = {.n = 0};

    put_text(&node, 1, "x");
    put_text(&node, 2, "y");
    put_text(&node, 4, "Softmax");
    put_text(&axis, 1, "axis");
    put_tag(&axis, 3, 0, 0);
    put_tag(&axis, 20, 0, 2);
    put_bytes(&node, 5, axis.p, axis.n);
    put_bytes(&graph, 1, node.p, node.n);
    return graph_fd(&graph);
}

/* ---- serving ----------------------------------------------------------- */

static q_served *serve(q_workers *w, int fd, size_t hosts, size_t batch, unsigned wait_ms)
{
    q_served_config config = {.hosts = hosts,
                              .threads = 1,
                              .max_batch = batch,
                              .max_wait_ms = wait_ms,
                              .open_timeout_ms = 20000,
                              .run_timeout_ms = 20000};
    q_served *s = NULL;
    q_err err = {.code = Q_OK};

    if (q_served_open(w, fd, &config, &s, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    q_fd_close(fd);
    return s;
}

static q_workers *workers(void)
{
    q_workers *w = NULL;

    CHECK_EQ(q_hosts_new(&w, NULL), Q_OK);
    return w;
}

/* One request of `rows` rows that count on from `from`. */
static q_code ask(q_served *s, size_t rows, float from, float *out, q_err *err)
{
    q_arena *a = q_arena_new(1 << 20);
    float v[64];
    q_tensor x = {Q_F32, {2, {rows, 2}}, v}, *y = NULL;
    size_t count = 0;
    q_code rc;

    for (size_t i = 0; i < rows * 2; i++)
        v[i] = from + (float)i;
    rc = q_served_run(s, &x, 1, a, &y, &count, err);
    if (!rc)
        memcpy(out, y->data, rows * 2 * sizeof *out);
    q_arena_free(a);
    return rc;
}

/* Over two rows that differ by two in each column. */
typedef struct row_caller {
    q_served *s;
    float from;
    int wrong;
} row_caller;

static void *call_softmax(void *arg)
{
    row_caller *c = arg;

    for (int i = 0; i < 20; i++) {
        float y[4] = {0};

        if (ask(c->s, 2, c->from, y, NULL) || y[0] < 0.11F || y[0] > 0.13F || y[3] < 0.87F ||
            y[3] > 0.89F)
            c->wrong++;
    }
    return NULL;
}

typedef struct caller {
    q_served *s;
    int number, wrong, crashed, other;
} caller;

static void *call_often(void *arg)
{
    caller *c = arg;

    for (int i = 0; i < 40; i++) {
        size_t rows = 1 + (size_t)(i % 3);
        float from = (float)(c->number * 1000 + i), y[64];
        q_code rc = ask(c->s, rows, from, y, NULL);

        if (rc == Q_CRASHED)
            c->crashed++;
        else if (rc)
            c->other++;
        for (size_t k = 0; !rc && k < rows * 2; k++)
            c->wrong += y[k] != 3 * (from + (float)k);
    }
    return NULL;
}

static void call_all(q_served *s, caller *c, int n, void (*meanwhile)(void))
{
    pthread_t threads[8];

    for (int i = 0; i < n; i++) {
        c[i] = (caller){.s = s, .number = i};
        CHECK_EQ(pthread_create(&threads[i], NULL, call_often, &c[i]), 0);
    }
    if (meanwhile)
        meanwhile();
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

TEST(served_model_tells_its_ports_and_answers)
{
    q_workers *w = workers();
    q_served *s = serve(w, model_fd("Relu", NULL), 1, 1, 0);
    const q_ports *p = q_served_ports(s);
    float y[4] = {0};
    char text[256];

    CHECK_EQ(p->input_count, 1);
    CHECK_STREQ(p->inputs[0].name, "x");
    CHECK_STR(q_port_text(&p->inputs[0], text), "float32 [N, 2]");
    CHECK_EQ(ask(s, 2, -1, y, NULL), Q_OK);
    CHECK_NEAR(y[0], 0, 0);
    CHECK_NEAR(y[3], 2, 0);
    q_served_unref(s);
    q_workers_free(w);
}

TEST(served_requests_are_joined_and_answered_each_for_itself)
{
    q_workers *w = workers();
    q_served *s = serve(w, model_fd("Add", "Add"), 1, 16, 5);
    caller c[8];
    q_served_stats st;

    call_all(s, c, 8, NULL);
    for (int i = 0; i < 8; i++) {
        CHECK_EQ(c[i].wrong, 0);
        CHECK_EQ(c[i].crashed + c[i].other, 0);
    }
    st = q_served_stats_of(s);
    CHECK_EQ(st.joining, Q_JOINING_ON);
    CHECK_EQ(st.requests, 8 * 40);
    CHECK(st.batches < st.requests);
    q_served_unref(s);
    q_workers_free(w);
}

/* Softmax along the first axis: what is joined shows. */
TEST(served_model_that_looks_at_its_batch_is_found_out)
{
    q_workers *w = workers();
    q_served *s = serve(w, softmax_fd(), 1, 16, 50);
    pthread_t threads[4];
    row_caller c[4];

    for (int i = 0; i < 4; i++) {
        c[i] = (row_caller){.s = s, .from = (float)i};
        CHECK_EQ(pthread_create(&threads[i], NULL, call_softmax, &c[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(c[i].wrong, 0);
    CHECK_EQ(q_served_stats_of(s).joining, Q_JOINING_OFF);
    q_served_unref(s);
    q_workers_free(w);
}

/* Children of our children that serve: their spawner is this program's. */
static void kill_hosts(void)
{
    char path[64], line[512];
    DIR *dir = opendir("/proc");
    struct dirent *e;
    struct timespec t = {0, 20000000};

    nanosleep(&t, NULL);
    while ((e = readdir(dir)) != NULL) {
        FILE *f;
        long parent = 0, grand = 0;

        if (e->d_name[0] < '1' || e->d_name[0] > '9')
            continue;
        snprintf(path, sizeof path, "/proc/%.20s/stat", e->d_name);
        f = fopen(path, "re");
        if (!f)
            continue;
        if (fgets(line, sizeof line, f) && strrchr(line, ')'))
            sscanf(strrchr(line, ')') + 1, " %*c %ld", &parent);
        fclose(f);
        snprintf(path, sizeof path, "/proc/%ld/stat", parent);
        f = parent > 1 ? fopen(path, "re") : NULL;
        if (!f)
            continue;
        if (fgets(line, sizeof line, f) && strrchr(line, ')'))
            sscanf(strrchr(line, ')') + 1, " %*c %ld", &grand);
        fclose(f);
        if (grand == getpid())
            kill(atoi(e->d_name), SIGKILL);
    }
    closedir(dir);
}

TEST(served_host_that_dies_costs_no_more_than_what_it_ran)
{
    q_workers *w = workers();
    q_served *s = serve(w, model_fd("Add", "Add"), 2, 16, 0);
    caller c[8];
    float y[2];
    int crashed = 0;

    call_all(s, c, 8, kill_hosts);
    for (int i = 0; i < 8; i++) {
        CHECK_EQ(c[i].wrong, 0);
        CHECK_EQ(c[i].other, 0);
        crashed += c[i].crashed;
    }
    CHECK(crashed <= 2); /* one a host; those joined were run again */
    kill_hosts();        /* idle ones cost nothing */
    CHECK_EQ(ask(s, 1, 1, y, NULL), Q_OK);
    CHECK(q_served_stats_of(s).restarts >= 1);
    q_served_unref(s);
    q_workers_free(w);
}

TEST(served_model_changes_its_hosts_while_it_answers)
{
    q_workers *w = workers();
    q_served *s = serve(w, model_fd("Add", "Add"), 1, 4, 0);
    pthread_t thread;
    caller c = {.s = s};

    CHECK_EQ(pthread_create(&thread, NULL, call_often, &c), 0);
    CHECK_EQ(q_served_resize(s, 3, NULL), Q_OK);
    CHECK_EQ(q_served_stats_of(s).hosts, 3);
    CHECK_EQ(q_served_resize(s, 1, NULL), Q_OK);
    pthread_join(thread, NULL);
    CHECK_EQ(c.wrong + c.crashed + c.other, 0);
    q_served_unref(s);
    q_workers_free(w);
}

TEST(served_refuses_what_is_no_model)
{
    q_workers *w = workers();
    q_served_config config = {
        .hosts = 1, .max_batch = 1, .open_timeout_ms = 20000, .run_timeout_ms = 1};
    q_served *s = NULL;
    q_err err = {.code = Q_OK};
    int fd = -1;

    CHECK_EQ(q_fd_of_bytes("model", Q_STR("\x1f\x8b no archive"), &fd, NULL), Q_OK);
    CHECK_EQ(q_served_open(w, fd, &config, &s, &err), Q_INVALID);
    CHECK_STR(err.msg, "the archive is damaged or cut short: gzip ends after 0 bytes");
    q_fd_close(fd);
    CHECK(s == NULL);
    q_workers_free(w);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], Q_HOST_COMMAND) == 0)
        return q_worker_main(q_host_tasks, q_host_task_count, NULL, NULL);
    return q_test_main("serving/served", argc, argv);
}
