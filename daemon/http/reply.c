#include "reply.h"

#include <stdlib.h>

static void add_policy(struct MHD_Response *response, const struct answer *answer)
{
    static const char nothing[] = "default-src 'none'; frame-ancestors 'none'";
    char policy[200];
    snprintf(policy, sizeof policy, "%s; base-uri 'none'; form-action 'self'; style-src 'nonce-%s'", nothing,
             answer->nonce);
    MHD_add_response_header(response, "Content-Security-Policy", answer->page ? policy : nothing);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
}

static void add_of_page(struct MHD_Response *response, const struct answer *answer)
{
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(response, "X-Frame-Options", "DENY");
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept-Language, Authorization, Cookie");
    if (answer->status == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"guanxid\"");
    if (answer->status == MHD_HTTP_SERVICE_UNAVAILABLE)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    if (*answer->cookie)
        MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, answer->cookie);
    if (answer->location)
        MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, answer->location);
}

struct MHD_Response *reply_make(struct answer *answer)
{
    struct MHD_Response *response =
        answer->text ? MHD_create_response_from_buffer(answer->size, answer->text, MHD_RESPMEM_MUST_FREE) : NULL;
    if (!response)
        free(answer->text);
    answer->text = NULL;
    if (!response)
        return NULL;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    add_policy(response, answer);
    if (answer->page)
        add_of_page(response, answer);
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    return response;
}

enum MHD_Result reply_send(struct MHD_Connection *connection, struct answer *answer)
{
    struct MHD_Response *response = reply_make(answer);
    if (!response)
        return MHD_NO;
    enum MHD_Result queued = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}
