#include "base/buf.h"
#include "base/digest.h"
#include "wire/sign_inner.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static q_str bytes32(const unsigned char key[32])
{
    return (q_str){(const char *)key, 32};
}

bool q_sign_key(q_str secret, q_str day, q_str region, q_str service, unsigned char key[32])
{
    q_buf first = q_buf_init(NULL, 4096);
    bool ok;

    q_buf_puts(&first, "AWS4");
    q_buf_put(&first, secret);
    ok = !first.rc && q_hmac_sha256(q_buf_str(&first), day, key) &&
         q_hmac_sha256(bytes32(key), region, key) && q_hmac_sha256(bytes32(key), service, key) &&
         q_hmac_sha256(bytes32(key), Q_STR("aws4_request"), key);
    q_buf_clear(&first);
    return ok;
}

enum { KEY_SLOTS = 64, KEY_NAME = 256 };

typedef struct key_slot {
    char name[KEY_NAME]; /* secret, day, region, service, each with a NUL behind */
    size_t name_n;       /* 0: empty */
    unsigned char key[32];
} key_slot;

struct q_sign_keys {
    pthread_mutex_t mu;
    key_slot slots[KEY_SLOTS]; /* under mu; by a hash of the name, the last one stays */
};

q_sign_keys *q_sign_keys_new(void)
{
    q_sign_keys *k = calloc(1, sizeof *k);

    if (k)
        pthread_mutex_init(&k->mu, NULL);
    return k;
}

void q_sign_keys_free(q_sign_keys *k)
{
    if (!k)
        return;
    pthread_mutex_destroy(&k->mu);
    explicit_bzero(k, sizeof *k);
    free(k);
}

/* 0 when it does not fit. */
static size_t name_join(char out[KEY_NAME], const q_str parts[4])
{
    size_t n = 0;

    for (int i = 0; i < 4; i++) {
        if (parts[i].n + 1 > KEY_NAME - n)
            return 0;
        if (parts[i].n)
            memcpy(out + n, parts[i].p, parts[i].n);
        n += parts[i].n;
        out[n++] = 0;
    }
    return n;
}

/* FNV-1a: spreads the few names there are. */
static size_t slot_of(const char *name, size_t n)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)name[i]) * 1099511628211u;
    return (size_t)(h >> 32) % KEY_SLOTS;
}

bool sign__key(q_sign_keys *k, q_str secret, const q_signature *s, unsigned char key[32])
{
    q_str parts[4] = {secret, s->day, s->region, s->service};
    char name[KEY_NAME];
    size_t n = k ? name_join(name, parts) : 0;
    key_slot *slot;
    bool hit;

    if (n == 0)
        return q_sign_key(secret, s->day, s->region, s->service, key);
    slot = &k->slots[slot_of(name, n)];
    pthread_mutex_lock(&k->mu);
    hit = q_equal_secret((q_str){slot->name, slot->name_n}, (q_str){name, n});
    if (hit)
        memcpy(key, slot->key, 32);
    pthread_mutex_unlock(&k->mu);
    if (hit)
        return true;
    if (!q_sign_key(secret, s->day, s->region, s->service, key))
        return false;
    pthread_mutex_lock(&k->mu);
    memcpy(slot->name, name, n);
    slot->name_n = n;
    memcpy(slot->key, key, 32);
    pthread_mutex_unlock(&k->mu);
    return true;
}
