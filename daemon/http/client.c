#include "http/client.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

enum { ANSWER_MOST = 16 << 20 };

void http_answer_free(struct http_answer *answer)
{
    free(answer->body);
    answer->body = NULL;
    answer->size = 0;
}

struct taking {
    struct http_answer *answer;
    bool too_long, out_of_memory;
};

static size_t take(char *bytes, size_t one, size_t count, void *context)
{
    struct taking *taking = context;
    struct http_answer *answer = taking->answer;
    size_t size = one * count;
    taking->too_long = size > ANSWER_MOST - answer->size;
    char *grown = taking->too_long ? NULL : realloc(answer->body, answer->size + size + 1);
    taking->out_of_memory = !grown && !taking->too_long;
    if (!grown)
        return CURL_WRITEFUNC_ERROR;
    memcpy(grown + answer->size, bytes, size);
    answer->body = grown;
    answer->size += size;
    grown[answer->size] = '\0';
    return size;
}

// Why it did not come to an answer, in the words that errors of the system have elsewhere.
static int unanswered(CURL *curl, CURLcode code, const struct taking *taking, const char *where)
{
    long number = 0;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_OUT_OF_MEMORY || taking->out_of_memory)
        return fault(STATUS_NOMEM, "out of memory");
    const char *why = taking->too_long                                       ? "the answer does not end"
                      : code == CURLE_OPERATION_TIMEDOUT                     ? "no answer in time"
                      : code == CURLE_COULDNT_CONNECT && number != 0         ? strerror((int)number)
                      : code == CURLE_OK || code == CURLE_UNSUPPORTED_PROTOCOL ||
                              code == CURLE_WEIRD_SERVER_REPLY               ? "what answers there is not guanxid"
                                                                             : curl_easy_strerror(code);
    return fault(STATUS_UNAVAILABLE, "%s: %s", where, why);
}

// `address` as it is in a URL; `local`: the socket to go to in its place, or NULL.
static CURLcode prepare(CURL *curl, const char *address, const char *local, const char *path, int64_t timeout_us,
                        struct taking *taking)
{
    char url[512];
    snprintf(url, sizeof url, "http://%s%s%s", *address == ':' ? "localhost" : "", address, path);
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);
    if (code == CURLE_OK && local)
        code = curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, local);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_NOPROXY, "*"); // whatever the environment says
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(timeout_us / 1000));
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, taking);
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) : code;
}

static int get(CURL *curl, const char *address, const char *local, const char *path, int64_t timeout_us,
               struct http_answer *answer)
{
    struct taking taking = {.answer = answer};
    long status = 0;
    curl_easy_reset(curl);
    CURLcode code = prepare(curl, address, local, path, timeout_us, &taking);
    if (code == CURLE_OK)
        code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (unsigned)status;
    if (status != 0 && answer->body)
        return 0;
    http_answer_free(answer);
    return unanswered(curl, code, &taking, local ? local : address);
}

int http_get(const char *listen, const char *local, const char *path, int64_t timeout_us, struct http_answer *answer)
{
    *answer = (struct http_answer){0};
    CURL *curl = curl_easy_init();
    if (!curl)
        return fault(STATUS_NOMEM, "out of memory");
    int status = *listen ? get(curl, listen, NULL, path, timeout_us, answer) : STATUS_UNAVAILABLE;
    if (status == STATUS_UNAVAILABLE && *local)
        status = get(curl, "localhost", local, path, timeout_us, answer);
    curl_easy_cleanup(curl);
    return status;
}
