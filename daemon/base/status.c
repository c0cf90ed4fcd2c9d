#include "base/status.h"

#include <stdio.h>
#include <sysexits.h>

enum { FAULT_MESSAGE_MAX = 1024 };

static _Thread_local char message[FAULT_MESSAGE_MAX];

int fault_v(int status, const char *format, va_list arguments)
{
    // Through a second buffer: the arguments may quote the message before, as in "cannot claim: %s".
    char text[FAULT_MESSAGE_MAX];
    vsnprintf(text, sizeof text, format, arguments);
    snprintf(message, sizeof message, "%s", text);
    return status;
}

int fault(int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fault_v(status, format, arguments);
    va_end(arguments);
    return status;
}

const char *fault_message(void)
{
    return message;
}

int fault_exit_code(int status)
{
    switch (status) {
    case STATUS_OK: return EX_OK;
    case STATUS_NOMEM: return EX_OSERR;
    case STATUS_CONFIG:
    case STATUS_SCHEMA: return EX_CONFIG;
    case STATUS_UNAVAILABLE: return EX_UNAVAILABLE;
    case STATUS_DENIED: return EX_NOPERM;
    case STATUS_IO: return EX_IOERR;
    default: return EX_SOFTWARE;
    }
}
