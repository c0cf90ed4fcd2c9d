// Words for people, in the language they asked for: phrases filled in, numbers, instants in the business time
// zone, names of codes.
#ifndef GUANXI_CODEC_WORDS_H
#define GUANXI_CODEC_WORDS_H

#include "codec/arena.h"
#include "codec/phrases.h"
#include "core/model.h"

enum language { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGES };

// "en" or "zh"; -1: another.
int language_named(const char *name);
const char *language_code(enum language language);

// The phrase with its names still in braces.
const char *phrase_text(enum language language, enum phrase phrase);

// All texts below are in the arena, or constant; where memory is out they are "" and `failed` is set.
struct words {
    const struct policy *policy;
    enum language language;
    struct arena *arena;
    bool failed;
};

// The phrase, its names filled in: pairs of name and text, then NULL. The phrase has just those names.
const char *words_say(struct words *words, enum phrase phrase, ...) __attribute__((sentinel));

const char *words_text(struct words *words, struct span text); // ends with a NUL
const char *words_number(struct words *words, int64_t number);
const char *words_real(struct words *words, double number, int digits);
const char *words_percent(struct words *words, double share);     // "67 %"
const char *words_money(struct words *words, int64_t minor_units); // "1234.50"
const char *words_duration(struct words *words, duration length); // "45 days", "45天"

// NULL for INSTANT_NONE; INSTANT_NEVER is not for these.
const char *words_instant(struct words *words, instant at); // "2026-02-26 08:00:00+08:00"
const char *words_minute(struct words *words, instant at);  // "2026-02-26 08:00+08:00"
const char *words_rfc3339(struct words *words, instant at); // "2026-02-26T08:00:00+08:00"
const char *words_date(struct words *words, instant at);    // "2026-02-26"

// "3 accountable", "3 可靠"; NULL: there is none of that number.
const char *words_level(struct words *words, int level);
const char *words_stage(struct words *words, int stage);
// NULL where the number means unknown.
const char *words_tier(struct words *words, int tier);
const char *words_phase(struct words *words, int phase);
const char *words_kind(struct words *words, int kind);
const char *words_role(struct words *words, int role);
const char *words_style(struct words *words, int style);
const char *words_fitness(struct words *words, int fitness);
const char *words_by(struct words *words, int by);
const char *words_reminder(struct words *words, enum reminder_kind kind);
const char *words_type(struct words *words, const struct type_rule *rule);
const char *words_side(struct words *words, int side); // of a contact
const char *words_objection(struct words *words, int kind);
const char *words_bool(struct words *words, bool value);
const char *words_item(struct words *words, const struct checklist_item *item);

// The number of a code by a function such as tier_code, of the numbers below `end`; -1: it has none.
int code_number(const char *(*code)(int number), int end, struct span text);

#endif
