// Who may see pages about people: who sends the token, or the cookie that was given for it.
#ifndef GUANXI_DAEMON_HTTP_TOKEN_H
#define GUANXI_DAEMON_HTTP_TOKEN_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { SESSION_BYTES = 32, SESSION_TEXT = 2 * SESSION_BYTES + 1, COOKIE_MAX = 160, NONCE_MAX = 33 };

struct gate {
    char *token; // owned; NULL: nobody may
    pthread_mutex_t mutex;
    char session[SESSION_TEXT]; // "": none was given yet
    int64_t session_us;         // when it was made
};

// The token is copied. False: memory is out.
bool gate_init(struct gate *gate, const char *token);
void gate_free(struct gate *gate);

// By texts of any length, compared in a time that says nothing of how they differ. NULL is nobody's.
bool gate_knows_token(const struct gate *gate, const char *token);
// A value of the header Authorization.
bool gate_knows_bearer(const struct gate *gate, const char *authorization);
// A value of the header Cookie.
bool gate_knows_cookie(struct gate *gate, const char *cookies);

// The value of Set-Cookie for who has shown the token. False: there is no randomness.
bool gate_let_in(struct gate *gate, char cookie[COOKIE_MAX]);

// So many random bytes in hexadecimal, with a NUL.
bool random_text(char *text, int bytes);

#endif
