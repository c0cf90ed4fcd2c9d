// Conditions between options, and those that a single value's limits cannot express.
#include "config_internal.h"

#include <string.h>

static void check_topics(const struct config *config, struct config_problems *problems)
{
    const struct config_kafka *kafka = &config->kafka;
    struct config_source where = config_where(config, "kafka", "topics");
    const char *const ours[] = {kafka->reminders_topic, kafka->changes_topic};
    if (kafka->topics.count == 0)
        config_problem(problems, where, "kafka.topics",
                       "is empty: expected at least one topic to read");
    for (size_t i = 0; i < kafka->topics.count; i++) {
        const char *topic = kafka->topics.items[i];
        if (strcmp(topic, ours[0]) == 0 || strcmp(topic, ours[1]) == 0)
            config_problem(problems, where, "kafka.topics",
                           "\"%s\" is a topic that guanxid writes: expected topics of others",
                           topic);
        for (size_t k = 0; k < i; k++)
            if (strcmp(topic, kafka->topics.items[k]) == 0)
                config_problem(problems, where, "kafka.topics", "\"%s\" is named twice", topic);
    }
}

static void check_properties(const struct config *config, struct config_problems *problems,
                             const char *option, const struct config_texts *properties)
{
    char path[64];
    snprintf(path, sizeof path, "kafka.%s", option);
    for (size_t i = 0; i < properties->count; i++) {
        const char *equals = strchr(properties->items[i], '=');
        if (!equals || equals == properties->items[i])
            config_problem(problems, config_where(config, "kafka", option), path,
                           "element %zu is no property: expected \"name=value\"", i);
    }
}

static void check_levels(const struct config *config, struct config_problems *problems)
{
    static const char *const names[] = {"reactive", "accountable", "proactive"};
    const struct config_model *model = &config->model;
    const size_t count = sizeof names / sizeof *names;
    for (size_t i = 0; i < count && i < model->enter.count && i < model->leave.count; i++) {
        if (model->leave.items[i] >= model->enter.items[i])
            config_problem(problems, config_where(config, "model", "leave"), "model.leave",
                           "%s is left at %g but entered at %g: expected less than enter", names[i],
                           model->leave.items[i], model->enter.items[i]);
        if (i > 0 && model->enter.items[i] <= model->enter.items[i - 1])
            config_problem(problems, config_where(config, "model", "enter"), "model.enter",
                           "%g for %s is not above %g: expected ascending numbers",
                           model->enter.items[i], names[i], model->enter.items[i - 1]);
        if (i > 0 && model->leave.items[i] <= model->leave.items[i - 1])
            config_problem(problems, config_where(config, "model", "leave"), "model.leave",
                           "%g for %s is not above %g: expected ascending numbers",
                           model->leave.items[i], names[i], model->leave.items[i - 1]);
    }
}

static void check_escalation(const struct config *config, struct config_problems *problems)
{
    const struct config_durations *escalate = &config->model.escalate;
    for (size_t i = 1; i < escalate->count; i++)
        if (escalate->items[i] <= escalate->items[i - 1])
            config_problem(
                problems, config_where(config, "model", "escalate"), "model.escalate",
                "element %zu is not later than the one before: expected ascending durations", i);
}

static void check_rates(const struct config *config, struct config_problems *problems)
{
    const struct config_rates *rates = &config->model.rates;
    for (size_t i = 0; i < rates->count; i++) {
        if (strcasecmp(rates->items[i].code, config->model.base_currency) == 0)
            config_problem(problems, rates->items[i].where, "model.rates",
                           "%s is the base currency: expected other currencies only",
                           rates->items[i].code);
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(rates->items[i].code, rates->items[k].code) == 0)
                config_problem(problems, rates->items[i].where, "model.rates", "%s has two rates",
                               rates->items[i].code);
    }
}

static void check_types(const struct config *config, struct config_problems *problems)
{
    const struct config_types *types = &config->model.types;
    for (size_t i = 0; i < types->count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(types->items[i].type, types->items[k].type) == 0)
                config_problem(problems, types->items[i].where, "model.types",
                               "\"%s\" is given twice", types->items[i].type);
}

enum { LIST_ITEMS_MOST = 16, ALL_ITEMS_MOST = 64 };

static void check_checklist(const struct config_checklist *list, struct config_problems *problems)
{
    if (strchr(list->name, '.'))
        config_problem(problems, list->where, "model.checklists",
                       "the name \"%s\" holds a dot: expected a name without, as in \"list.item\"",
                       list->name);
    if (list->items.count > LIST_ITEMS_MOST)
        config_problem(problems, list->where, "model.checklists",
                       "\"%s\" has %zu items: expected at most %d", list->name, list->items.count,
                       LIST_ITEMS_MOST);
    for (size_t i = 0; i < list->items.count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(list->items.items[i], list->items.items[k]) == 0)
                config_problem(problems, list->where, "model.checklists",
                               "\"%s.%s\" is named twice", list->name, list->items.items[i]);
}

static void check_checklists(const struct config *config, struct config_problems *problems)
{
    const struct config_checklists *lists = &config->model.checklists;
    size_t all = 0;
    for (size_t i = 0; i < lists->count; i++) {
        check_checklist(&lists->items[i], problems);
        all += lists->items[i].items.count;
        for (size_t k = 0; k < i; k++)
            if (strcmp(lists->items[i].name, lists->items[k].name) == 0)
                config_problem(problems, lists->items[i].where, "model.checklists",
                               "\"%s\" is given twice", lists->items[i].name);
    }
    if (all > ALL_ITEMS_MOST)
        config_problem(problems, config_where(config, "model", "checklists"), "model.checklists",
                       "all lists together have %zu items: expected at most %d", all,
                       ALL_ITEMS_MOST);
}

void config_check(const struct config *config, struct config_problems *problems)
{
    check_topics(config, problems);
    check_properties(config, problems, "properties", &config->kafka.properties);
    check_properties(config, problems, "consumer_properties", &config->kafka.consumer_properties);
    check_properties(config, problems, "producer_properties", &config->kafka.producer_properties);
    check_levels(config, problems);
    check_escalation(config, problems);
    check_rates(config, problems);
    check_types(config, problems);
    check_checklists(config, problems);
}
