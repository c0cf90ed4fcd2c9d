#include "support/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LINES_MAX = 1 << 16 };

// How instants are told.
typedef void (*instant_teller)(instant at, char words[WORDS_MAX]);

instant day(int number)
{
    return INT64_C(1767225600) * SECOND + number * DAY;
}

static void time_of_day(duration since_midnight, const char *before, char *words)
{
    int length = sprintf(words, "%s%02d:%02d", before, (int)(since_midnight / HOUR),
                         (int)(since_midnight % HOUR / MINUTE));
    if (since_midnight % MINUTE) {
        length += sprintf(words + length, ":%02d", (int)(since_midnight % MINUTE / SECOND));
    }
    if (since_midnight % SECOND) {
        sprintf(words + length, ".%06d", (int)(since_midnight % SECOND));
    }
}

void instant_words(instant at, char words[WORDS_MAX])
{
    time_t seconds = (time_t)(at / SECOND);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t length = strftime(words, WORDS_MAX, "%Y-%m-%d ", &parts);
    time_of_day(at % DAY, "", words + length);
}

void instant_words_by_day(instant at, char words[WORDS_MAX])
{
    duration since = at - day(0);
    duration since_midnight = (since % DAY + DAY) % DAY;
    int length = sprintf(words, "d%d", (int)((since - since_midnight) / DAY));
    if (since_midnight) {
        time_of_day(since_midnight, " ", words + length);
    }
}

static void words_of_level(const struct transition *transition, char *words)
{
    static const char *const causes[] = {"", ", warmth fell", ", evidence ran out"};
    sprintf(words, "level %s to %s%s", level_code(transition->from), level_code(transition->to),
            causes[transition->detail]);
}

static const char *tier_words(int tier)
{
    return tier == TIER_NONE ? "none" : tier_code(tier);
}

static void words_of_transition(const struct transition *transition, char *words)
{
    int from = transition->from, to = transition->to, detail = transition->detail;
    switch ((enum transition_kind)transition->kind) {
    case TRANSITION_LEVEL: words_of_level(transition, words); break;
    case TRANSITION_STAGE:
        sprintf(words, "stage %s to %s%s", stage_code(from), stage_code(to), detail ? " (implied)" : "");
        break;
    case TRANSITION_PRAM:
        sprintf(words, "pram %s to %s, cycle %d%s", phase_code(from), phase_code(to), detail / 2,
                detail % 2 ? ", premature" : "");
        break;
    case TRANSITION_TIER:
        sprintf(words, "tier %s to %s, target %d to %d", tier_words(from), tier_words(to), detail / 8, detail % 8);
        break;
    case TRANSITION_KIND_COUNT: abort();
    }
}

static void words_of_reminder(const struct effect *effect, instant_teller tell, char *words)
{
    char what[WORDS_MAX / 2], then[WORDS_MAX];
    const char *whom = effect->recipients & TO_MANAGER ? "owner and manager" : "owner";
    const char *risk = effect->at_risk ? ", at risk" : "";
    snprintf(what, sizeof what, "%s%s%.*s", reminder_kind_code(effect->reminder), effect->promise_id.data ? " " : "",
             (int)effect->promise_id.size, effect->promise_id.data ? effect->promise_id.data : "");
    switch (effect->kind) {
    case EFFECT_REMINDER_OPENED:
        tell(effect->care.due_at, then);
        sprintf(words, "remind %s: %s, due %.64s%s", whom, what, then, risk);
        break;
    case EFFECT_REMINDER_NOTICED: sprintf(words, "remind %s (%d): %s%s", whom, effect->notice, what, risk); break;
    case EFFECT_REMINDER_CLOSED: sprintf(words, "%s %s%s", what, reminder_status_code(effect->status), risk); break;
    case EFFECT_REMINDER_ACKNOWLEDGED: sprintf(words, "%s acknowledged", what); break;
    default:
        tell(effect->care.snoozed_until, then);
        sprintf(words, "%s snoozed until %.64s", what, then);
    }
}

static void words_of_promise(const struct promise *promise, instant_teller tell, char *words)
{
    char due[WORDS_MAX] = "no due known";
    if (promise->due != INSTANT_NONE) {
        strcpy(due, "due ");
        tell(promise->due, due + strlen(due));
    }
    sprintf(words, "promise %.*s by %s: %s, %.64s", (int)promise->id.size, promise->id.data, by_code(promise->by),
            promise_state_code(promise->state), due);
}

static void tell_effect(const struct effect *effect, instant_teller tell, char words[WORDS_MAX])
{
    tell(effect->at, words);
    strcat(words, "  ");
    char *at = words + strlen(words);
    switch (effect->kind) {
    case EFFECT_TRANSITION: words_of_transition(&effect->transition, at); break;
    case EFFECT_PROMISE: words_of_promise(&effect->promise, tell, at); break;
    case EFFECT_OBJECTION:
        sprintf(at, "objection %s of the %s %s", objection_code(effect->objection),
                objection_cause_code(effect->cause), effect->resolved_at == INSTANT_NONE ? "raised" : "resolved");
        break;
    case EFFECT_PROFILE: strcpy(at, "profile changes"); break;
    default: words_of_reminder(effect, tell, at);
    }
}

void effect_words(const struct effect *effect, char words[WORDS_MAX])
{
    tell_effect(effect, instant_words, words);
}

bool story_said(struct story *story, const char *about, const char *expected)
{
    static char said[LINES_MAX];
    char *end = said;
    *end = '\0';
    for (size_t i = 0; i < story->log.count && end < said + LINES_MAX - WORDS_MAX; i++) {
        char words[WORDS_MAX];
        tell_effect(&story->log.effects[i], instant_words_by_day, words);
        if (strstr(words, about)) {
            end += sprintf(end, "%s\n", words);
        }
    }
    story->log.count = 0; // how promises stand is kept
    bool same = strcmp(said, expected) == 0;
    if (!same) {
        printf("--- expected\n%s--- told\n%s---\n", expected, said);
    }
    return same;
}

bool story_reminded(struct story *story, const char *expected)
{
    size_t count = 0;
    for (size_t i = 0; i < story->log.count; i++) {
        if (story->log.effects[i].promise_id.data) {
            story->log.effects[count++] = story->log.effects[i];
        }
    }
    story->log.count = count;
    return story_said(story, "", expected);
}
