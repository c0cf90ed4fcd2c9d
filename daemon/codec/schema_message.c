// Messages as they are published (codec/encode.h). That they are what is written here, a test of both sees to.
#include "schema_parts.h"

#include "core/model.h"

static const char *kind_code(int number)
{
    return reminder_kind_code((enum reminder_kind)number);
}

static const char *reason_code(int number)
{
    return reminder_status_code((enum reminder_status)number);
}

static const char *cause_code(int number)
{
    return level_cause_code((enum level_cause)number);
}

static const char *recipient_code(int number)
{
    return number == TO_OWNER ? "owner" : "manager";
}

static const struct codes reminder_kinds = {kind_code, 0, REMINDER_KIND_COUNT - 1};
static const struct codes reasons = {reason_code, REMINDER_DONE, REMINDER_DISMISSED};
static const struct codes causes = {cause_code, LEVEL_BY_EVENT, LEVEL_BY_EVIDENCE};
static const struct codes recipients = {recipient_code, TO_OWNER, TO_MANAGER};
static const struct codes levels = {level_code, LEVEL_BASIC, LEVEL_COUNT};
static const struct codes stages = {stage_code, STAGE_ENDED, STAGE_COUNT - 1};
static const struct codes phases = {phase_code, PHASE_NONE, PHASE_COUNT - 1};
static const struct codes tiers = {tier_code, TIER_ORDINARY, TIER_COUNT - 1};
static const struct codes styles = {customer_style_code, STYLE_THINKER, STYLE_COUNT - 1};

// One of them; designated initialisers may follow.
#define TELL(name_, told_, help_, ...) {.name = name_, .told = told_, .help = help_, ##__VA_ARGS__}

#define CUSTOMER TELL("customer", TOLD_TEXT, "The customer, as in subject")
#define EVENT TELL("event", TOLD_EVENT, "The event that brought it about", .nullable = true)
#define NUMBER TELL("n", TOLD_COUNT, "Counts the changes of this type of this customer, from 1")
#define REMINDER_ID TELL("reminder_id", TOLD_UUID, "Names the reminder: for reminder.acknowledged and the like")
#define REMINDER_KIND TELL("kind", TOLD_WORD, "What is due", .codes = &reminder_kinds)
#define PROMISE_ID TELL("promise_id", TOLD_TEXT, "The promise it is about, where it is about one", .optional = true)
#define DUE TELL("due", TOLD_INSTANT, "When it was due")
#define SINCE TELL("since", TOLD_INSTANT, "Since when there is something to be done")
#define OPENED TELL("opened", TOLD_INSTANT, "When it opened, with notice 1")

static const struct telling notice[] = {
    REMINDER_ID, REMINDER_KIND, PROMISE_ID,
    TELL("notice", TOLD_COUNT, "Number of the notice, from 1"),
    TELL("late", TOLD_BOOL, "True: its time was missed, and this one stands for all that were"),
    TELL("to", TOLD_WORDS, "Who is to be told", .codes = &recipients),
    DUE, SINCE, OPENED, CUSTOMER,
    TELL("name", TOLD_TEXT, "What the customer is called", .nullable = true),
    TELL("owner", TOLD_TEXT, "Who looks after the customer", .nullable = true),
    TELL("manager", TOLD_TEXT, "Who is told when nobody does", .nullable = true),
    TELL("level", TOLD_LEVEL, "Level of the relationship", .codes = &levels),
    TELL("stage", TOLD_STAGE, "Stage of life", .codes = &stages),
    TELL("tier", TOLD_NAMED, "Tier of the last rank", .nullable = true, .codes = &tiers),
    TELL("last_contact", TOLD_INSTANT, "The last contact of either side", .nullable = true),
    TELL("channels", TOLD_TEXTS, "How to reach the customer, the best way first"),
    TELL("style", TOLD_NAMED, "How to talk with the customer", .nullable = true, .codes = &styles),
    TELL("next_steps", TOLD_STEPS, "What is still to be done in this stage"),
    TELL("why", TOLD_SENTENCES, "Why it is due"),
    TELL("recency_days", TOLD_COUNT, "Calendar days since the last order; null: there was none", .nullable = true),
    TELL("f", TOLD_COUNT, "Orders in the window"),
    TELL("m", TOLD_COUNT, "Orders less refunds in the window, minor units of the base currency"),
};

static const struct telling closing[] = {
    REMINDER_ID, REMINDER_KIND, PROMISE_ID,
    TELL("status", TOLD_TEXT, "\"closed\""),
    TELL("reason", TOLD_WORD, "done: what was due was done; moot: it is not due any more; dismissed: by somebody",
     .codes = &reasons),
    CUSTOMER, DUE, SINCE, OPENED,
    TELL("closed", TOLD_INSTANT, "When it closed"),
    EVENT,
};

static const struct telling level[] = {
    CUSTOMER, NUMBER,
    TELL("from", TOLD_LEVEL, "Level before", .codes = &levels),
    TELL("to", TOLD_LEVEL, "Level after", .codes = &levels),
    TELL("cause", TOLD_WORD, "event: a step up; warmth, evidence: what a step down failed by", .codes = &causes),
    EVENT,
};

static const struct telling stage[] = {
    CUSTOMER, NUMBER,
    TELL("from", TOLD_STAGE, "Stage before", .codes = &stages),
    TELL("to", TOLD_STAGE, "Stage after", .codes = &stages),
    TELL("implied", TOLD_BOOL, "It was passed on the way to a further one"),
    EVENT,
};

static const struct telling pram[] = {
    CUSTOMER, NUMBER,
    TELL("from", TOLD_WORD, "Phase before", .codes = &phases),
    TELL("to", TOLD_WORD, "Phase after", .codes = &phases),
    TELL("cycle", TOLD_COUNT, "Number of the cycle, from 1"),
    TELL("premature", TOLD_BOOL, "The cycle came to its agreement without a relation"),
    EVENT,
};

static const struct telling tier[] = {
    CUSTOMER, NUMBER,
    TELL("from", TOLD_TIER, "Tier and target before", .codes = &tiers),
    TELL("to", TOLD_TIER, "Tier and target after", .codes = &tiers),
    EVENT,
};

static const struct telling merged[] = {CUSTOMER, NUMBER, TELL("into", TOLD_TEXT, "The customer who remains"), EVENT};
static const struct telling unmerged[] = {CUSTOMER, NUMBER, TELL("unmerged", TOLD_TEXT, "The id that goes back"), EVENT};
static const struct telling erased[] = {CUSTOMER, NUMBER, EVENT};

#define MEMBERS(array) array, sizeof(array) / sizeof(array)[0]
static const struct {
    const char *name, *help;
    bool is_change;
    const struct telling *members;
    size_t count;
} messages[] = {
    {"guanxi.reminder.opened", "Care is due: the first notice of a reminder", false, MEMBERS(notice)},
    {"guanxi.reminder.noticed", "Care is still due: a further notice", false, MEMBERS(notice)},
    {"guanxi.reminder.closed", "A reminder that was published is over", false, MEMBERS(closing)},
    {"guanxi.level.changed", "A customer rose or fell by a level", true, MEMBERS(level)},
    {"guanxi.stage.changed", "A customer entered a stage of life", true, MEMBERS(stage)},
    {"guanxi.pram.changed", "A customer entered a phase of PRAM", true, MEMBERS(pram)},
    {"guanxi.tier.changed", "The rank gave a customer another tier or target", true, MEMBERS(tier)},
    {"guanxi.customer.merged", "An id means another customer from now on", true, MEMBERS(merged)},
    {"guanxi.customer.unmerged", "An id means itself again", true, MEMBERS(unmerged)},
    {"guanxi.customer.erased", "A customer was erased: forget it too", true, MEMBERS(erased)},
};
enum { MESSAGES = sizeof messages / sizeof messages[0] };

static void say_data(struct writer *writer, const struct telling *members, size_t count)
{
    json_key(writer, "data");
    json_open(writer, '{');
    member_text(writer, "type", "object");
    json_key(writer, "required");
    json_open(writer, '[');
    for (size_t i = 0; i < count; i++) {
        if (!members[i].optional) {
            json_string(writer, span_text(members[i].name));
        }
    }
    json_close(writer, ']');
    member_bool(writer, "additionalProperties", false);
    json_key(writer, "properties");
    json_open(writer, '{');
    for (size_t i = 0; i < count; i++) {
        schema_member(writer, &members[i]);
    }
    json_close(writer, '}');
    json_close(writer, '}');
}

size_t schema_message_count(void)
{
    return MESSAGES;
}

const char *schema_message_name(size_t number)
{
    return messages[number].name;
}

const char *schema_message_help(size_t number)
{
    return messages[number].help;
}

bool schema_message_is_change(size_t number)
{
    return messages[number].is_change;
}

struct span schema_message_text(struct arena *arena, size_t number)
{
    static const char *const attributes[] = {"specversion", "id", "source", "type", "subject", "time",
                                             "datacontenttype", "data"};
    struct writer writer;
    writer_init(&writer, arena);
    schema_open(&writer, "message", messages[number].name, messages[number].help);
    json_key(&writer, "required");
    json_open(&writer, '[');
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        json_string(&writer, span_text(attributes[i]));
    }
    json_close(&writer, ']');
    member_bool(&writer, "additionalProperties", false);
    json_key(&writer, "properties");
    json_open(&writer, '{');
    schema_const(&writer, "specversion", "1.0");
    schema_type(&writer, "id", "string", "The same for the same message: drop repeats of it");
    schema_const(&writer, "source", "guanxi");
    schema_const(&writer, "type", messages[number].name);
    schema_type(&writer, "subject", "string", "The customer, which is the key of the record");
    schema_instant(&writer, "time", "When it came to be");
    if (messages[number].members == notice) {
        schema_instant(&writer, "expirytime", "When the next notice comes; none behind the last");
    }
    schema_const(&writer, "datacontenttype", "application/json");
    say_data(&writer, messages[number].members, messages[number].count);
    json_close(&writer, '}');
    json_close(&writer, '}');
    return writer_finish(&writer);
}
