#include "codec/decode.h"

#include "base/status.h"
#include "codec/time.h"
#include "decode_parts.h"
#include "json_index.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TICK_TYPE "guanxi.tick"

enum { ID_MAX = 128, SOURCE_MAX = 256, TYPE_KEPT_MAX = 256 };

struct decoder {
    struct json *json;
    struct own_record *own;
};

struct decoder *decoder_new(void)
{
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder && !(decoder->json = json_new())) {
        decoder_free(decoder);
        return NULL;
    }
    return decoder;
}

void decoder_free(struct decoder *decoder)
{
    if (decoder) {
        json_free(decoder->json);
        free(decoder);
    }
}

void decoder_take_own(struct decoder *decoder, struct own_record *own)
{
    decoder->own = own;
}

const char *reject_code(enum reject_reason reason)
{
    static const char *const codes[] = {
#define X(NAME, code) [REJECT_##NAME] = code,
        REJECT_REASONS(X)
#undef X
    };
    return codes[reason];
}

// True when none of eight bytes is a control character, DEL, or begins one of U+0080-00BF. May be false
// without need.
static bool eight_are_plain(const char *bytes)
{
    const uint64_t ones = UINT64_MAX / 255, tops = ones * 0x80;
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    uint64_t not_del = word ^ ones * 0x7f, not_c2 = word ^ ones * 0xc2;
    uint64_t hits =
        ((word - ones * 0x20) & ~word) | ((not_del - ones) & ~not_del) | ((not_c2 - ones) & ~not_c2);
    return (hits & tops) == 0;
}

bool text_is_plain(struct span text, uint32_t most)
{
    if (!text.data || text.size < 1 || text.size > most) {
        return false;
    }
    uint32_t plain = 0;
    while (text.size - plain >= 8 && eight_are_plain(text.data + plain)) {
        plain += 8;
    }
    for (uint32_t i = plain; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.data[i];
        // U+0080-009F are the two bytes C2 80 .. C2 9F.
        if (byte < 0x20 || byte == 0x7f ||
            (byte == 0xc2 && i + 1 < text.size && (uint8_t)text.data[i + 1] < 0xa0)) {
            return false;
        }
    }
    return true;
}

static struct span if_plain(struct span text, uint32_t most)
{
    return text_is_plain(text, most) ? text : SPAN_NONE;
}

int decode_reject(struct decoding *decoding, enum reject_reason reason, const char *format, ...)
{
    const struct span *values = decoding->envelope.values;
    *decoding->reject = (struct reject){
        .reason = reason,
        .source = if_plain(values[ATTRIBUTE_SOURCE], SOURCE_MAX),
        .id = if_plain(values[ATTRIBUTE_ID], ID_MAX),
        .type = if_plain(values[ATTRIBUTE_TYPE], TYPE_KEPT_MAX),
        .subject = if_plain(values[ATTRIBUTE_SUBJECT], ID_MAX),
    };
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(decoding->reject->detail, sizeof decoding->reject->detail, format, arguments);
    va_end(arguments);
    return DECODED_REJECTED;
}

int decode_no_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while a record was decoded");
}

int decode_json(struct decoding *decoding, struct span text, const struct json_token **tokens)
{
    static const struct {
        enum reject_reason reason;
        const char *what;
    } refusals[] = {
        [JSON_BAD_UTF8] = {REJECT_BAD_UTF8, "not UTF-8"},
        [JSON_NOT_JSON] = {REJECT_NOT_JSON, "not JSON"},
        [JSON_NUL] = {REJECT_NUL, "U+0000"},
        [JSON_TOO_DEEP] = {REJECT_TOO_DEEP, "objects and arrays more than 32 deep"},
        [JSON_DUPLICATE_KEY] = {REJECT_DUPLICATE_KEY, "a key twice in an object that ends"},
    };
    uint32_t at;
    enum json_status status = json_parse(decoding->json, decoding->arena, text, tokens, &at);
    if (status == JSON_NOMEM) {
        return decode_no_memory();
    }
    if (status == JSON_BAD_UTF8) { // the checker tells no place
        return decode_reject(decoding, REJECT_BAD_UTF8, "the value is not UTF-8");
    }
    if (status) {
        return decode_reject(decoding, refusals[status].reason, "%s at byte %u", refusals[status].what, at);
    }
    return 0;
}

static int check_text(struct decoding *decoding, enum attribute attribute, const char *name, uint32_t most)
{
    const struct envelope *envelope = &decoding->envelope;
    struct span value = envelope->values[attribute];
    if (text_is_plain(value, most)) {
        return 0;
    }
    if (value.data) {
        return decode_reject(decoding, REJECT_BAD_ATTRIBUTE,
                             "%s must be 1..%u bytes without control characters", name, most);
    }
    bool ill_typed = envelope->ill_typed & 1u << attribute;
    return decode_reject(decoding, REJECT_BAD_ATTRIBUTE, ill_typed ? "%s is not a string" : "%s is missing",
                         name);
}

static int check_specversion(struct decoding *decoding)
{
    const struct envelope *envelope = &decoding->envelope;
    struct span version = envelope->values[ATTRIBUTE_SPECVERSION];
    if (version.data && span_equal(version, SPAN_LITERAL("1.0"))) {
        return 0;
    }
    if (version.data || envelope->structured) {
        return decode_reject(decoding, REJECT_BAD_ATTRIBUTE, "specversion must be \"1.0\"");
    }
    return decode_reject(decoding, REJECT_BAD_ATTRIBUTE,
                         "no CloudEvent: send content-type application/cloudevents+json, or ce_specversion, "
                         "ce_id and so on as headers");
}

static bool is_tick(const struct envelope *envelope)
{
    return span_equal(envelope->values[ATTRIBUTE_TYPE], SPAN_LITERAL(TICK_TYPE));
}

static int check_attributes(struct decoding *decoding, struct event *event)
{
    const struct span *values = decoding->envelope.values;
    int status = check_specversion(decoding);
    if (!status) {
        status = check_text(decoding, ATTRIBUTE_ID, "id", ID_MAX);
    }
    if (!status) {
        status = check_text(decoding, ATTRIBUTE_SOURCE, "source", SOURCE_MAX);
    }
    if (!status) {
        status = check_text(decoding, ATTRIBUTE_TYPE, "type", UINT32_MAX);
    }
    if (!status && !is_tick(&decoding->envelope)) {
        status = check_text(decoding, ATTRIBUTE_SUBJECT, "subject", ID_MAX);
    }
    if (!status && !values[ATTRIBUTE_TIME].data) {
        status = check_text(decoding, ATTRIBUTE_TIME, "time", UINT32_MAX);
    }
    if (status) {
        return status;
    }
    event->id = values[ATTRIBUTE_ID];
    event->source = values[ATTRIBUTE_SOURCE];
    event->subject = values[ATTRIBUTE_SUBJECT];
    if (time_parse(values[ATTRIBUTE_TIME], &event->time)) {
        return decode_reject(decoding, REJECT_BAD_TIME,
                             "time must be RFC 3339, from 1970 to 2199, without a leap second");
    }
    return 0;
}

// The rule of what guanxid writes itself into an export, NULL for anything else.
static const struct type_rule *own_rule(const struct decoding *decoding)
{
    const struct span *values = decoding->envelope.values;
    if (!decoding->own || !span_equal(values[ATTRIBUTE_SOURCE], SPAN_LITERAL(EXPORT_SOURCE))) {
        return NULL;
    }
    if (span_equal(values[ATTRIBUTE_TYPE], SPAN_LITERAL(EXPORT_VALUED))) {
        return policy_rule(decoding->policy, TYPE_VALUED);
    }
    decoding->own->alias = span_equal(values[ATTRIBUTE_TYPE], SPAN_LITERAL(EXPORT_ALIAS));
    return decoding->own->alias ? policy_rule(decoding->policy, TYPE_CUSTOMER_MERGED) : NULL;
}

// The rule of a type as it arrives, NULL when it is unknown. What guanxid itself puts on timelines is no
// business of others, and a tick carries no prefix.
static const struct type_rule *rule_of(const struct policy *policy, struct span type)
{
    struct span prefix = policy->type_prefix;
    if (type.size <= prefix.size || (prefix.size && memcmp(type.data, prefix.data, prefix.size) != 0)) {
        return NULL;
    }
    const struct type_rule *rule =
        policy_rule_named(policy, span_of(type.data + prefix.size, type.size - prefix.size));
    return rule && rule->effect != EFFECT_OF_VALUED && rule->effect != EFFECT_OF_TICK ? rule : NULL;
}

static bool is_future(const struct policy *policy, instant time, instant wall)
{
    return !policy->events_clock && wall != INSTANT_NONE && time - wall > policy->future_tolerance;
}

static int decode_valid(struct decoding *decoding, instant wall, struct event *event)
{
    const struct policy *policy = decoding->policy;
    const struct envelope *envelope = &decoding->envelope;
    int status = check_attributes(decoding, event);
    if (status) {
        return status;
    }
    if (is_tick(envelope)) {
        event->type = TYPE_TICK;
        event->effect = EFFECT_OF_TICK;
        return policy->events_clock ? DECODED_TICK : DECODED_IGNORED;
    }
    const struct type_rule *rule = own_rule(decoding);
    if (!rule) {
        rule = rule_of(policy, envelope->values[ATTRIBUTE_TYPE]);
    }
    if (!rule) {
        return policy->ignore_unknown_types
                   ? DECODED_UNKNOWN
                   : decode_reject(decoding, REJECT_UNKNOWN_TYPE, "the type is not in the event table%s",
                                   policy->type_prefix.size ? " or lacks type_prefix" : "");
    }
    if (is_future(policy, event->time, wall)) {
        return decode_reject(decoding, REJECT_FUTURE,
                             "time is ahead of the wall clock by more than future_tolerance");
    }
    event->type = rule->type;
    if (decoding->own && text_is_plain(envelope->values[ATTRIBUTE_OWN_STANDS], ID_MAX)) {
        decoding->own->stands = envelope->values[ATTRIBUTE_OWN_STANDS];
    }
    return members_read(decoding, rule, envelope->tokens, envelope->data, event);
}

static int too_large(struct decoding *decoding, uint32_t size)
{
    return decode_reject(decoding, REJECT_TOO_LARGE, "%u bytes, max_event_bytes is %u", size,
                         decoding->policy->max_event_bytes);
}

// A line of an export has data of just the limit, as a text with its escapes, and more beside it.
static uint32_t most_bytes(const struct decoder *decoder, const struct policy *policy)
{
    return decoder->own ? export_line_most(policy) : policy->max_event_bytes;
}

static bool is_exact(const struct decoder *decoder)
{
    return decoder->own && decoder->own->exact;
}

int decode_record(struct decoder *decoder, const struct policy *policy, const struct record *record,
                  instant wall, struct arena *arena, struct event *event, struct reject *reject,
                  int64_t *unknown_marks)
{
    struct record kept = *record;
    if (record->value.size <= policy->max_event_bytes) { // nothing of a larger one is looked at
        kept.value = arena_copy(arena, record->value);
        if (record->value.data && !kept.value.data) {
            return decode_no_memory();
        }
    }
    return decode_kept_record(decoder, policy, &kept, wall, arena, event, reject, unknown_marks);
}

int decode_kept_record(struct decoder *decoder, const struct policy *policy, const struct record *record,
                       instant wall, struct arena *arena, struct event *event, struct reject *reject,
                       int64_t *unknown_marks)
{
    // The padding that decode_row is promised behind data stands behind this one too.
    static const char no_data[2 + ARENA_PADDING] = "{}";
    if (!record->value.data) {
        return DECODED_TOMBSTONE;
    }
    struct decoding decoding = {
        .json = decoder->json, .policy = policy, .arena = arena, .reject = reject, .own = decoder->own};
    if (decoder->own) {
        *decoder->own = (struct own_record){0};
    }
    if (record->value.size > most_bytes(decoder, policy)) {
        return too_large(&decoding, record->value.size);
    }
    int status = envelope_read(&decoding, record);
    if (record->value.size > policy->max_event_bytes && (status || !is_exact(decoder))) {
        return status < 0 ? status : too_large(&decoding, record->value.size);
    }
    if (status) {
        return status;
    }
    const struct json_token *data = decoding.envelope.data;
    *event = (struct event){
        .data = data ? data->text : span_of(no_data, 2), .due = INSTANT_NONE, .until = INSTANT_NONE};
    status = decode_valid(&decoding, wall, event);
    *unknown_marks += decoding.unknown_marks;
    return status;
}

int decode_row(struct decoder *decoder, const struct policy *policy, struct arena *arena,
               struct event *event, struct reject *reject)
{
    struct decoding decoding = {.json = decoder->json, .policy = policy, .arena = arena, .reject = reject};
    decoding.envelope.values[ATTRIBUTE_SOURCE] = event->source;
    decoding.envelope.values[ATTRIBUTE_ID] = event->id;
    decoding.envelope.values[ATTRIBUTE_SUBJECT] = event->subject;
    const struct type_rule *rule = policy_rule(policy, event->type);
    if (!rule) {
        return decode_reject(&decoding, REJECT_UNKNOWN_TYPE, "the type is no longer in the event table");
    }
    decoding.envelope.values[ATTRIBUTE_TYPE] = span_text(rule->name);
    const struct json_token *tokens;
    int status = decode_json(&decoding, event->data, &tokens);
    if (status) {
        return status;
    }
    if (tokens->type != JSON_OBJECT) {
        return decode_reject(&decoding, REJECT_BAD_ATTRIBUTE, "data is not a JSON object");
    }
    *event = (struct event){.time = event->time,
                            .subject = event->subject,
                            .source = event->source,
                            .id = event->id,
                            .data = event->data,
                            .type = event->type,
                            .due = INSTANT_NONE,
                            .until = INSTANT_NONE};
    return members_read(&decoding, rule, tokens, tokens, event);
}

bool text_is_id(struct span text)
{
    return text_is_plain(text, ID_MAX) && utf8_is_valid(text.data, text.size);
}

bool text_is_source(struct span text)
{
    return text_is_plain(text, SOURCE_MAX) && utf8_is_valid(text.data, text.size);
}
