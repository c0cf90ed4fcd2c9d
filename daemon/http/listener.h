// Sockets to listen on.
#ifndef GUANXI_DAEMON_HTTP_LISTENER_H
#define GUANXI_DAEMON_HTTP_LISTENER_H

// A listening socket; -1 with a fault message: it cannot be had now.
int listener_tcp(const char *listen);
// Of a file that nobody listens on any more the name is taken over.
int listener_unix(const char *path);

#endif
