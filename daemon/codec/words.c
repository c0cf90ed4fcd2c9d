#include "codec/words.h"

#include "codec/time.h"
#include "encode_parts.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *texts[LANGUAGES];
} phrases[PHRASE_COUNT] = {
#define X(NAME, en, zh) [PHRASE_##NAME] = {{en, zh}},
    PHRASES(X)
#undef X
};

static const char *const language_codes[LANGUAGES] = {"en", "zh"};

// Codes stand in the table in the order of their numbers.
static_assert(PHRASE_MATURE - PHRASE_ENDED == STAGE_MATURE, "stages");
static_assert(PHRASE_PROACTIVE - PHRASE_BASIC == LEVEL_PROACTIVE - LEVEL_BASIC, "levels");
static_assert(PHRASE_FADING - PHRASE_ORDINARY == TIER_FADING - TIER_ORDINARY, "tiers");
static_assert(PHRASE_PHASE_MAINTAIN - PHRASE_PHASE_NONE == PHASE_MAINTAIN, "phases");
static_assert(PHRASE_REMIND_THANKS - PHRASE_REMIND_CADENCE == REMINDER_THANKS, "reminders");
static_assert(PHRASE_AUTHORITARIAN - PHRASE_THINKER == STYLE_AUTHORITARIAN - STYLE_THINKER, "styles");
static_assert(PHRASE_PUBLIC - PHRASE_CONSUMER == ROLE_PUBLIC - ROLE_CONSUMER, "roles");
static_assert(PHRASE_ORGANIZATION - PHRASE_PERSON == KIND_ORGANIZATION - KIND_PERSON, "kinds");
static_assert(PHRASE_TICK - PHRASE_CALL_COMPLETED == TYPE_TICK - TYPE_CALL_COMPLETED, "types");
static_assert(PHRASE_OBJECTED_PERSON - PHRASE_OBJECTED_NEED == OBJECTION_PERSON, "objections");
static_assert(PHRASE_FIT_NO - PHRASE_FIT_UNKNOWN == FIT_NO, "fitness");

int language_named(const char *name)
{
    for (int i = 0; i < LANGUAGES; i++) {
        if (strcmp(language_codes[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

const char *language_code(enum language language)
{
    return language_codes[language];
}

const char *phrase_text(enum language language, enum phrase phrase)
{
    return phrases[phrase].texts[language];
}

static const char *said(const struct words *words, enum phrase phrase)
{
    return phrase_text(words->language, phrase);
}

// ------------------------------------------------------------------------------------------------ filling in

static const char *finish(struct words *words, struct writer *writer)
{
    struct span text = writer_finish(writer);
    words->failed |= !text.data;
    return text.data ? text.data : "";
}

// The text for a name of a phrase.
static const char *given(struct span name, va_list pairs)
{
    va_list from;
    va_copy(from, pairs);
    const char *text = NULL;
    for (const char *one; !text && (one = va_arg(from, const char *));) {
        const char *its = va_arg(from, const char *);
        text = span_equal(span_text(one), name) ? its : NULL;
    }
    va_end(from);
    assert(text); // who calls knows the phrase
    return text;
}

const char *words_say(struct words *words, enum phrase phrase, ...)
{
    struct writer writer;
    writer_init(&writer, words->arena);
    va_list pairs;
    va_start(pairs, phrase);
    const char *rest = said(words, phrase);
    for (const char *open; (open = strchr(rest, '{'));) {
        const char *close = strchr(open, '}');
        write_bytes(&writer, span_of(rest, (size_t)(open - rest)));
        write_text(&writer, given(span_of(open + 1, (size_t)(close - open - 1)), pairs));
        rest = close + 1;
    }
    va_end(pairs);
    write_text(&writer, rest);
    return finish(words, &writer);
}

const char *words_text(struct words *words, struct span text)
{
    struct writer writer;
    writer_init(&writer, words->arena);
    write_bytes(&writer, text);
    return finish(words, &writer);
}

// ----------------------------------------------------------------------------------------- numbers and instants

const char *words_number(struct words *words, int64_t number)
{
    struct writer writer;
    writer_init(&writer, words->arena);
    write_number(&writer, number);
    return finish(words, &writer);
}

const char *words_real(struct words *words, double number, int digits)
{
    char text[400]; // the largest double has 309 digits
    int size = snprintf(text, sizeof text, "%.*f", digits, number);
    bool zero = text[strspn(text, "-0.")] == '\0'; // "-0.00" is no less than nothing
    const char *from = zero && text[0] == '-' ? text + 1 : text;
    return words_text(words, span_of(from, (size_t)(text + size - from)));
}

const char *words_percent(struct words *words, double share)
{
    char text[32];
    int size = snprintf(text, sizeof text, "%.0f %%", share * 100);
    return words_text(words, span_of(text, (size_t)size));
}

const char *words_money(struct words *words, int64_t minor_units)
{
    int digits = words->policy->base_minor_digits;
    uint64_t amount = minor_units < 0 ? -(uint64_t)minor_units : (uint64_t)minor_units, unit = 1;
    for (int i = 0; i < digits; i++) {
        unit *= 10;
    }
    char text[48];
    int size = snprintf(text, sizeof text, "%s%llu", minor_units < 0 ? "-" : "", (unsigned long long)(amount / unit));
    if (digits > 0) {
        size += snprintf(text + size, sizeof text - (size_t)size, ".%0*llu", digits,
                         (unsigned long long)(amount % unit));
    }
    return words_text(words, span_of(text, (size_t)size));
}

const char *words_duration(struct words *words, duration length)
{
    struct writer writer;
    writer_init(&writer, words->arena);
    write_duration(&writer, length, words->language == LANGUAGE_ZH);
    return finish(words, &writer);
}

// In local time, with its distance from UTC.
static const char *local_time(struct words *words, instant at, char between, bool to_the_minute)
{
    if (at == INSTANT_NONE) {
        return NULL;
    }
    duration offset = policy_offset(words->policy, at);
    char text[TIME_TEXT_MAX + 8];
    // Local time of the first hours of 1970 may lie before it, where time_format does not reach.
    instant local = instant_later(at + offset, 0);
    int size = time_format(local, text) - 1; // over the Z
    text[10] = between;
    size = to_the_minute ? 16 : size;
    uint64_t minutes = (uint64_t)(offset < 0 ? -offset : offset) / (uint64_t)MINUTE;
    size += snprintf(text + size, sizeof text - (size_t)size, "%c%02u:%02u", offset < 0 ? '-' : '+',
                     (unsigned)(minutes / 60) % 100, (unsigned)(minutes % 60));
    return words_text(words, span_of(text, (size_t)size));
}

const char *words_instant(struct words *words, instant at)
{
    return local_time(words, at, ' ', false);
}

const char *words_minute(struct words *words, instant at)
{
    return local_time(words, at == INSTANT_NONE ? at : at - at % MINUTE, ' ', true);
}

const char *words_rfc3339(struct words *words, instant at)
{
    return local_time(words, at, 'T', false);
}

const char *words_date(struct words *words, instant at)
{
    const char *text = local_time(words, at, ' ', false);
    return text ? words_text(words, span_of(text, words->failed ? 0 : 10)) : NULL;
}

// ------------------------------------------------------------------------------------------------------- codes

// Of numbers first .. last, whose words stand in a row.
static const char *numbered(const struct words *words, int number, int first, int last, enum phrase of_first)
{
    return number < first || number > last ? NULL : said(words, of_first + (enum phrase)(number - first));
}

// "3 accountable"
static const char *with_number(struct words *words, int number, const char *name)
{
    struct writer writer;
    if (!name) {
        return NULL;
    }
    writer_init(&writer, words->arena);
    write_number(&writer, number);
    write_text(&writer, " ");
    write_text(&writer, name);
    return finish(words, &writer);
}

const char *words_level(struct words *words, int level)
{
    return with_number(words, level, numbered(words, level, LEVEL_BASIC, LEVEL_PROACTIVE, PHRASE_BASIC));
}

const char *words_stage(struct words *words, int stage)
{
    return with_number(words, stage, numbered(words, stage, STAGE_ENDED, STAGE_MATURE, PHRASE_ENDED));
}

const char *words_tier(struct words *words, int tier)
{
    return numbered(words, tier, TIER_ORDINARY, TIER_FADING, PHRASE_ORDINARY);
}

const char *words_phase(struct words *words, int phase)
{
    return numbered(words, phase, PHASE_NONE, PHASE_MAINTAIN, PHRASE_PHASE_NONE);
}

const char *words_kind(struct words *words, int kind)
{
    return numbered(words, kind, KIND_PERSON, KIND_ORGANIZATION, PHRASE_PERSON);
}

const char *words_role(struct words *words, int role)
{
    return numbered(words, role, ROLE_CONSUMER, ROLE_PUBLIC, PHRASE_CONSUMER);
}

const char *words_style(struct words *words, int style)
{
    return numbered(words, style, STYLE_THINKER, STYLE_AUTHORITARIAN, PHRASE_THINKER);
}

const char *words_fitness(struct words *words, int fitness)
{
    return numbered(words, fitness, FIT_UNKNOWN, FIT_NO, PHRASE_FIT_UNKNOWN);
}

const char *words_by(struct words *words, int by)
{
    return numbered(words, by, BY_US, BY_CUSTOMER, PHRASE_BY_US);
}

const char *words_reminder(struct words *words, enum reminder_kind kind)
{
    return numbered(words, (int)kind, REMINDER_CADENCE, REMINDER_THANKS, PHRASE_REMIND_CADENCE);
}

// Those that a configuration adds have no other name than theirs.
const char *words_type(struct words *words, const struct type_rule *rule)
{
    const char *word = numbered(words, rule->type, TYPE_CALL_COMPLETED, TYPE_TICK, PHRASE_CALL_COMPLETED);
    return word ? word : rule->name;
}

const char *words_side(struct words *words, int side)
{
    return numbered(words, side, SIDE_INBOUND, SIDE_BOTH, PHRASE_SIDE_INBOUND);
}

const char *words_objection(struct words *words, int kind)
{
    return numbered(words, kind, OBJECTION_NEED, OBJECTION_PERSON, PHRASE_OBJECTED_NEED);
}

const char *words_bool(struct words *words, bool value)
{
    return said(words, value ? PHRASE_YES : PHRASE_NO);
}

const char *words_item(struct words *words, const struct checklist_item *item)
{
    const char *zh = words->language == LANGUAGE_ZH ? item_zh(item) : NULL;
    return zh ? zh : item->item;
}

int code_number(const char *(*code)(int number), int end, struct span text)
{
    for (int number = 0; text.data && number < end; number++) {
        const char *name = code(number);
        if (name && span_equal(span_text(name), text)) {
            return number;
        }
    }
    return -1;
}
