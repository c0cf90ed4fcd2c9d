#include "main/simulate.h"

#include "base/print.h"
#include "base/status.h"
#include "core/policy_pack.h"

#include <inttypes.h>
#include <string.h>

static const char *signed_number(struct words *words, int64_t number)
{
    const char *digits = words_number(words, number < 0 ? -number : number);
    char text[48];
    snprintf(text, sizeof text, "%s%s", number > 0 ? "+" : number < 0 ? "-" : "", digits);
    return words_text(words, span_text(text));
}

static double scale(const struct simulated *simulated)
{
    return simulated->sample->count ? (double)simulated->sample->customers / (double)simulated->sample->count : 1;
}

// --------------------------------------------------------------------------------------------------- people

static const struct table_column level_columns[] = {
    {"level", NULL, false, 0}, {"now", NULL, true, 0}, {"then", NULL, true, 0}, {"change", NULL, true, 0}};

// Rows of counts now and then, under these titles.
static void begin_counts(struct table *table, struct table_column columns[4], struct words *words, enum phrase title)
{
    const enum phrase titles[] = {title, PHRASE_SIM_NOW, PHRASE_SIM_THEN, PHRASE_SIM_CHANGE};
    for (int i = 0; i < 4; i++) {
        columns[i] = level_columns[i];
        columns[i].title = words_say(words, titles[i], NULL);
    }
    table_begin(table, stdout, TABLE_TEXT, columns, 4);
    table->titled = true;
    table->indent = 2;
}

static void count_row(struct table *table, struct words *words, const char *name, int64_t now, int64_t then)
{
    table_string(table, name);
    table_string(table, words_number(words, now));
    table_string(table, words_number(words, then));
    table_string(table, signed_number(words, then - now));
}

static int tell_levels(const struct simulated *simulated, struct words *words)
{
    const struct simulator *simulator = simulated->simulator;
    struct table table;
    struct table_column columns[4];
    begin_counts(&table, columns, words, PHRASE_SIM_LEVEL);
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++)
        count_row(&table, words, words_level(words, level), simulator->before.levels[level],
                  simulator->after.levels[level]);
    return table_end(&table);
}

static int tell_moves(const struct simulated *simulated, struct words *words)
{
    const struct simulator *simulator = simulated->simulator;
    if (simulator->changed == 0) {
        print_line(words_say(words, PHRASE_SIM_NO_MOVES, NULL));
        return 0;
    }
    struct table table;
    const struct table_column columns[] = {{"from", words_say(words, PHRASE_SIM_FROM, NULL), false, 0},
                                           {"to", words_say(words, PHRASE_SIM_TO, NULL), false, 0},
                                           {"customers", words_say(words, PHRASE_SIM_CUSTOMERS, NULL), true, 0}};
    print_line(words_say(words, PHRASE_SIM_MOVES, NULL));
    table_begin(&table, stdout, TABLE_TEXT, columns, 3);
    table.titled = true;
    table.indent = 2;
    for (int from = LEVEL_BASIC; from <= LEVEL_PROACTIVE; from++)
        for (int to = LEVEL_BASIC; to <= LEVEL_PROACTIVE; to++) {
            if (from == to || simulator->moves[from][to] == 0)
                continue;
            table_string(&table, words_level(words, from));
            table_string(&table, words_level(words, to));
            table_string(&table, words_number(words, simulator->moves[from][to]));
        }
    return table_end(&table);
}

static int tell_reminders(const struct simulated *simulated, struct words *words)
{
    const struct simulator *simulator = simulated->simulator;
    struct table table;
    struct table_column columns[4];
    print_line(words_say(words, PHRASE_SIM_REMINDERS, "days", words_duration(words, SIMULATE_AHEAD), NULL));
    begin_counts(&table, columns, words, PHRASE_SIM_REMINDER);
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++)
        if (simulator->before.openings[kind] || simulator->after.openings[kind])
            count_row(&table, words, words_reminder(words, (enum reminder_kind)kind), simulator->before.openings[kind],
                      simulator->after.openings[kind]);
    return table_end(&table);
}

static const char *opening(struct words *words, const struct simulated_customer *customer)
{
    if (!customer->opens)
        return words_say(words, PHRASE_SIM_NONE, NULL);
    return words_say(words, PHRASE_SIM_OPENS, "kind", words_reminder(words, customer->kind), "date",
                     words_date(words, customer->opens_at), NULL);
}

static const char *sentence(const struct simulator *simulator, const struct simulated_example *example,
                            struct words *words)
{
    const struct simulated_customer *now = &example->now, *then = &example->then;
    const char *from = words_level(words, now->level), *to = words_level(words, then->level);
    const char *warmth = words_real(words, then->warmth, 1), *before = words_real(words, now->warmth, 1);
    const char *date = then->stepped_at == INSTANT_NONE ? "" : words_date(words, then->stepped_at);
    int next = then->level < LEVEL_PROACTIVE ? then->level + 1 : then->level;
#define SAY(phrase, ...) \
    words_say(words, phrase, "from", from, "to", to, "warmth", warmth, "before", before, __VA_ARGS__)
    switch (example->reason) {
    case SIMULATED_REACHED:
        return *date ? SAY(PHRASE_SIM_REACHED, "date", date, NULL) : SAY(PHRASE_SIM_REACHED_ALWAYS, NULL);
    case SIMULATED_COOLED: return SAY(PHRASE_SIM_COOLED, "date", date, NULL);
    case SIMULATED_UNPROVEN: return SAY(PHRASE_SIM_UNPROVEN, "date", date, NULL);
    case SIMULATED_COLD:
        return SAY(PHRASE_SIM_COLD, "next", words_level(words, next), "enter",
                   words_real(words, simulator->then.enter[next], 1), NULL);
    case SIMULATED_LACKING: return SAY(PHRASE_SIM_LACKING, "next", words_level(words, next), NULL);
    case SIMULATED_REMINDED:
        return words_say(words, PHRASE_SIM_REMINDED, "level", to, "then", opening(words, then), "now",
                         opening(words, now), NULL);
    }
#undef SAY
    return "";
}

static void tell_examples(const struct simulated *simulated, struct words *words)
{
    const struct simulator *simulator = simulated->simulator;
    const struct simulated_example *chosen[SIMULATE_EXAMPLES];
    size_t count = simulator_examples(simulator, chosen);
    if (count == 0)
        return;
    fputs("\n", stdout);
    print_line(words_say(words, PHRASE_SIM_EXAMPLES, NULL));
    for (size_t i = 0; i < count; i++) {
        const struct simulated_example *example = chosen[i];
        fputs("  ", stdout);
        print_bytes(stdout, example->customer_id.data, example->customer_id.size);
        fputs(": ", stdout);
        print_line(sentence(simulator, example, words));
    }
}

static void tell_head(const struct simulated *simulated, struct words *words)
{
    const struct simulator *simulator = simulated->simulator;
    const struct sample *sample = simulated->sample;
    const char *at = words_minute(words, simulator->watermark);
    const char *customers = words_number(words, sample->customers);
    if (!*simulated->names)
        print_line(words_say(words, PHRASE_SIM_SAME, NULL));
    else
        print_line(words_say(words, simulator->anew ? PHRASE_SIM_ANEW : PHRASE_SIM_RELOAD, "names", simulated->names, NULL));
    if (sample->chosen)
        print_line(words_say(words, PHRASE_SIM_SAMPLE, "sample", words_number(words, (int64_t)sample->count), "customers",
                             customers, "at", at, "scale", words_real(words, scale(simulated), 2), NULL));
    else
        print_line(words_say(words, PHRASE_SIM_ALL, "customers", customers, "at", at, NULL));
}

int simulated_text(const struct simulated *simulated, struct words *words)
{
    tell_head(simulated, words);
    fputs("\n", stdout);
    int status = tell_levels(simulated, words);
    fputs("\n", stdout);
    if (status == 0)
        status = tell_moves(simulated, words);
    fputs("\n", stdout);
    if (status == 0)
        status = tell_reminders(simulated, words);
    tell_examples(simulated, words);
    return status == 0 && words->failed ? fault(STATUS_NOMEM, "out of memory") : status;
}

// ------------------------------------------------------------------------------------------------- programs

static const char *const reasons[] = {
    [SIMULATED_REACHED] = "reached", [SIMULATED_COOLED] = "warmth_fell",   [SIMULATED_UNPROVEN] = "evidence_ran_out",
    [SIMULATED_COLD] = "too_cold",   [SIMULATED_LACKING] = "no_evidence", [SIMULATED_REMINDED] = "other_reminder"};

static void json_side(struct words *words, const char *name, const struct simulated_customer *customer)
{
    printf("\"%s\": {\"level\": %d, \"code\": \"%s\", \"warmth\": %.6g, \"next_reminder\": ", name, customer->level,
           level_code(customer->level), customer->warmth);
    print_json_text(stdout, customer->opens ? reminder_kind_code(customer->kind) : NULL);
    printf(", \"opens_at\": ");
    print_json_text(stdout, customer->opens ? words_rfc3339(words, customer->opens_at) : NULL);
    printf("}");
}

static void json_examples(const struct simulator *simulator, struct words *words)
{
    const struct simulated_example *chosen[SIMULATE_EXAMPLES];
    size_t count = simulator_examples(simulator, chosen);
    printf(", \"examples\": [");
    for (size_t i = 0; i < count; i++) {
        const struct simulated_example *example = chosen[i];
        printf("%s{\"customer_id\": ", i ? ",\n " : "\n ");
        print_json_string(stdout, example->customer_id.data, example->customer_id.size);
        printf(", \"reason\": \"%s\", \"why\": ", reasons[example->reason]);
        print_json_text(stdout, sentence(simulator, example, words));
        printf(", \"since\": ");
        print_json_text(stdout, example->then.stepped_at == INSTANT_NONE ? NULL
                                                                         : words_rfc3339(words, example->then.stepped_at));
        printf(", ");
        json_side(words, "now", &example->now);
        printf(", ");
        json_side(words, "then", &example->then);
        printf("}");
    }
    printf("]");
}

static void json_counts(const struct simulator *simulator)
{
    printf(", \"levels\": [");
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++)
        printf("%s{\"level\": %d, \"code\": \"%s\", \"now\": %" PRId64 ", \"then\": %" PRId64 "}",
               level > LEVEL_BASIC ? ", " : "", level, level_code(level), simulator->before.levels[level],
               simulator->after.levels[level]);
    printf("], \"moves\": [");
    bool first = true;
    for (int from = LEVEL_BASIC; from <= LEVEL_PROACTIVE; from++)
        for (int to = LEVEL_BASIC; to <= LEVEL_PROACTIVE; to++) {
            if (from == to || simulator->moves[from][to] == 0)
                continue;
            printf("%s{\"from\": %d, \"to\": %d, \"customers\": %" PRId64 "}", first ? "" : ", ", from, to,
                   simulator->moves[from][to]);
            first = false;
        }
    printf("], \"reminders\": [");
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++)
        printf("%s{\"kind\": \"%s\", \"now\": %" PRId64 ", \"then\": %" PRId64 "}", kind ? ", " : "",
               reminder_kind_code((enum reminder_kind)kind), simulator->before.openings[kind],
               simulator->after.openings[kind]);
    printf("]");
}

int simulated_json(const struct simulated *simulated, struct words *words)
{
    const struct simulator *simulator = simulated->simulator;
    const struct sample *sample = simulated->sample;
    const char *names[POLICY_DIFFERENCES];
    size_t differences = policy_differences(&simulator->then, simulator->now, false, names);
    printf("{\"differs\": [");
    for (size_t i = 0; i < differences; i++)
        printf("%s\"%s\"", i ? ", " : "", names[i]);
    printf("], \"recompute\": %s, \"as_of\": ", simulator->anew ? "true" : "false");
    print_json_text(stdout, words_rfc3339(words, simulator->watermark));
    printf(", \"customers\": %" PRId64 ", \"simulated\": %" PRId64 ", \"sample\": %s, \"scale\": %.6g", sample->customers,
           simulator->customers, sample->chosen ? "true" : "false", scale(simulated));
    json_counts(simulator);
    json_examples(simulator, words);
    printf("}\n");
    return words->failed ? fault(STATUS_NOMEM, "out of memory") : 0;
}
