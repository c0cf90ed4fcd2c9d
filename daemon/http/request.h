// A request for a page, as far as pages look at it.
#ifndef GUANXI_DAEMON_HTTP_REQUEST_H
#define GUANXI_DAEMON_HTTP_REQUEST_H

#include "http/page.h"

enum { PATH_MAX_BYTES = 32, ARGUMENT_MAX = 1025, FORM_MAX = 1025 };

struct request {
    char path[PATH_MAX_BYTES];
    bool post;
    bool bad; // what was given is too long, or no text
    bool json;
    bool known; // whoever asks has the token
    enum page_language language;
    bool chosen;                   // by ?lang=
    const char *name;              // of the argument that the path takes; NULL: none
    char argument[ARGUMENT_MAX];   // "": not given
    int64_t after;                 // the number that a list goes on after; 0: from its beginning; -1: no number
    char form[FORM_MAX];           // the body of a POST
};

// The language of an Accept-Language header, or NULL, by its weights; English where neither is named.
enum page_language request_language(const char *accept);

// Takes an argument of the query over: bad where it does not fit or is not UTF-8. NULL: not given.
void request_argument(struct request *request, const char *value);
// The same for ?after=.
void request_after(struct request *request, const char *value);

// The value of a field of the form, decoded; NULL: there is none. Changes the form.
char *request_field(struct request *request, const char *name);

#endif
