#include "token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/clock.h"

#define COOKIE_NAME "guanxi_session"
#define SESSION_LIFE_US (INT64_C(12) * 3600 * 1000 * 1000)

enum { RANDOM_MOST = 64 };

bool random_text(char *text, int bytes)
{
    unsigned char random[RANDOM_MOST];
    if (bytes > RANDOM_MOST || getrandom(random, (size_t)bytes, 0) != bytes)
        return false;
    for (int i = 0; i < bytes; i++)
        snprintf(text + 2 * (size_t)i, 3, "%02x", random[i]);
    explicit_bzero(random, sizeof random);
    return true;
}

bool gate_init(struct gate *gate, const char *token)
{
    *gate = (struct gate){.token = token ? strdup(token) : NULL};
    pthread_mutex_init(&gate->mutex, NULL);
    return gate->token || !token;
}

void gate_free(struct gate *gate)
{
    if (gate->token)
        explicit_bzero(gate->token, strlen(gate->token));
    free(gate->token);
    explicit_bzero(gate->session, sizeof gate->session);
    pthread_mutex_destroy(&gate->mutex);
}

// Every byte of what is given is looked at, whatever the others were.
static bool is_same(const char *secret, const char *given, size_t size)
{
    size_t length = strlen(secret);
    unsigned char differs = length != size;
    for (size_t i = 0; i < size; i++)
        differs |= (unsigned char)(given[i] ^ secret[length ? i % length : 0]);
    return differs == 0;
}

bool gate_knows_token(const struct gate *gate, const char *token)
{
    return gate->token && token && is_same(gate->token, token, strlen(token));
}

bool gate_knows_bearer(const struct gate *gate, const char *authorization)
{
    static const char scheme[] = "Bearer ";
    if (!authorization || strncasecmp(authorization, scheme, strlen(scheme)) != 0)
        return false;
    authorization += strlen(scheme);
    return gate_knows_token(gate, authorization + strspn(authorization, " "));
}

bool gate_knows_cookie(struct gate *gate, const char *cookies)
{
    static const char name[] = COOKIE_NAME "=";
    bool known = false;
    pthread_mutex_lock(&gate->mutex);
    bool holds = *gate->session && clock_monotonic_us() - gate->session_us < SESSION_LIFE_US;
    for (const char *at = holds ? cookies : NULL; at && *at && !known;) {
        at += strspn(at, "; ");
        size_t size = strcspn(at, ";");
        if (strncmp(at, name, strlen(name)) == 0)
            known = is_same(gate->session, at + strlen(name), size - strlen(name));
        at += size;
    }
    pthread_mutex_unlock(&gate->mutex);
    return known;
}

bool gate_let_in(struct gate *gate, char cookie[COOKIE_MAX])
{
    pthread_mutex_lock(&gate->mutex);
    int64_t now = clock_monotonic_us();
    bool made = *gate->session && now - gate->session_us < SESSION_LIFE_US / 2;
    if (!made) {
        made = random_text(gate->session, SESSION_BYTES);
        gate->session_us = now;
    }
    snprintf(cookie, COOKIE_MAX, COOKIE_NAME "=%s; Path=/; HttpOnly; SameSite=Strict", gate->session);
    pthread_mutex_unlock(&gate->mutex);
    return made;
}
