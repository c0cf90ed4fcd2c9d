// `guanxid readmit`: lets events of erased ids count again.
#include "app/readmit.h"

#include "base/print.h"
#include "base/status.h"
#include "main/command.h"

#include <sysexits.h>

int accept_readmit(const struct given *given, int count, char *const *operands)
{
    (void)given;
    if (count == 0)
        return fault(STATUS_CONFIG, "no customer is named: expected the id of one that was erased");
    for (int i = 0; i < count; i++)
        if (!text_is_id(span_text(operands[i])))
            return fault(STATUS_CONFIG,
                         "operand %d is no id of a customer: expected 1 to 128 bytes of UTF-8 without "
                         "control characters",
                         i + 1);
    return 0;
}

static void tell(bool json, bool first, const char *id)
{
    if (!json) {
        printf("%s readmitted\n", id);
        return;
    }
    printf("%s{\"customer_id\": ", first ? "[" : ",\n ");
    print_json_text(stdout, id);
    printf(", \"state\": \"readmitted\"}");
}

static int readmit_all(struct command_context *context, struct store *store, struct arena *arena,
                       int *readmitted)
{
    bool missing = false;
    for (int i = 0; i < context->operand_count; i++) {
        const char *id = context->operands[i];
        int outcome = readmit(store, span_text(id), arena);
        if (outcome < 0)
            return outcome;
        if (outcome >= READMIT_SHIFT)
            return fault(STATUS_UNAVAILABLE, "%s: PostgreSQL did not take the change (%s); try again", id,
                         fault_message());
        if (outcome == READMIT_DONE) {
            tell(context->json, (*readmitted)++ == 0, id);
        } else {
            fprintf(stderr, "guanxid: %s is not erased\n", id);
            missing = true;
        }
    }
    return missing ? EX_DATAERR : 0;
}

int command_readmit(struct command_context *context)
{
    struct store *store = NULL;
    struct arena arena;
    int readmitted = 0;
    arena_init(&arena, 4096);
    int status = command_store_open(context, &store);
    if (status == 0)
        status = readmit_all(context, store, &arena, &readmitted);
    if (context->json)
        printf("%s]\n", readmitted ? "" : "[");
    else if (status >= 0)
        printf("%d readmitted\n", readmitted);
    arena_free(&arena);
    if (store)
        store->ops->close(store);
    return status;
}
