#include "request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "escape.h"

enum page_language request_language(const char *accept)
{
    double best = 0;
    enum page_language language = PAGE_EN;
    while (accept && *accept) {
        accept += strspn(accept, " \t,");
        size_t size = strcspn(accept, ",");
        size_t tag = strcspn(accept, ",; \t");
        const char *q = memmem(accept, size, "q=", 2);
        double weight = q ? strtod(q + 2, NULL) : 1;
        size_t primary = strcspn(accept, "-,; \t");
        bool zh = primary == 2 && strncasecmp(accept, "zh", 2) == 0;
        bool en = primary == 2 && strncasecmp(accept, "en", 2) == 0;
        if (tag > 0 && (zh || en) && weight > best) {
            best = weight;
            language = zh ? PAGE_ZH : PAGE_EN;
        }
        accept += size;
    }
    return language;
}

void request_argument(struct request *request, const char *value)
{
    size_t size = value ? strlen(value) : 0;
    if (size >= sizeof request->argument || (value && !utf8_whole(value, size))) {
        request->bad = true;
        return;
    }
    if (value)
        memcpy(request->argument, value, size + 1);
}

void request_after(struct request *request, const char *value)
{
    char *end;
    if (!value)
        return;
    errno = 0;
    request->after = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || request->after < 0)
        request->after = -1;
}

char *request_field(struct request *request, const char *name)
{
    char *rest = request->form;
    for (char *pair = strsep(&rest, "&"); pair; pair = strsep(&rest, "&")) {
        size_t size = strlen(name);
        if (strncmp(pair, name, size) != 0 || pair[size] != '=')
            continue;
        unescape_form(pair + size + 1);
        return pair + size + 1;
    }
    return NULL;
}
