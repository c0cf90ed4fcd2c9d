// Codes and Chinese names, as others read them.
#include "core/effect.h"

static const struct {
    const char *code;
    const char *name_zh;
} levels[] = {
    [LEVEL_BASIC] = {"basic", "一般"},
    [LEVEL_REACTIVE] = {"reactive", "反应"},
    [LEVEL_ACCOUNTABLE] = {"accountable", "可靠"},
    [LEVEL_PROACTIVE] = {"proactive", "主动"},
};

const char *level_code(int level)
{
    return levels[level].code;
}

const char *level_name_zh(int level)
{
    return levels[level].name_zh;
}

const char *level_cause_code(enum level_cause cause)
{
    static const char *const codes[] = {
        [LEVEL_BY_EVENT] = "event",
        [LEVEL_BY_WARMTH] = "warmth",
        [LEVEL_BY_EVIDENCE] = "evidence",
    };
    return codes[cause];
}

const char *reminder_kind_code(enum reminder_kind kind)
{
    static const char *const codes[] = {
#define X(number, NAME, text) [REMINDER_##NAME] = text,
        REMINDER_KINDS(X)
#undef X
    };
    return codes[kind];
}

const char *reminder_status_code(enum reminder_status status)
{
    static const char *const codes[] = {
        [REMINDER_OPEN] = "open",
        [REMINDER_DONE] = "done",
        [REMINDER_MOOT] = "moot",
        [REMINDER_DISMISSED] = "dismissed",
    };
    return codes[status];
}
