// What is answered to a request.
#ifndef GUANXI_DAEMON_HTTP_ANSWER_H
#define GUANXI_DAEMON_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer {
    unsigned status;
    const char *type;
    char *text; // owned; NULL: memory is out
    size_t size;
};

// `verbose`: lines that say what each check found.
struct answer answer_metrics(void);
struct answer answer_alive(int64_t patience_us);
struct answer answer_ready(bool verbose);
struct answer answer_index(void);
struct answer answer_not_found(void);
struct answer answer_not_allowed(void);

#endif
