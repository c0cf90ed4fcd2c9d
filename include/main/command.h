// The commands of guanxid: what each is called, what it accepts and what runs it.
#ifndef GUANXI_MAIN_COMMAND_H
#define GUANXI_MAIN_COMMAND_H

#include "main/policy.h"
#include "main/settings.h"

// Which records of the quarantine are meant: options of `quarantine`, NULL where not given.
struct selection {
    const char *state, *reason, *topic, *limit;
};

// What a command works with: loaded, checked, and all of it borrowed.
struct command_context {
    const char *config_file;      // with the settings, for a reload
    const char *const *overrides; // "group.option=value"
    size_t override_count;
    struct config config;
    struct config_problems problems; // none, but for `check`
    struct policy_owner policy;
    struct settings settings;
    bool json;
    struct selection selection;
    char *const *operands; // what was accepted
    int operand_count;
};

struct command {
    const char *name;
    const char *usage;   // behind the name
    const char *summary; // one line
    const char *help;    // the rest of --help: operands and what else is to be known
    bool has_json;
    bool has_selection;
    bool takes_problems; // wants to see a bad configuration itself
    // Judges operands and selection: 0, or STATUS_CONFIG with what is wrong and what is expected.
    int (*accept)(const struct selection *selection, int count, char *const *operands);
    // 0; a negative status, whose fault message is still to be told; or positive, an exit code of what
    // has been told already.
    int (*run)(struct command_context *context);
};

extern const struct command commands[]; // ends with a nameless one

int accept_nothing(const struct selection *selection, int count, char *const *operands);

int command_run(struct command_context *context); // the daemon itself: daemon/main/run.c
int command_check(struct command_context *context);
int accept_migrate(const struct selection *selection, int count, char *const *operands);
int command_migrate(struct command_context *context);
int accept_quarantine(const struct selection *selection, int count, char *const *operands);
int command_quarantine(struct command_context *context);
int accept_readmit(const struct selection *selection, int count, char *const *operands);
int command_readmit(struct command_context *context);

// Connects a store that may write. 0 or a negative status; what is in *store is to be closed in any case.
int command_store_open(const struct command_context *context, struct store **store);
// An outcome of the store as a status: whatever it is, a command does not wait for better times.
int command_store_status(int outcome);

#endif
