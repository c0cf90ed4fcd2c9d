// The table of commands, and those that need no file of their own.
#include "main/command.h"

#include "base/advice.h"
#include "base/print.h"
#include "base/status.h"
#include "postgres/migrate.h"
#include "postgres/store.h"

#include <string.h>

const struct command commands[] = {
    {
        .name = "run",
        .usage = "",
        .summary = "Run the daemon",
        .help =
            "It ends with SIGTERM or SIGINT. The schema must be there: see `guanxid migrate`.\n",
        .serves_page = true,
        .accept = accept_nothing,
        .run = command_run,
    },
    {
        .name = "check",
        .usage = "",
        .summary = "Check the configuration, and if asked what it leads to",
        .help = "All that is wrong is told at once, with file and line; so are the drop-ins that were read, the files\n"
                "conf.d/*.conf beside it.\n\n"
                "With --connections it goes on to Kafka and PostgreSQL: whether they answer, the topics are there and may\n"
                "be read or written, the schema and the rights are right, and how far the clocks are apart. Each is a\n"
                "line: \"ok\"; \"wrong\", with what to do; or \"away\", where nobody answered within 10 seconds. Nothing\n"
                "is changed, no message is left, and a daemon that runs is not disturbed.\n\n"
                "Exit code 0: all is well; 69: something is away, nothing wrong; 78: something is wrong.\n",
        .options = TAKES(JSON) | TAKES(CONNECTIONS),
        .takes_problems = true,
        .serves_page = true,
        .accept = accept_nothing,
        .run = command_check,
    },
    {
        .name = "status",
        .usage = "",
        .summary = "Show how the running instance and the database stand",
        .help = "Asks the instance at http.listen or http.socket of this configuration, and reads the database: who owns\n"
                "lanes, their lag, watermark, what waits, the last rank, the schema. Either is shown without the other.\n"
                "Times of lanes (UP TO) are those of events. Nothing is written, and a login that only reads will do, but\n"
                "for what waits.\n\n"
                "Exit code 0: both answered, or the instance serves nowhere; 69: one of them did not, and it says so.\n",
        .options = TAKES(JSON),
        .accept = accept_nothing,
        .run = command_status,
    },
    {
        .name = "migrate",
        .usage = "[status|plan|up]",
        .summary = "Show or bring up to date the schema in PostgreSQL",
        .help = "  status  every migration and how it stands (this is the default)\n"
                "  plan    the statements that `up` would run\n"
                "  up      run them, as a role that may\n",
        .options = TAKES(JSON),
        .accept = accept_migrate,
        .run = command_migrate,
    },
    {
        .name = "quarantine",
        .usage = "list | show ID | retry ID... | retry all",
        .summary = "Show records that were refused, or judge them again",
        .help =
            "  list       the records held, oldest first; --state held, applied, discarded or any,\n"
            "             --reason CODE, --topic NAME and --limit N choose among them\n"
            "  show ID    one of them, with its bytes\n"
            "  retry ID   judge its bytes by today's rules and apply them; `all` are those that\n"
            "             --reason, --topic and --limit leave\n",
        .options = TAKES(JSON) | TAKES(STATE) | TAKES(REASON) | TAKES(TOPIC) | TAKES(LIMIT),
        .accept = accept_quarantine,
        .run = command_quarantine,
    },
    {
        .name = "customer",
        .usage = "list | show ID",
        .summary = "Show customers, or all of one, as they stand",
        .help = "  list     one line each; --owner, --level, --stage, --tier and --at-risk choose among them,\n"
                "           --sort orders them: warmth (the warmest first), contact (longest without one first),\n"
                "           due (whose next reminder comes first), spent (most first), or by id\n"
                "  show ID  all that is known of one; an id that was merged shows whom it means now\n"
                "A login with guanxi_reader is enough. Times are local ones of model.time_zone.\n",
        .options = TAKES(JSON) | TAKES(CSV) | TAKES(LANG) | TAKES(OWNER) | TAKES(LEVEL) | TAKES(STAGE) | TAKES(TIER) |
                   TAKES(AT_RISK) | TAKES(SORT) | TAKES(LIMIT),
        .accept = accept_customer,
        .run = command_customer,
    },
    {
        .name = "explain",
        .usage = "CUSTOMER",
        .summary = "Explain why a customer stands where it stands, and what comes next",
        .help = "The level and how it came; what warmth is made of; the evidence, and until when it holds; what the\n"
                "next level takes; what happens if nothing is done; open reminders, promises, next steps, value.\n"
                "Without --at as far as events have been read. INSTANT is as in 2026-03-01T10:00:00+08:00, or a\n"
                "date, of which it is the beginning. A login with guanxi_reader is enough. Times are local ones of\n"
                "model.time_zone.\n",
        .options = TAKES(JSON) | TAKES(LANG) | TAKES(AT),
        .accept = accept_explain,
        .run = command_explain,
    },
    {
        .name = "due",
        .usage = "",
        .summary = "Show who waits for care, and who soon will",
        .help = "Open reminders, and those that fall due soon if nothing happens, by owner, with the reason of\n"
                "each. A login with guanxi_reader is enough. Times are local ones of model.time_zone.\n",
        .options = TAKES(JSON) | TAKES(CSV) | TAKES(LANG) | TAKES(OWNER) | TAKES(WITHIN),
        .accept = accept_due,
        .run = command_due,
    },
    {
        .name = "export",
        .usage = "[FILE]",
        .summary = "Write timelines as lines that can be imported",
        .help = "Events as `guanxid import` reads them, of all customers or of --customer and all who were merged\n"
                "into it, as of one instant, always in the same order; to standard output without a FILE.\n"
                "Imported into an empty database they make the same customers again.\n",
        .options = TAKES(JSON) | TAKES(CUSTOMER),
        .accept = accept_export,
        .run = command_export,
    },
    {
        .name = "import",
        .usage = "FILE | -",
        .summary = "Put history from a file onto the timelines",
        .help = "One event a line, a CloudEvent in structured form, judged as if it came from Kafka; gzip and\n"
                "zstd are unpacked. Stopped and run again it goes on where it was, and what is there already\n"
                "is not taken twice. Lines that are not taken go to a file with number and reason, of which\n"
                "`cut -f4-` makes lines again. The customers are folded; a daemon may run meanwhile, and none\n"
                "has to. Nothing is published without --announce, but what corrects what was told before.\n"
                "  --csv FILE  orders instead, with a head: --customer-column, --date-column and --amount-column\n"
                "              name its columns\n"
                "Exit code 65 when lines were rejected.\n",
        .options = TAKES(JSON) | TAKES(NAME) | TAKES(REJECTS) | TAKES(AGAIN) | TAKES(ANNOUNCE) | TAKES(CSV) |
                   TAKES(CUSTOMER_COLUMN) | TAKES(DATE_COLUMN) | TAKES(AMOUNT_COLUMN) | TAKES(ID_COLUMN) |
                   TAKES(CURRENCY) | TAKES(SOURCE),
        .accept = accept_import,
        .run = command_import,
    },
    {
        .name = "recompute",
        .usage = "",
        .summary = "Work customers out anew under the policy of this configuration",
        .help = "Needed when points, thresholds, windows, rates or the like have changed: `run` refuses them until\n"
                "then. The policy comes into force at once, and daemons that run by another one stop. Then all\n"
                "customers are marked, after which `run` accepts, and folded: by a running daemon, else by this\n"
                "command. It can be killed and started again at any time, and goes on.\n"
                "  --customer  this one alone, under the policy in force\n"
                "  --all       all customers, though nothing has changed that they stand under\n"
                "What comes to light from before is not published, but for --announce; changes of level and the\n"
                "like are.\n",
        .options = TAKES(JSON) | TAKES(CUSTOMER) | TAKES(ALL) | TAKES(ANNOUNCE),
        .accept = accept_recompute,
        .run = command_recompute,
    },
    {
        .name = "simulate",
        .usage = "",
        .summary = "Show what the policy of this configuration would make of customers",
        .help = "Compares it with the policy in force: customers by level, who moves, the reminders of the next\n"
                "30 days, ten examples. It reads as of one instant and writes nothing. With a configuration\n"
                "that is still to come: `guanxid simulate -c NEW.conf`.\n",
        .options = TAKES(JSON) | TAKES(SAMPLE) | TAKES(LANG),
        .accept = accept_simulate,
        .run = command_simulate,
    },
    {
        .name = "verify",
        .usage = "",
        .summary = "Compare what is kept of customers with what their timelines give",
        .help = "Folds every customer that is not marked, under the policy in force, and writes nothing. It runs\n"
                "beside a daemon: each customer is read as of one instant. Exit code 0: none differs; 65: some\n"
                "do, and it is told in what, of --limit customers (100 without it).\n",
        .options = TAKES(JSON) | TAKES(SAMPLE) | TAKES(LIMIT),
        .accept = accept_verify,
        .run = command_verify,
    },
    {
        .name = "readmit",
        .usage = "ID...",
        .summary = "Let events of customers count again that were erased",
        .help = "What was erased stays erased, and events that were dropped do not come back: those that\n"
                "come from now on count, as if the customer were new.\n",
        .options = TAKES(JSON),
        .accept = accept_readmit,
        .run = command_readmit,
    },
    {
        .name = "schema",
        .usage = "[list | show NAME | asyncapi | write DIRECTORY]",
        .summary = "Describe the events that are read and the messages that are published",
        .help = "  list       the names of all descriptions (this is the default)\n"
                "  show NAME  the JSON Schema (2020-12) of an event or message, as in `show order.placed`\n"
                "  asyncapi   the AsyncAPI 3 document of all topics\n"
                "  write DIR  all of them as files of a directory\n"
                "The configuration counts: its topics, its prefix of types, its types and checklists.\n",
        .accept = accept_schema,
        .run = command_schema,
    },
    {
        .name = "rank",
        .usage = "",
        .summary = "Value all customers, as the daemon does each day at model.rank_at",
        .help = "Scores, segments, ABC, lifetime value, tiers and target levels, into v_value. By the rank of the\n"
                "present day customers live from then on: who has another tier or target level gets the event\n"
                "guanxi.valued. A rank of another day is for looking at. It can be stopped and run again, and\n"
                "daemons may run meanwhile.\n",
        .options = TAKES(JSON) | TAKES(AS_OF) | TAKES(FIT),
        .accept = accept_rank,
        .run = command_rank,
    },
    {.name = NULL},
};

int accept_nothing(const struct given *given, int count, char *const *operands)
{
    (void)given;
    return count == 0
               ? 0
               : fault(STATUS_CONFIG, "\"%s\" is too much: no operands are expected", operands[0]);
}

int command_store_status(int outcome)
{
    return outcome > 0 ? fault(STATUS_UNAVAILABLE, "PostgreSQL is not to be had: %s", fault_message())
                       : outcome;
}

int command_store_open(const struct command_context *context, struct store **store)
{
    int status = postgres_store_open(&context->settings.postgres, store);
    if (status == 0)
        status = (*store)->ops->reconnect(*store);
    if (status == 0)
        status = (*store)->ops->check_schema(*store);
    return command_store_status(status);
}

// ----------------------------------------------------------------------------------------------- migrate

static const struct {
    const char *name;
    int (*run)(const struct postgres_settings *settings, bool json, FILE *out);
} actions[] = {{"status", migrate_status}, {"plan", migrate_plan}, {"up", migrate_up}};
enum { ACTIONS = sizeof actions / sizeof *actions };

int accept_migrate(const struct given *given, int count, char *const *operands)
{
    if (count == 0)
        return 0;
    const char *names[ACTIONS + 1] = {NULL};
    for (size_t i = 0; i < ACTIONS; i++) {
        names[i] = actions[i].name;
        if (strcmp(names[i], operands[0]) == 0)
            return accept_nothing(given, count - 1, operands + 1);
    }
    char advice[ADVICE_MAX];
    advise_name(operands[0], names, advice);
    return fault(STATUS_CONFIG, "unknown action \"%s\"%s: expected status, plan or up", operands[0],
                 advice);
}

int command_migrate(struct command_context *context)
{
    size_t action = 0;
    while (context->operand_count > 0 && strcmp(actions[action].name, context->operands[0]) != 0)
        action++;
    return actions[action].run(&context->settings.postgres, context->json, stdout);
}
