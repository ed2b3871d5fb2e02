#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = 16, FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

typedef struct block {
    struct block *next;
    size_t size, used; /* of data */
    _Alignas(ALIGN) unsigned char data[];
} block;

typedef struct deferred {
    struct deferred *next;
    void (*fn)(void *);
    void *arg;
} deferred;

struct q_arena {
    block *blocks; /* newest first; all but a large one are filled in turn */
    deferred *deferred;
    size_t limit, used, next_size;
};

q_arena *q_arena_new(size_t limit)
{
    q_arena *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    a->limit = limit;
    a->next_size = FIRST_BLOCK;
    return a;
}

void q_arena_free(q_arena *a)
{
    if (!a)
        return;
    for (deferred *d = a->deferred; d; d = d->next)
        d->fn(d->arg);
    for (block *b = a->blocks; b;) {
        block *next = b->next;

        ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
        free(b);
        b = next;
    }
    free(a);
}

static block *block_new(size_t size)
{
    block *b;

    if (size > SIZE_MAX - sizeof *b)
        return NULL;
    b = calloc(1, sizeof *b + size);
    if (!b)
        return NULL;
    b->size = size;
    ASAN_POISON_MEMORY_REGION(b->data, size);
    return b;
}

/* A block with at least `size` bytes free at its end. */
static block *block_for(q_arena *a, size_t size)
{
    block *b = a->blocks;

    if (b && b->size - b->used >= size)
        return b;
    if (size > a->next_size / 2) { /* its own block; keep filling the current one */
        b = block_new(size);
        if (!b)
            return NULL;
        if (a->blocks) {
            b->next = a->blocks->next;
            a->blocks->next = b;
        } else {
            a->blocks = b;
        }
        return b;
    }
    b = block_new(a->next_size);
    if (!b)
        return NULL;
    if (a->next_size < LARGEST_BLOCK)
        a->next_size *= 2;
    b->next = a->blocks;
    a->blocks = b;
    return b;
}

void *q_arena_alloc(q_arena *a, size_t size)
{
    size_t rounded;
    block *b;
    void *p;

    if (size > SIZE_MAX - ALIGN)
        return NULL;
    rounded = size ? (size + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
    if (rounded > a->limit - a->used)
        return NULL;
    b = block_for(a, rounded);
    if (!b)
        return NULL;
    p = b->data + b->used;
    b->used += rounded;
    a->used += rounded;
    ASAN_UNPOISON_MEMORY_REGION(p, size);
    return p;
}

void *q_arena_array(q_arena *a, size_t n, size_t size)
{
    size_t bytes;

    return q_size_mul(&bytes, n, size) ? q_arena_alloc(a, bytes) : NULL;
}

static bool grown_cap(size_t *cap, size_t need)
{
    size_t want = *cap ? *cap : 8;

    while (want < need) {
        if (want > SIZE_MAX / 2)
            return false;
        want *= 2;
    }
    *cap = want;
    return true;
}

q_code q_arena_grow(q_arena *a, void *items, size_t *cap, size_t need, size_t size)
{
    void *old, *fresh;
    size_t want = *cap;

    if (need <= *cap)
        return Q_OK;
    if (!grown_cap(&want, need))
        return Q_NOMEM;
    fresh = q_arena_array(a, want, size);
    if (!fresh)
        return Q_NOMEM;
    memcpy(&old, items, sizeof old);
    if (old)
        memcpy(fresh, old, *cap * size);
    memcpy(items, &fresh, sizeof fresh);
    *cap = want;
    return Q_OK;
}

q_code q_heap_grow(void *items, size_t *cap, size_t need, size_t size)
{
    void *old, *fresh;
    size_t want = *cap, bytes;

    if (need <= *cap)
        return Q_OK;
    if (!grown_cap(&want, need) || !q_size_mul(&bytes, want, size))
        return Q_NOMEM;
    memcpy(&old, items, sizeof old);
    fresh = realloc(old, bytes);
    if (!fresh)
        return Q_NOMEM;
    memcpy(items, &fresh, sizeof fresh);
    *cap = want;
    return Q_OK;
}

q_code q_arena_defer(q_arena *a, void (*fn)(void *), void *arg)
{
    deferred *d = q_arena_alloc(a, sizeof *d);

    if (!d) {
        fn(arg);
        return Q_NOMEM;
    }
    *d = (deferred){a->deferred, fn, arg};
    a->deferred = d;
    return Q_OK;
}

size_t q_arena_used(const q_arena *a)
{
    return a->used;
}

bool q_size_mul(size_t *out, size_t n, size_t size)
{
    return !__builtin_mul_overflow(n, size, out);
}
