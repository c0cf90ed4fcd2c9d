// Answers as libmicrohttpd sends them.
#ifndef GUANXI_DAEMON_HTTP_REPLY_H
#define GUANXI_DAEMON_HTTP_REPLY_H

#include <microhttpd.h>

#include "answer.h"

// Takes the text of the answer over. NULL: memory is out.
struct MHD_Response *reply_make(struct answer *answer);
// Sends it; MHD_NO, which closes the connection, when memory is out.
enum MHD_Result reply_send(struct MHD_Connection *connection, struct answer *answer);

#endif
