// What is answered to a request.
#ifndef GUANXI_DAEMON_HTTP_ANSWER_H
#define GUANXI_DAEMON_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "token.h"

struct answer {
    unsigned status;
    const char *type;
    char *text; // owned; NULL: memory is out
    size_t size;
    bool page;                // with what follows
    char nonce[NONCE_MAX];    // of its styles
    char cookie[COOKIE_MAX];  // to be set; "": none
    const char *location;     // where to go on; NULL: nowhere
};

// The text is written to a stream that answer_end closes. NULL: memory is out.
FILE *answer_begin(struct answer *answer);
void answer_end(struct answer *answer, FILE *out);

// `verbose`: lines that say what each check found.
struct answer answer_metrics(void);
struct answer answer_alive(int64_t patience_us);
struct answer answer_ready(bool verbose);
struct answer answer_index(void);
struct answer answer_not_found(void);
struct answer answer_not_allowed(void);

#endif
