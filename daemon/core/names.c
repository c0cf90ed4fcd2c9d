// Codes and Chinese names, as others read them.
#include "core/effect.h"

struct name {
    const char *code;
    const char *zh;
};

// The row of a number; an empty one where it has none.
#define NAME_OF(names, number) \
    ((size_t)(number) < sizeof(names) / sizeof *(names) ? (names)[number] : (struct name){NULL, NULL})

static const struct name levels[] = {
    [LEVEL_BASIC] = {"basic", "一般"},
    [LEVEL_REACTIVE] = {"reactive", "反应"},
    [LEVEL_ACCOUNTABLE] = {"accountable", "可靠"},
    [LEVEL_PROACTIVE] = {"proactive", "主动"},
};
static const struct name level_causes[] = {
    [LEVEL_BY_EVENT] = {"event", NULL},
    [LEVEL_BY_WARMTH] = {"warmth", NULL},
    [LEVEL_BY_EVIDENCE] = {"evidence", NULL},
};
static const struct name stages[] = {
    [STAGE_ENDED] = {"ended", "终止"},
    [STAGE_STRANGER] = {"stranger", "陌生期"},
    [STAGE_ESTABLISHED] = {"established", "建立期"},
    [STAGE_EVALUATING] = {"evaluating", "考察期"},
    [STAGE_GROWING] = {"growing", "成长期"},
    [STAGE_MATURE] = {"mature", "成熟期"},
};
static const struct name phases[] = {
    [PHASE_NONE] = {"none", NULL},
    [PHASE_PLAN] = {"plan", NULL},
    [PHASE_RELATION] = {"relation", NULL},
    [PHASE_MAINTAIN] = {"maintain", NULL},
};
static const struct name tiers[] = {
    [TIER_ORDINARY] = {"ordinary", NULL},
    [TIER_RISING] = {"rising", "后起之秀"},
    [TIER_STAR] = {"star", "天王巨星"},
    [TIER_FADING] = {"fading", "明日黄花"},
};
static const struct name kinds[] = {
    [KIND_PERSON] = {"person", NULL},
    [KIND_ORGANIZATION] = {"organization", NULL},
};
static const struct name roles[] = {
    [ROLE_CONSUMER] = {"consumer", NULL},
    [ROLE_INTERMEDIARY] = {"intermediary", NULL},
    [ROLE_PUBLIC] = {"public", NULL},
};
static const struct name styles[] = {
    [STYLE_THINKER] = {"thinker", "思考者"},
    [STYLE_COOPERATOR] = {"cooperator", "合作者"},
    [STYLE_EXTROVERT] = {"extrovert", "外向者"},
    [STYLE_AUTHORITARIAN] = {"authoritarian", "威权者"},
};
static const struct name fitnesses[] = {
    [FIT_UNKNOWN] = {"unknown", NULL},
    [FIT_YES] = {"yes", NULL},
    [FIT_NO] = {"no", NULL},
};
static const struct name sides[] = {
    [BY_US] = {"us", NULL},
    [BY_CUSTOMER] = {"customer", NULL},
};
static const struct name objections[] = {
    [OBJECTION_NEED] = {"need", NULL},           [OBJECTION_MONEY] = {"money", NULL},
    [OBJECTION_AUTHORITY] = {"authority", NULL}, [OBJECTION_PRICE] = {"price", NULL},
    [OBJECTION_PRODUCT] = {"product", NULL},     [OBJECTION_PERSON] = {"person", NULL},
};
static const struct name objection_causes[] = {
    [CAUSE_COMPANY] = {"company", NULL},
    [CAUSE_CUSTOMER] = {"customer", NULL},
};
static const struct name promise_states[] = {
    [PROMISE_OPEN] = {"open", NULL},
    [PROMISE_KEPT] = {"kept", NULL},
    [PROMISE_BROKEN] = {"broken", NULL},
    [PROMISE_LAPSED] = {"lapsed", NULL},
};
static const struct name reminder_kinds[] = {
#define X(number, NAME, text) [REMINDER_##NAME] = {text, NULL},
    REMINDER_KINDS(X)
#undef X
};
static const struct name reminder_statuses[] = {
    [REMINDER_OPEN] = {"open", NULL},
    [REMINDER_DONE] = {"done", NULL},
    [REMINDER_MOOT] = {"moot", NULL},
    [REMINDER_DISMISSED] = {"dismissed", NULL},
};

const char *level_code(int level)
{
    return NAME_OF(levels, level).code;
}

const char *level_name_zh(int level)
{
    return NAME_OF(levels, level).zh;
}

const char *level_cause_code(enum level_cause cause)
{
    return NAME_OF(level_causes, cause).code;
}

const char *stage_code(int stage)
{
    return NAME_OF(stages, stage).code;
}

const char *stage_name_zh(int stage)
{
    return NAME_OF(stages, stage).zh;
}

const char *phase_code(int phase)
{
    return NAME_OF(phases, phase).code;
}

const char *tier_code(int tier)
{
    return NAME_OF(tiers, tier).code;
}

const char *tier_name_zh(int tier)
{
    return NAME_OF(tiers, tier).zh;
}

const char *customer_kind_code(int kind)
{
    return NAME_OF(kinds, kind).code;
}

const char *customer_role_code(int role)
{
    return NAME_OF(roles, role).code;
}

const char *customer_style_code(int style)
{
    return NAME_OF(styles, style).code;
}

const char *customer_style_zh(int style)
{
    return NAME_OF(styles, style).zh;
}

const char *fitness_code(int fitness)
{
    return NAME_OF(fitnesses, fitness).code;
}

const char *by_code(int by)
{
    return NAME_OF(sides, by).code;
}

const char *objection_code(int kind)
{
    return NAME_OF(objections, kind).code;
}

const char *objection_cause_code(int cause)
{
    return NAME_OF(objection_causes, cause).code;
}

const char *promise_state_code(int state)
{
    return NAME_OF(promise_states, state).code;
}

const char *reminder_kind_code(enum reminder_kind kind)
{
    return NAME_OF(reminder_kinds, kind).code;
}

const char *reminder_status_code(enum reminder_status status)
{
    return NAME_OF(reminder_statuses, status).code;
}
