#include "base/journal.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ENTRY_MAX = 8192 };

static int journal = -1;

bool journal_open(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    journal_close();
    if (strlen(path) >= sizeof address.sun_path)
        return false;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (journal < 0 || connect(journal, (const struct sockaddr *)&address, sizeof address) == 0)
        return journal >= 0;
    journal_close();
    return false;
}

void journal_close(void)
{
    if (journal >= 0)
        close(journal);
    journal = -1;
}

// Control characters would end a field: they are escaped before they come here.
bool journal_send(enum log_level level, const char *message, const struct log_about *about)
{
    char entry[ENTRY_MAX];
    if (journal < 0)
        return false;
    FILE *out = fmemopen(entry, sizeof entry, "w");
    if (!out)
        return false;
    fprintf(out, "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=guanxid\n", message, (int)level);
    if (about->event != LOG_EVENT_NONE)
        fprintf(out, "MESSAGE_ID=%s\nGUANXI_EVENT=%s\n", log_event_id(about->event), log_event_code(about->event));
    if (about->topic)
        fprintf(out, "KAFKA_TOPIC=%s\nKAFKA_PARTITION=%d\n", about->topic, (int)about->partition);
    if (about->has_offset)
        fprintf(out, "KAFKA_OFFSET=%lld\n", (long long)about->offset);
    bool whole = fflush(out) == 0 && !ferror(out);
    long size = ftell(out);
    fclose(out);
    return whole && size > 0 && send(journal, entry, (size_t)size, MSG_NOSIGNAL) == size;
}
