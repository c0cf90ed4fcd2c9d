// The publisher: a thread that sends released messages in their order and deletes them when the broker has
// them. A crash between the two sends them again, with the same ids and bytes.
#ifndef GUANXI_DAEMON_APP_PUBLISHER_H
#define GUANXI_DAEMON_APP_PUBLISHER_H

#include "app/shared.h"

struct publisher {
    struct shared *shared;
    struct store *store; // owned by the engine
    struct sink *sink;
    pthread_t thread;
    VECTOR(int32_t) homes;
    VECTOR(struct sink_message) messages;
    struct arena arena;    // of rows that are to be sent
    struct arena payloads; // of the messages made of some of them
    int64_t tried; // highest seq handed to the sink so far
    bool connected;
};

// What start and join begin and end with, for who drives the rounds himself.
void publisher_init(struct publisher *publisher, struct shared *shared, struct store *store, struct sink *sink);
void publisher_free(struct publisher *publisher);

int publisher_start(struct publisher *publisher, struct shared *shared, struct store *store, struct sink *sink);
void publisher_join(struct publisher *publisher);
// Sends what is there, once. 1: there may be more; 0: nothing left or it has to wait; negative: fatal.
int publisher_round(struct publisher *publisher);

#endif
