// Events as they are read.
#include "schema_parts.h"

#include "member_table.h"

enum { ID_BYTES = 128, SOURCE_BYTES = 256 };

const char *schema_event_help(uint16_t type)
{
    static const char *const help[] = {
        [TYPE_CALL_COMPLETED] = "A call that was answered",
        [TYPE_CALL_MISSED] = "A call that nobody took; of the customer, it asks for an answer",
        [TYPE_VISIT_COMPLETED] = "A visit: outbound we went there, inbound the customer came to the shop",
        [TYPE_MEETING_COMPLETED] = "A meeting of both sides",
        [TYPE_MESSAGE_SENT] = "A message of ours to the customer",
        [TYPE_MESSAGE_RECEIVED] = "A message of the customer; it asks for an answer",
        [TYPE_ORDER_PLACED] = "An order",
        [TYPE_ORDER_DELIVERED] = "An order has arrived",
        [TYPE_ORDER_REFUNDED] = "A refund or a cancellation; the order need not be known",
        [TYPE_COST_INCURRED] = "What it cost to serve the customer",
        [TYPE_FEEDBACK_RECEIVED] = "What the customer says of us; a complaint asks for an answer",
        [TYPE_COMPLAINT_RESOLVED] = "A complaint was settled",
        [TYPE_REFERRAL_GIVEN] = "The customer brought somebody else",
        [TYPE_OBJECTION_RAISED] = "The customer objects",
        [TYPE_OBJECTION_RESOLVED] = "An objection was settled",
        [TYPE_PLAN_MADE] = "A plan for this customer: P of PRAM",
        [TYPE_AGREEMENT_MADE] = "An agreement with this customer: A of PRAM",
        [TYPE_AGREEMENT_ENDED] = "The agreement is over",
        [TYPE_PROMISE_MADE] = "A promise of either side",
        [TYPE_PROMISE_KEPT] = "A promise was kept",
        [TYPE_PROMISE_BROKEN] = "A promise was broken",
        [TYPE_SURVEY_COMPLETED] = "Task of a stage: what the customer needs was surveyed",
        [TYPE_PROPOSAL_SUBMITTED] = "Task of a stage: a first proposal was handed in",
        [TYPE_DEMO_GIVEN] = "Task of a stage: the product was shown",
        [TYPE_EXCHANGE_HELD] = "Task of a stage: specialists of both sides talked",
        [TYPE_REQUIREMENTS_ANALYSED] = "Task of a stage: the requirements were analysed",
        [TYPE_DESIGN_SUBMITTED] = "Task of a stage: a design was handed in",
        [TYPE_EVALUATION_PASSED] = "Task of a stage: the design was accepted",
        [TYPE_NEGOTIATION_HELD] = "Task of a stage: terms were negotiated",
        [TYPE_CONTRACT_SIGNED] = "Task of a stage: the contract was signed",
        [TYPE_RELATIONSHIP_ENDED] = "The relationship is over",
        [TYPE_RELATIONSHIP_REOPENED] = "The relationship begins again",
        [TYPE_CHECKLIST_MARKED] = "An item of a checklist is done",
        [TYPE_CUSTOMER_UPDATED] = "Facts about the customer; what is left out stays as it was",
        [TYPE_CUSTOMER_MERGED] = "The subject turned out to be another customer",
        [TYPE_CUSTOMER_UNMERGED] = "An id that was merged into the subject by mistake goes back",
        [TYPE_CUSTOMER_ERASED] = "The customer and everything of it is to be erased",
        [TYPE_REMINDER_ACKNOWLEDGED] = "Somebody has the reminder in hand: no further notices",
        [TYPE_REMINDER_DISMISSED] = "The reminder is not wanted: it closes",
        [TYPE_REMINDER_SNOOZED] = "The reminder is put off",
        [TYPE_VALUED] = "The rank gave the customer a tier and a target; made by guanxid itself",
        [TYPE_TICK] = "Time goes on; only with clock = \"events\", and of no customer",
    };
    return type < sizeof help / sizeof help[0] ? help[type] : NULL;
}

void schema_open(struct writer *writer, const char *kind, const char *name, const char *help)
{
    json_open(writer, '{');
    member_text(writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_key(writer, "$id");
    write_text(writer, "\"urn:guanxi:");
    write_text(writer, kind);
    write_text(writer, ":");
    write_text(writer, name);
    write_text(writer, "\"");
    member_text(writer, "title", name);
    if (help) {
        member_text(writer, "description", help);
    }
    member_text(writer, "type", "object");
}

static void open_member(struct writer *writer, const char *key, const char *help)
{
    json_key(writer, key);
    json_open(writer, '{');
    if (help) {
        member_text(writer, "description", help);
    }
}

void schema_type(struct writer *writer, const char *key, const char *type, const char *help)
{
    open_member(writer, key, help);
    member_text(writer, "type", type);
    json_close(writer, '}');
}

void schema_line(struct writer *writer, const char *key, int most, const char *help)
{
    open_member(writer, key, help);
    member_text(writer, "type", "string");
    member_number(writer, "minLength", 1);
    member_number(writer, "maxLength", most);
    member_text(writer, "pattern", SCHEMA_LINE);
    json_close(writer, '}');
}

void schema_instant(struct writer *writer, const char *key, const char *help)
{
    open_member(writer, key, help);
    member_text(writer, "type", "string");
    member_text(writer, "format", "date-time");
    member_text(writer, "pattern", SCHEMA_INSTANT);
    json_close(writer, '}');
}

void schema_const(struct writer *writer, const char *key, const char *value)
{
    json_key(writer, key);
    json_open(writer, '{');
    member_text(writer, "const", value);
    json_close(writer, '}');
}

static void describe_words(struct writer *writer, const struct member *member)
{
    open_member(writer, member->name.data, member->help);
    json_key(writer, "enum");
    json_open(writer, '[');
    enum { MOST = sizeof member->words->words / sizeof member->words->words[0] };
    for (int i = 0; i < MOST && member->words->words[i].data; i++) {
        json_string(writer, member->words->words[i]);
    }
    json_close(writer, ']');
    json_close(writer, '}');
}

static void describe_decimal(struct writer *writer, const struct member *member)
{
    open_member(writer, member->name.data, member->help);
    json_key(writer, "oneOf");
    json_open(writer, '[');
    json_open(writer, '{');
    member_text(writer, "type", "string");
    member_text(writer, "pattern", "^[0-9]+(\\.[0-9]+)?$");
    json_close(writer, '}');
    json_open(writer, '{');
    member_text(writer, "type", "number");
    member_number(writer, "minimum", 0);
    json_close(writer, '}');
    json_close(writer, ']');
    json_close(writer, '}');
}

static void describe_number(struct writer *writer, const struct member *member)
{
    open_member(writer, member->name.data, member->help);
    member_text(writer, "type", member->form == FORM_LEVEL ? "integer" : "number");
    member_number(writer, "minimum", member->form == FORM_LEVEL ? LEVEL_BASIC : 0);
    if (member->form == FORM_LEVEL) {
        member_number(writer, "maximum", LEVEL_COUNT);
    }
    json_close(writer, '}');
}

static void describe_member(struct writer *writer, const struct member *member)
{
    const char *name = member->name.data;
    switch ((enum form)member->form) {
    case FORM_TEXT: schema_type(writer, name, "string", member->help); break;
    case FORM_LINE: schema_line(writer, name, member->most, member->help); break;
    case FORM_WORD: describe_words(writer, member); break;
    case FORM_INSTANT: schema_instant(writer, name, member->help); break;
    case FORM_LEVEL:
    case FORM_SECONDS: describe_number(writer, member); break;
    case FORM_DECIMAL: describe_decimal(writer, member); break;
    case FORM_CURRENCY:
        open_member(writer, name, member->help);
        member_text(writer, "type", "string");
        member_text(writer, "pattern", "^[A-Za-z]{3}$");
        json_close(writer, '}');
        break;
    }
}

// The items that there are; others are passed over, but in checklist.marked.
static void describe_marks(struct writer *writer, const struct policy *policy)
{
    open_member(writer, "marks", "Items of checklists that this event marks as done; unknown ones are passed over");
    member_text(writer, "type", "array");
    json_key(writer, "items");
    json_open(writer, '{');
    member_text(writer, "type", "string");
    json_key(writer, "examples");
    json_open(writer, '[');
    for (size_t i = 0; i < policy->item_count; i++) {
        write_text(writer, i ? ",\"" : "\"");
        write_text(writer, policy->items[i].list);
        write_text(writer, ".");
        write_text(writer, policy->items[i].item);
        write_text(writer, "\"");
    }
    json_close(writer, ']');
    json_close(writer, '}');
    json_close(writer, '}');
}

// The members of a type, with the direction that its contact goes by though its row has none.
static size_t members_with_direction(const struct type_rule *rule, const struct member **members, size_t most)
{
    const struct members table = members_of_type(rule->type);
    size_t count = 0;
    bool directed = rule->contact != CONTACT_BY_DIRECTION;
    for (size_t i = 0; i < table.count && count < most; i++) {
        members[count++] = &table.members[i];
        directed |= span_equal(table.members[i].name, member_direction.name);
    }
    if (!directed && count < most) {
        members[count++] = &member_direction;
    }
    return count;
}

static void describe_data(struct writer *writer, const struct policy *policy, const struct member *const *members,
                          size_t count)
{
    json_key(writer, "data");
    json_open(writer, '{');
    member_text(writer, "type", "object");
    json_key(writer, "required");
    json_open(writer, '[');
    for (size_t i = 0; i < count; i++) {
        if (!members[i]->optional) {
            json_string(writer, members[i]->name);
        }
    }
    json_close(writer, ']');
    json_key(writer, "properties");
    json_open(writer, '{');
    for (size_t i = 0; i < count; i++) {
        describe_member(writer, members[i]);
    }
    describe_marks(writer, policy);
    json_close(writer, '}');
    json_close(writer, '}');
}

static bool needs_data(const struct member *const *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!members[i]->optional) {
            return true;
        }
    }
    return false;
}

static void require_attributes(struct writer *writer, bool subject, bool data)
{
    static const char *const attributes[] = {"specversion", "id", "source", "type", "time"};
    json_key(writer, "required");
    json_open(writer, '[');
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        json_string(writer, span_text(attributes[i]));
    }
    if (subject) {
        json_string(writer, SPAN_LITERAL("subject"));
    }
    if (data) {
        json_string(writer, SPAN_LITERAL("data"));
    }
    json_close(writer, ']');
}

static struct span describe_event(struct arena *arena, const struct policy *policy, const struct type_rule *rule)
{
    enum { MEMBERS_MOST = 16 };
    const struct member *members[MEMBERS_MOST];
    size_t count = members_with_direction(rule, members, MEMBERS_MOST);
    struct writer writer;
    writer_init(&writer, arena);
    schema_open(&writer, "event", rule->name, schema_event_help(rule->type));
    require_attributes(&writer, rule->type != TYPE_TICK, needs_data(members, count));
    json_key(&writer, "properties");
    json_open(&writer, '{');
    schema_const(&writer, "specversion", "1.0");
    schema_line(&writer, "id", ID_BYTES, "Unique with source and subject: a repeat of it is dropped");
    schema_line(&writer, "source", SOURCE_BYTES, "The system that publishes it");
    json_key(&writer, "type");
    json_open(&writer, '{');
    json_key(&writer, "const");
    write_text(&writer, "\"");
    // A tick is our own: its type never carries the prefix.
    write_bytes(&writer, rule->type == TYPE_TICK ? SPAN_LITERAL("") : policy->type_prefix);
    write_text(&writer, rule->name);
    write_text(&writer, "\"");
    json_close(&writer, '}');
    schema_line(&writer, "subject", ID_BYTES, "The customer; the key of the record should be the same");
    schema_instant(&writer, "time", "When it happened");
    describe_data(&writer, policy, members, count);
    schema_type(&writer, "data_base64", "null", "Not read: data is a JSON object");
    json_close(&writer, '}');
    json_close(&writer, '}');
    return writer_finish(&writer);
}

// guanxi.valued is told to nobody and read from nobody.
static bool is_public(const struct type_rule *rule)
{
    return rule->type != TYPE_VALUED;
}

static const struct type_rule *public_rule(const struct policy *policy, size_t number)
{
    for (size_t i = 0; i < policy->type_count; i++) {
        if (is_public(&policy->types[i]) && number-- == 0) {
            return &policy->types[i];
        }
    }
    return NULL;
}

size_t schema_event_count(const struct policy *policy)
{
    size_t count = 0;
    while (public_rule(policy, count)) {
        count++;
    }
    return count;
}

size_t schema_count(const struct policy *policy)
{
    return schema_event_count(policy) + schema_message_count();
}

const char *schema_name(const struct policy *policy, size_t number)
{
    const struct type_rule *rule = public_rule(policy, number);
    return rule ? rule->name : schema_message_name(number - schema_event_count(policy));
}

struct span schema_text(struct arena *arena, const struct policy *policy, size_t number)
{
    const struct type_rule *rule = public_rule(policy, number);
    return rule ? describe_event(arena, policy, rule) : schema_message_text(arena, number - schema_event_count(policy));
}
