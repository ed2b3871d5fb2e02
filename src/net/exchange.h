/* net/exchange.h - inside net/: the server's state, and what libmicrohttpd
 * calls for each request on it (net/exchange.c).
 */
#ifndef Q_NET_EXCHANGE_H
#define Q_NET_EXCHANGE_H

#include "net/server.h"
#include "net/watch.h"

#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>

struct q_server {
    q_server_handler handler;
    q_server_limits limits;
    q_arena *arena; /* of the certificate */
    watch *watch;
    struct MHD_Daemon *mhd;
    int listener;
    unsigned port;
    char address[NI_MAXHOST + 16];
    bool tls;
    atomic_bool stopping;
    pthread_mutex_t mu;
    pthread_cond_t answered; /* away became 0 */
    size_t away;             /* under mu: exchanges handed to other threads */
};

/* A request line came: makes the q_exchange, which is then the request's
 * state. `ctx` is the q_server in all of these.
 */
void *exchange__target(void *ctx, const char *target, struct MHD_Connection *mhd);
/* Called for the head, for every piece of the body, and at its end. */
enum MHD_Result exchange__request(void *ctx, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state);
void exchange__completed(void *ctx, struct MHD_Connection *mhd, void **state,
                         enum MHD_RequestTerminationCode how);

#endif
