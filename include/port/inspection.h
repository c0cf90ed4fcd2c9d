// What a look at a server finds, for who has to mend it. The adapters tell (kafka/inspect.h, postgres/inspect.h).
#ifndef GUANXI_PORT_INSPECTION_H
#define GUANXI_PORT_INSPECTION_H

#include <stdarg.h>
#include <stdio.h>

enum finding {
    FINDING_OK,
    FINDING_AWAY,  // no answer: it may come by itself
    FINDING_WRONG, // somebody has to do something
};

struct inspection {
    // `subject` names what was looked at, by the option that says it where there is one; `detail` says how it is, or
    // what is wrong and what to do. Both are borrowed.
    void (*tell)(void *context, enum finding finding, const char *subject, const char *detail);
    void *context;
};

__attribute__((format(printf, 4, 5))) static inline void
inspection_tell(const struct inspection *inspection, enum finding finding, const char *subject, const char *format, ...)
{
    char detail[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    inspection->tell(inspection->context, finding, subject, detail);
}

#endif
