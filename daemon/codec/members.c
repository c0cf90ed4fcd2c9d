// The members of `data`, by type: one table of what each must be, one reader.
#include "decode_parts.h"

#include "codec/money.h"
#include "codec/time.h"
#include "core/model.h"

// What members are read into; the table names places in it.
struct facts {
    struct event event;
    struct profile_update profile;
    struct span amount, currency; // text until everything else is known to be good
    struct span list, item;       // checklist.marked
    struct span judged;           // must be as the table wants it; nothing is kept of it
};

enum form {
    FORM_TEXT,    // any string
    FORM_LINE,    // a string of 1..most bytes without control characters
    FORM_WORD,    // one word of a list, kept as its number
    FORM_LEVEL,   // a number, 1 to 4
    FORM_INSTANT, // RFC 3339
    FORM_SECONDS, // a number not below 0; nothing is kept of it
    FORM_DECIMAL, // a string or a number, as text
};

struct words {
    const char *list; // for messages
    uint8_t first;    // number of words[0]
    struct span words[6];
};

#define WORD(text) {text, sizeof(text) - 1}
static const struct words directions = {"inbound, outbound, both", SIDE_INBOUND,
                                        {WORD("inbound"), WORD("outbound"), WORD("both")}};
static const struct words sentiments = {"praise, suggestion, complaint", SENTIMENT_PRAISE,
                                        {WORD("praise"), WORD("suggestion"), WORD("complaint")}};
static const struct words objections = {"need, money, authority, price, product, person", OBJECTION_NEED,
                                        {WORD("need"), WORD("money"), WORD("authority"), WORD("price"),
                                         WORD("product"), WORD("person")}};
static const struct words causes = {"company, customer", CAUSE_COMPANY, {WORD("company"), WORD("customer")}};
static const struct words sides = {"us, customer", BY_US, {WORD("us"), WORD("customer")}};
static const struct words kinds = {"person, organization", KIND_PERSON, {WORD("person"), WORD("organization")}};
static const struct words roles = {"consumer, intermediary, public", ROLE_CONSUMER,
                                   {WORD("consumer"), WORD("intermediary"), WORD("public")}};
static const struct words styles = {"thinker, cooperator, extrovert, authoritarian", STYLE_THINKER,
                                    {WORD("thinker"), WORD("cooperator"), WORD("extrovert"),
                                     WORD("authoritarian")}};
static const struct words answers = {"yes, no, unknown", 1 + FIT_UNKNOWN,
                                     {WORD("unknown"), WORD("yes"), WORD("no")}};
static const struct words tiers = {"ordinary, rising, star, fading", TIER_ORDINARY,
                                   {WORD("ordinary"), WORD("rising"), WORD("star"), WORD("fading")}};

struct member {
    struct span name;
    uint16_t place; // offset in struct facts
    uint16_t most;  // FORM_LINE
    uint8_t form;
    bool optional;
    const struct words *words;
};

enum { ID_BYTES = 128, NAME_BYTES = 256, CHANNEL_BYTES = 64 };

#define PLACE(field) offsetof(struct facts, field)
#define MUST(text, form_, field, ...) {.name = WORD(text), .form = form_, .place = PLACE(field), __VA_ARGS__}
#define MAY(text, form_, field, ...) MUST(text, form_, field, .optional = true, __VA_ARGS__)

#define DIRECTION MUST("direction", FORM_WORD, event.direction, .words = &directions)
#define ORDER_ID MUST("order_id", FORM_LINE, event.ref, .most = ID_BYTES)
#define AMOUNT MUST("amount", FORM_DECIMAL, amount)
#define CURRENCY MUST("currency", FORM_TEXT, currency)
#define PROMISE_ID MUST("promise_id", FORM_LINE, event.ref, .most = ID_BYTES)
#define BY MUST("by", FORM_WORD, event.by, .words = &sides)
#define OBJECTION MUST("kind", FORM_WORD, event.objection, .words = &objections)
#define REMINDER_ID MUST("reminder_id", FORM_LINE, event.ref, .most = ID_BYTES)
#define CHANNEL(field) MAY("channel", FORM_LINE, field, .most = CHANNEL_BYTES)

static const struct member call_completed[] = {DIRECTION, MAY("duration_s", FORM_SECONDS, event)};
static const struct member with_direction[] = {DIRECTION};
static const struct member message[] = {CHANNEL(judged)}; // how it came is not how the customer likes it
static const struct member order_with_amount[] = {ORDER_ID, AMOUNT, CURRENCY};
static const struct member order_delivered[] = {ORDER_ID};
static const struct member cost_incurred[] = {AMOUNT, CURRENCY};
static const struct member feedback_received[] = {MUST("sentiment", FORM_WORD, event.variant,
                                                       .words = &sentiments)};
static const struct member referral_given[] = {MAY("referred", FORM_TEXT, event.text)};
static const struct member objection_raised[] = {OBJECTION,
                                                 MAY("cause", FORM_WORD, event.cause, .words = &causes)};
static const struct member objection_resolved[] = {OBJECTION};
static const struct member plan_made[] = {MAY("goal", FORM_TEXT, event.text)};
static const struct member agreement_made[] = {MAY("until", FORM_INSTANT, event.until)};
static const struct member promise_made[] = {PROMISE_ID, BY, MUST("due", FORM_INSTANT, event.due),
                                             MAY("about", FORM_TEXT, event.text)};
static const struct member promise_outcome[] = {PROMISE_ID, BY};
static const struct member relationship_ended[] = {BY, MAY("reason", FORM_TEXT, event.text)};
static const struct member checklist_marked[] = {MUST("list", FORM_TEXT, list),
                                                 MUST("item", FORM_TEXT, item)};
static const struct member customer_updated[] = {
    MAY("owner", FORM_LINE, profile.owner, .most = NAME_BYTES),
    MAY("manager", FORM_LINE, profile.manager, .most = NAME_BYTES),
    MAY("name", FORM_LINE, profile.name, .most = NAME_BYTES),
    MAY("kind", FORM_WORD, profile.kind, .words = &kinds),
    MAY("role", FORM_WORD, profile.role, .words = &roles),
    MAY("style", FORM_WORD, profile.style, .words = &styles),
    CHANNEL(profile.channel),
    MAY("money", FORM_WORD, profile.money, .words = &answers),
    MAY("authority", FORM_WORD, profile.authority, .words = &answers),
    MAY("need", FORM_WORD, profile.need, .words = &answers),
};
static const struct member customer_merged[] = {MUST("into", FORM_LINE, event.ref, .most = ID_BYTES)};
static const struct member customer_unmerged[] = {MUST("customer", FORM_LINE, event.ref, .most = ID_BYTES)};
static const struct member reminder_named[] = {REMINDER_ID};
static const struct member reminder_snoozed[] = {REMINDER_ID, MUST("until", FORM_INSTANT, event.until)};
static const struct member valued[] = {MUST("tier", FORM_WORD, event.tier, .words = &tiers),
                                       MUST("target", FORM_LEVEL, event.target)};

#define MEMBERS(array) {array, sizeof(array) / sizeof(array)[0]}
static const struct {
    const struct member *members;
    size_t count;
} members_by_type[] = {
    [TYPE_CALL_COMPLETED] = MEMBERS(call_completed),
    [TYPE_CALL_MISSED] = MEMBERS(with_direction),
    [TYPE_VISIT_COMPLETED] = MEMBERS(with_direction),
    [TYPE_MESSAGE_SENT] = MEMBERS(message),
    [TYPE_MESSAGE_RECEIVED] = MEMBERS(message),
    [TYPE_ORDER_PLACED] = MEMBERS(order_with_amount),
    [TYPE_ORDER_DELIVERED] = MEMBERS(order_delivered),
    [TYPE_ORDER_REFUNDED] = MEMBERS(order_with_amount),
    [TYPE_COST_INCURRED] = MEMBERS(cost_incurred),
    [TYPE_FEEDBACK_RECEIVED] = MEMBERS(feedback_received),
    [TYPE_REFERRAL_GIVEN] = MEMBERS(referral_given),
    [TYPE_OBJECTION_RAISED] = MEMBERS(objection_raised),
    [TYPE_OBJECTION_RESOLVED] = MEMBERS(objection_resolved),
    [TYPE_PLAN_MADE] = MEMBERS(plan_made),
    [TYPE_AGREEMENT_MADE] = MEMBERS(agreement_made),
    [TYPE_PROMISE_MADE] = MEMBERS(promise_made),
    [TYPE_PROMISE_KEPT] = MEMBERS(promise_outcome),
    [TYPE_PROMISE_BROKEN] = MEMBERS(promise_outcome),
    [TYPE_RELATIONSHIP_ENDED] = MEMBERS(relationship_ended),
    [TYPE_CHECKLIST_MARKED] = MEMBERS(checklist_marked),
    [TYPE_CUSTOMER_UPDATED] = MEMBERS(customer_updated),
    [TYPE_CUSTOMER_MERGED] = MEMBERS(customer_merged),
    [TYPE_CUSTOMER_UNMERGED] = MEMBERS(customer_unmerged),
    [TYPE_REMINDER_ACKNOWLEDGED] = MEMBERS(reminder_named),
    [TYPE_REMINDER_DISMISSED] = MEMBERS(reminder_named),
    [TYPE_REMINDER_SNOOZED] = MEMBERS(reminder_snoozed),
    [TYPE_VALUED] = MEMBERS(valued),
};
enum { TYPES_WITH_MEMBERS = sizeof members_by_type / sizeof members_by_type[0] };

static int word_number(const struct words *words, struct span text)
{
    for (size_t i = 0; i < sizeof words->words / sizeof words->words[0] && words->words[i].data; i++) {
        if (span_equal(words->words[i], text)) {
            return words->first + (int)i;
        }
    }
    return -1;
}

// Reads a member that is there; false when it is not what the table wants.
static bool read_form(const struct member *member, const struct json_token *token, void *place)
{
    bool string = token->type == JSON_STRING;
    struct span text = token->text;
    int number;
    switch ((enum form)member->form) {
    case FORM_TEXT: *(struct span *)place = text; return string;
    case FORM_LINE: *(struct span *)place = text; return string && text_is_plain(text, member->most);
    case FORM_WORD:
        number = string ? word_number(member->words, text) : -1;
        *(uint8_t *)place = (uint8_t)number;
        return number >= 0;
    case FORM_LEVEL:
        number = token->type == JSON_NUMBER && text.size == 1 ? text.data[0] - '0' : 0;
        *(uint8_t *)place = (uint8_t)number;
        return number >= LEVEL_BASIC && number <= LEVEL_COUNT;
    case FORM_INSTANT: return string && time_parse(text, place) == 0;
    case FORM_SECONDS: return token->type == JSON_NUMBER && text.data[0] != '-';
    case FORM_DECIMAL: *(struct span *)place = text; return string || token->type == JSON_NUMBER;
    }
    return false;
}

static int refuse(struct decoding *decoding, const struct member *member, const struct json_token *token)
{
    const char *name = member->name.data;
    if (!token) {
        return decode_reject(decoding, REJECT_BAD_DATA, "data.%s is missing", name);
    }
    switch ((enum form)member->form) {
    case FORM_TEXT: return decode_reject(decoding, REJECT_BAD_DATA, "data.%s must be a string", name);
    case FORM_LINE:
        return decode_reject(decoding, REJECT_BAD_DATA,
                             "data.%s must be a string of 1..%u bytes without control characters", name,
                             member->most);
    case FORM_WORD:
        return decode_reject(decoding, REJECT_BAD_DATA, "data.%s must be one of: %s", name,
                             member->words->list);
    case FORM_LEVEL: return decode_reject(decoding, REJECT_BAD_DATA, "data.%s must be a level, 1 to 4", name);
    case FORM_INSTANT:
        return decode_reject(decoding, REJECT_BAD_DATA,
                             "data.%s must be RFC 3339, from 1970 to 2199, without a leap second", name);
    case FORM_SECONDS:
        return decode_reject(decoding, REJECT_BAD_DATA, "data.%s must be a number, 0 or more", name);
    case FORM_DECIMAL: break;
    }
    return decode_reject(decoding, REJECT_BAD_DATA, "data.%s must be a decimal string or a number", name);
}

static const struct json_token *find_member(const struct json_token *tokens, const struct json_token *data,
                                            struct span name)
{
    if (!data) {
        return NULL;
    }
    for (const struct json_token *token = data + 1; token < tokens + data->end;
         token = tokens + token->end) {
        if (span_equal(token->key, name)) {
            return token;
        }
    }
    return NULL;
}

static int read_member(struct decoding *decoding, const struct member *member,
                       const struct json_token *tokens, const struct json_token *data, struct facts *facts)
{
    const struct json_token *token = find_member(tokens, data, member->name);
    if (token ? read_form(member, token, (char *)facts + member->place) : member->optional) {
        return 0;
    }
    return refuse(decoding, member, token);
}

// data.marks: any event may carry it; marks that no list has are counted.
static int read_marks(struct decoding *decoding, const struct json_token *tokens,
                      const struct json_token *data, struct event *event)
{
    const struct json_token *marks = find_member(tokens, data, SPAN_LITERAL("marks"));
    if (!marks) {
        return 0;
    }
    if (marks->type != JSON_ARRAY) {
        return decode_reject(decoding, REJECT_BAD_DATA, "data.marks must be an array of strings");
    }
    for (const struct json_token *mark = marks + 1; mark < tokens + marks->end; mark = tokens + mark->end) {
        if (mark->type != JSON_STRING) {
            return decode_reject(decoding, REJECT_BAD_DATA, "data.marks must be an array of strings");
        }
        const char *text = mark->text.data;
        const char *dot = mark->text.size ? memchr(text, '.', mark->text.size) : NULL;
        int bit = -1;
        if (dot) {
            bit = policy_mark(decoding->policy, span_of(text, (size_t)(dot - text)),
                              span_of(dot + 1, (size_t)(text + mark->text.size - dot - 1)));
        }
        if (bit < 0) {
            decoding->unknown_marks++;
        } else {
            event->marks |= UINT64_C(1) << bit;
        }
    }
    return 0;
}

static int finish_money(struct decoding *decoding, struct facts *facts)
{
    if (!facts->currency.data) {
        return 0;
    }
    switch (money_convert(decoding->policy, facts->amount, facts->currency, &facts->event.amount)) {
    case MONEY_OK: return 0;
    case MONEY_BAD_CURRENCY:
        return decode_reject(decoding, REJECT_BAD_DATA, "data.currency must be three letters (ISO 4217)");
    case MONEY_NO_RATE: return decode_reject(decoding, REJECT_NO_RATE, "no rate for data.currency");
    case MONEY_BAD_AMOUNT: break;
    }
    return decode_reject(decoding, REJECT_BAD_AMOUNT,
                         "data.amount must be digits with no more decimals than the currency has, "
                         "at most 10^15 minor units");
}

// What follows from members that were read: the mark, the reminder, the variant of the points, the side.
static int derive(struct decoding *decoding, const struct type_rule *rule, struct facts *facts)
{
    static const uint8_t side_of_contact[] = {
        [CONTACT_NONE] = SIDE_NONE,
        [CONTACT_INBOUND] = SIDE_INBOUND,
        [CONTACT_OUTBOUND] = SIDE_OUTBOUND,
        [CONTACT_BOTH] = SIDE_BOTH,
    };
    struct event *event = &facts->event;
    event->effect = rule->effect;
    event->side = rule->contact == CONTACT_BY_DIRECTION ? event->direction : side_of_contact[rule->contact];
    switch (event->type) {
    case TYPE_PROMISE_KEPT:
    case TYPE_PROMISE_BROKEN: event->variant = event->by; break;
    case TYPE_REMINDER_ACKNOWLEDGED:
    case TYPE_REMINDER_DISMISSED:
    case TYPE_REMINDER_SNOOZED:
        if (!uuid_parse_text(event->ref, event->reminder_id)) {
            memset(event->reminder_id, 0, sizeof event->reminder_id); // no reminder has it
        }
        break;
    case TYPE_CHECKLIST_MARKED: {
        int bit = policy_mark(decoding->policy, facts->list, facts->item);
        if (bit < 0) {
            return decode_reject(decoding, REJECT_BAD_DATA,
                                 "data.list and data.item name no item of a checklist");
        }
        event->marks |= UINT64_C(1) << bit;
        break;
    }
    case TYPE_CUSTOMER_UPDATED: {
        struct profile_update *profile = arena_take(decoding->arena, sizeof *profile);
        if (!profile) {
            return decode_no_memory();
        }
        *profile = facts->profile;
        event->profile = profile;
        break;
    }
    default: break;
    }
    return 0;
}

int members_read(struct decoding *decoding, const struct type_rule *rule, const struct json_token *tokens,
                 const struct json_token *data, struct event *event)
{
    static const struct member direction = DIRECTION;
    struct facts facts = {.event = *event};
    size_t count = rule->type < TYPES_WITH_MEMBERS ? members_by_type[rule->type].count : 0;
    int status = 0;
    for (size_t i = 0; i < count && !status; i++) {
        status = read_member(decoding, &members_by_type[rule->type].members[i], tokens, data, &facts);
    }
    // Types whose contact the configuration made to go by direction.
    if (!status && rule->contact == CONTACT_BY_DIRECTION && facts.event.direction == SIDE_NONE) {
        status = read_member(decoding, &direction, tokens, data, &facts);
    }
    if (!status) {
        status = read_marks(decoding, tokens, data, &facts.event);
    }
    if (!status) {
        status = derive(decoding, rule, &facts);
    }
    if (!status) {
        status = finish_money(decoding, &facts);
    }
    if (!status) {
        *event = facts.event;
    }
    return status;
}
