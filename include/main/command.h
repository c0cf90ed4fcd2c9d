// The commands of guanxid: what each is called, what it accepts and what runs it.
#ifndef GUANXI_MAIN_COMMAND_H
#define GUANXI_MAIN_COMMAND_H

#include "main/command_options.h"
#include "main/policy.h"
#include "main/settings.h"

// What a command works with: loaded, checked, and all of it borrowed.
struct command_context {
    const char *config_file;      // with the settings, for a reload
    const char *const *overrides; // "group.option=value"
    size_t override_count;
    struct config config;
    struct config_problems problems; // none, but for `check`
    struct policy_owner policy;
    struct settings settings;
    const struct given *given;
    bool json;                    // OPTION_JSON is given
    char *const *operands; // what was accepted
    int operand_count;
};

struct command {
    const char *name;
    const char *usage;   // behind the name
    const char *summary; // one line
    const char *help;    // the rest of --help: operands and what else is to be known
    uint64_t options;    // TAKES(..)
    bool takes_problems; // wants to see a bad configuration itself
    bool serves_page;    // and so needs the token, which may be a credential that nobody else has
    // Judges operands and options: 0, or STATUS_CONFIG with what is wrong and what is expected.
    int (*accept)(const struct given *given, int count, char *const *operands);
    // 0; a negative status, whose fault message is still to be told; or positive, an exit code of what
    // has been told already.
    int (*run)(struct command_context *context);
};

extern const struct command commands[]; // ends with a nameless one

int accept_nothing(const struct given *given, int count, char *const *operands);

int command_run(struct command_context *context); // the daemon itself: daemon/main/run.c
int command_check(struct command_context *context);
int command_status(struct command_context *context);
int accept_migrate(const struct given *given, int count, char *const *operands);
int command_migrate(struct command_context *context);
int accept_quarantine(const struct given *given, int count, char *const *operands);
int command_quarantine(struct command_context *context);
int accept_customer(const struct given *given, int count, char *const *operands);
int command_customer(struct command_context *context);
int accept_explain(const struct given *given, int count, char *const *operands);
int command_explain(struct command_context *context);
int accept_due(const struct given *given, int count, char *const *operands);
int command_due(struct command_context *context);
int accept_export(const struct given *given, int count, char *const *operands);
int command_export(struct command_context *context);
int accept_import(const struct given *given, int count, char *const *operands);
int command_import(struct command_context *context);
int accept_recompute(const struct given *given, int count, char *const *operands);
int command_recompute(struct command_context *context);
int accept_simulate(const struct given *given, int count, char *const *operands);
int command_simulate(struct command_context *context);
int accept_verify(const struct given *given, int count, char *const *operands);
int command_verify(struct command_context *context);
int accept_readmit(const struct given *given, int count, char *const *operands);
int command_readmit(struct command_context *context);
int accept_schema(const struct given *given, int count, char *const *operands);
int command_schema(struct command_context *context);
int accept_rank(const struct given *given, int count, char *const *operands);
int command_rank(struct command_context *context);

// Connects a store that may write. 0 or a negative status; what is in *store is to be closed in any case.
int command_store_open(const struct command_context *context, struct store **store);
// An outcome of the store as a status: whatever it is, a command does not wait for better times.
int command_store_status(int outcome);

#endif
