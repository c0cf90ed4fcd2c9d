// Reads the members of `data` by their table.
#include "decode_parts.h"
#include "member_table.h"

#include "codec/money.h"
#include "codec/time.h"
#include "core/model.h"

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
    case FORM_TEXT:
    case FORM_CURRENCY: *(struct span *)place = text; return string;
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
    case FORM_TEXT:
    case FORM_CURRENCY: return decode_reject(decoding, REJECT_BAD_DATA, "data.%s must be a string", name);
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
    struct facts facts = {.event = *event};
    const struct members table = members_of_type(rule->type);
    int status = 0;
    for (size_t i = 0; i < table.count && !status; i++) {
        status = read_member(decoding, &table.members[i], tokens, data, &facts);
    }
    if (!status && rule->contact == CONTACT_BY_DIRECTION && facts.event.direction == SIDE_NONE) {
        status = read_member(decoding, &member_direction, tokens, data, &facts);
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
