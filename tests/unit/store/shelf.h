/* What the tests of objects share: a store in a fresh folder, small verbs that
 * fail the test when they fail.
 */
#ifndef Q_TEST_SHELF_H
#define Q_TEST_SHELF_H

#include "base/file.h"
#include "store/bucket.h"
#include "store/listing.h"
#include "store/upload.h"
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct shelf {
    const char *dir;
    q_catalog *catalog;
    q_objects *objects;
} shelf;

#define DO(call)                                                                                   \
    do {                                                                                           \
        q_err err_ = {0};                                                                          \
        q_err *err = &err_;                                                                        \
        if (call)                                                                                  \
            q_test_fail(__FILE__, __LINE__, "%s: %s", #call, err_.msg);                            \
    } while (0)

static inline shelf shelf_open(const char *dir)
{
    shelf s = {.dir = dir};

    DO(q_catalog_open(dir, &s.catalog, err));
    DO(q_objects_open(dir, s.catalog, &s.objects, err));
    return s;
}

static inline void shelf_close(shelf *s)
{
    q_objects_close(s->objects);
    q_catalog_close(s->catalog);
}

static inline void bucket_make(shelf *s, const char *name)
{
    DO(q_bucket_create(
        s->objects,
        &(q_bucket){.name = q_str_of(name), .region = Q_STR("us-east-1"), .created_ms = 1}, err));
}

static inline q_object_put put_as(const char *bucket, const char *key)
{
    return (q_object_put){.bucket = q_str_of(bucket),
                          .key = q_str_of(key),
                          .attributes = Q_STR("{}"),
                          .now_ms = 1000};
}

static inline q_code try_put(shelf *s, const q_object_put *put, q_str bytes, q_err *err)
{
    q_writer *w = NULL;
    q_code rc = q_writer_new(s->objects, &w, err);

    if (!rc)
        rc = q_writer_put(w, bytes, err);
    if (!rc)
        rc = q_object_put_written(s->objects, w, put, NULL, err);
    q_writer_free(w);
    return rc;
}

static inline void put(shelf *s, const char *bucket, const char *key, q_str bytes)
{
    q_object_put p = put_as(bucket, key);

    DO(try_put(s, &p, bytes, err));
}

/* The bytes of an object, or .p NULL without one. */
static inline q_str get(shelf *s, const char *bucket, const char *key)
{
    q_object found;
    q_str bytes = Q_STR("");
    int fd = -1;
    q_err e;
    q_code rc =
        q_object_open(s->objects, q_str_of(bucket), q_str_of(key), q_test_arena(), &found, &fd, &e);

    if (rc == Q_NOTFOUND)
        return (q_str){NULL, 0};
    CHECK_EQ(rc, Q_OK);
    if (fd >= 0)
        DO(q_fd_read_all(q_test_arena(), fd, (size_t)1 << 28, &bytes, err));
    q_fd_close(fd);
    return q_str_sub(bytes, 0, found.size);
}

/* Files below objects/, temporary ones included. */
static inline size_t files(const shelf *s)
{
    size_t n = 0;

    for (int i = -1; i < 256; i++) {
        q_str path = i < 0 ? q_str_printf(q_test_arena(), "%s/objects/tmp", s->dir)
                           : q_str_printf(q_test_arena(), "%s/objects/%02x", s->dir, (unsigned)i);
        DIR *d = opendir(path.p);

        CHECK(d != NULL);
        for (struct dirent *e; (e = readdir(d));)
            n += e->d_name[0] != '.';
        closedir(d);
    }
    return n;
}

#endif
