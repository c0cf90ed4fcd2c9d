// Why a reminder speaks, in a sentence a salesperson reads: one table, filled in by name.
#include "encode_parts.h"

#include "codec/time.h"

#include <stdio.h>

// The names are those of the table of fillers below.
const struct sentence sentence_table[SAYING_COUNT] = {
    [SAY_CADENCE] = {"No contact for {age} (last on {date}); {class} is due every {interval}.",
                     "已有{age}没有联系（上次联系：{date}）；{class}应每{interval}联系一次。"},
    [SAY_CADENCE_RESUMED] = {"No contact for {age}, since care was resumed on {date}; "
                             "{class} is due every {interval}.",
                             "自{date}恢复跟进以来已有{age}没有联系；{class}应每{interval}联系一次。"},
    [SAY_CADENCE_NO_CONTACT] = {"No contact yet, {age} after the customer became known on {date}; "
                                "{class} is due every {interval}.",
                                "自{date}建立客户档案以来已有{age}，尚未联系；"
                                "{class}应每{interval}联系一次。"},
    [SAY_RESPONSE] = {"The customer has waited for an answer for {age} (asked on {date}); "
                      "an answer is due within {response}.",
                      "客户等待答复已有{age}（提出于{date}）；应在{response}内答复。"},
    [SAY_AFTERSALE] = {"Nobody has followed up the order of {date} for {age}; "
                       "a follow-up is due within {aftersale} of the order or its delivery.",
                       "{date}的订单已有{age}无人回访；应在下单或交货后{aftersale}内回访。"},
    [SAY_ZONE] = {"The relationship has been below its target for {age} (since {date}): the level is {level}, "
                  "the target {target}; the gap is to be closed within {zone}.",
                  "关系等级低于目标已有{age}（自{date}起）：现为{level}，目标为{target}；应在{zone}内达到目标。"},
    [SAY_STALLED] = {"No step beyond the stage {stage} for {age} (since {date}); "
                     "the next stage is due within {stall}.",
                     "停留在{stage}已有{age}（自{date}起），没有进展；应在{stall}内推进到下一阶段。"},
    [SAY_OBJECTION] = {"The objection about {objections} has been open for {age} (raised on {date}); "
                       "it is to be handled within {objection}.",
                       "客户异议（{objections}）已有{age}未化解（提出于{date}）；应在{objection}内处理。"},
    [SAY_RENEWAL] = {"The agreement of {date} ends on {until}; its renewal is to be discussed.",
                     "{date}达成的协议将于{until}到期，应洽谈续约。"},
    [SAY_RENEWAL_OVER] = {"The agreement of {date} ended on {until} and has not been renewed.",
                          "{date}达成的协议已于{until}到期，尚未续约。"},
    [SAY_RENEWAL_OPEN] = {"The agreement of {date}, made without an end, has run for {age}; "
                          "its renewal is to be discussed.",
                          "{date}达成的协议（未约定期限）已执行{age}，应洽谈续约。"},
    [SAY_PROMISE] = {"Our promise ({promise}) of {date} is to be kept by {promised}.",
                     "我方于{date}作出的承诺（{promise}）最迟应于{promised}兑现。"},
    [SAY_OVERDUE_OURS] = {"Our promise ({promise}) was to be kept by {promised} and is {over} overdue.",
                          "我方承诺（{promise}）应于{promised}前兑现，已逾期{over}，请尽快兑现。"},
    [SAY_OVERDUE_THEIRS] = {"The customer's promise ({promise}) was to be kept by {promised} "
                            "and is {over} overdue.",
                            "客户承诺（{promise}）应于{promised}前兑现，已逾期{over}，请提醒客户。"},
    [SAY_THANKS] = {"On {date} the customer kept a promise ({promise}) that was due on {promised}; "
                    "nobody has said thank you yet.",
                    "客户已于{date}兑现承诺（{promise}，约定日期：{promised}），尚未致谢。"},
    [SAY_THANKS_UNDATED] = {"On {date} the customer kept a promise ({promise}); "
                            "nobody has said thank you yet.",
                            "客户已于{date}兑现承诺（{promise}），尚未致谢。"},
};

struct filling {
    const struct policy *policy;
    const struct about *about;
    const struct kept_promise *promise; // NULL: none
    bool zh;
};

static void write_count(struct writer *writer, int64_t count, const char *en, const char *zh, bool in_zh)
{
    write_number(writer, count);
    if (in_zh) {
        write_text(writer, zh);
        return;
    }
    write_text(writer, " ");
    write_text(writer, en);
    write_text(writer, count == 1 ? "" : "s");
}

void write_duration(struct writer *writer, duration length, bool zh)
{
    duration rest = length % DAY;
    if (rest == 0 || length > 3 * DAY) {
        write_count(writer, length / DAY, "day", "天", zh);
        if (rest == 0) {
            return;
        }
        write_text(writer, zh ? "" : " ");
        length = rest;
    }
    if (length % HOUR == 0) {
        write_count(writer, length / HOUR, "hour", "小时", zh);
    } else if (length % MINUTE == 0) {
        write_count(writer, length / MINUTE, "minute", "分钟", zh);
    } else {
        write_count(writer, length / SECOND, "second", "秒", zh);
    }
}

// Calendar days of the business from an instant to the notice.
static void write_days_since(struct writer *writer, const struct filling *filling, instant since)
{
    const struct policy *policy = filling->policy;
    int32_t days = policy_day(policy, filling->about->notice_at) - policy_day(policy, since);
    if (days > 0) {
        write_count(writer, days, "day", "天", filling->zh);
    } else {
        write_text(writer, filling->zh ? "不到1天" : "less than a day");
    }
}

static void write_date(struct writer *writer, const struct filling *filling, instant at)
{
    int year, month, day;
    char text[16];
    time_date(policy_day(filling->policy, at), &year, &month, &day);
    int size = snprintf(text, sizeof text, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                        (unsigned)day % 100);
    write_bytes(writer, span_of(text, (size_t)size));
}

static void write_term(struct writer *writer, const struct filling *filling, const char *en, const char *zh)
{
    if (!filling->zh) {
        write_text(writer, en);
        return;
    }
    write_text(writer, "“");
    write_text(writer, zh);
    write_text(writer, "”");
}

static void fill_age(struct writer *writer, const struct filling *filling)
{
    write_days_since(writer, filling, filling->about->anchor);
}

static void fill_date(struct writer *writer, const struct filling *filling)
{
    write_date(writer, filling, filling->about->anchor);
}

static duration interval_of(const struct filling *filling, int tier)
{
    return policy_interval(filling->policy, filling->about->customer->level, tier);
}

// What the interval goes by: the level, and the tier where it makes a difference.
static void fill_class(struct writer *writer, const struct filling *filling)
{
    const struct customer *customer = filling->about->customer;
    const char *code = level_code(customer->level);
    int tier = customer_trait(customer, TRAIT_TIER);
    bool matters = interval_of(filling, tier) != interval_of(filling, TIER_NONE);
    if (!filling->zh) {
        write_text(writer, strchr("aeiou", code[0]) ? "an " : "a ");
        write_text(writer, code);
        write_text(writer, matters ? " " : "");
        write_text(writer, matters ? tier_code(tier) : "");
        write_text(writer, " customer");
        return;
    }
    write_term(writer, filling, code, level_name_zh(customer->level));
    write_text(writer, "客户");
    if (matters && tier_name_zh(tier)) {
        write_text(writer, "（");
        write_text(writer, tier_name_zh(tier));
        write_text(writer, "）");
    }
}

static void fill_interval(struct writer *writer, const struct filling *filling)
{
    int tier = customer_trait(filling->about->customer, TRAIT_TIER);
    write_duration(writer, interval_of(filling, tier), filling->zh);
}

static void fill_level(struct writer *writer, const struct filling *filling)
{
    int level = filling->about->customer->level;
    write_term(writer, filling, level_code(level), level_name_zh(level));
}

static void fill_target(struct writer *writer, const struct filling *filling)
{
    int level = customer_trait(filling->about->customer, TRAIT_TARGET);
    write_term(writer, filling, level_code(level), level_name_zh(level));
}

static void fill_stage(struct writer *writer, const struct filling *filling)
{
    int stage = filling->about->customer->stage;
    write_term(writer, filling, stage_code(stage), stage_name_zh(stage));
}

// The kinds of the objections that are open for so long: those of the anchor.
static void fill_objections(struct writer *writer, const struct filling *filling)
{
    static const struct {
        const char *en, *zh;
    } names[OBJECTION_KIND_COUNT] = {
        [OBJECTION_NEED] = {"the need", "需求"},       [OBJECTION_MONEY] = {"the budget", "财力"},
        [OBJECTION_AUTHORITY] = {"the authority to decide", "决策权"},
        [OBJECTION_PRICE] = {"the price", "价格"},     [OBJECTION_PRODUCT] = {"the product", "产品"},
        [OBJECTION_PERSON] = {"our salesperson", "销售人员"},
    };
    const struct book *book = filling->about->customer->book;
    instant anchor = filling->about->anchor;
    const char *joint = "";
    for (int kind = 0; kind < OBJECTION_KIND_COUNT; kind++) {
        const instant *since = book->objections[kind];
        if (since[CAUSE_COMPANY] == anchor || since[CAUSE_CUSTOMER] == anchor) {
            write_text(writer, joint);
            write_text(writer, filling->zh ? names[kind].zh : names[kind].en);
            joint = filling->zh ? "、" : " and ";
        }
    }
}

static void fill_until(struct writer *writer, const struct filling *filling)
{
    write_date(writer, filling, filling->about->customer->agreement_until);
}

static void fill_promise(struct writer *writer, const struct filling *filling)
{
    write_bytes(writer, filling->about->promise_id);
}

// By when it was promised; a book without it leaves the due of the reminder.
static instant promised(const struct filling *filling)
{
    return filling->promise ? filling->promise->due : filling->about->due_at;
}

static void fill_promised(struct writer *writer, const struct filling *filling)
{
    write_date(writer, filling, promised(filling));
}

static void fill_over(struct writer *writer, const struct filling *filling)
{
    write_days_since(writer, filling, promised(filling));
}

// Without a function it is a setting of the policy.
static const struct {
    struct span name;
    void (*fill)(struct writer *writer, const struct filling *filling);
    size_t setting;
} fillers[] = {
#define NAME(text) {text, sizeof(text) - 1}
    {NAME("age"), fill_age, 0},               // days since the anchor
    {NAME("date"), fill_date, 0},             // day of the anchor
    {NAME("class"), fill_class, 0},           // the customer by level and tier
    {NAME("interval"), fill_interval, 0},     // of such a customer
    {NAME("level"), fill_level, 0},           // the present one
    {NAME("target"), fill_target, 0},         // the level it should be
    {NAME("stage"), fill_stage, 0},           // the present one
    {NAME("objections"), fill_objections, 0}, // what they are about
    {NAME("until"), fill_until, 0},           // last day of the agreement
    {NAME("promise"), fill_promise, 0},       // its id
    {NAME("promised"), fill_promised, 0},     // day by which it was promised
    {NAME("over"), fill_over, 0},             // days since then
    {NAME("response"), NULL, offsetof(struct policy, response_within)},
    {NAME("aftersale"), NULL, offsetof(struct policy, aftersale_after)},
    {NAME("zone"), NULL, offsetof(struct policy, zone_grace)},
    {NAME("stall"), NULL, offsetof(struct policy, stall_after)},
    {NAME("objection"), NULL, offsetof(struct policy, objection_within)},
#undef NAME
};
enum { FILLERS = sizeof fillers / sizeof fillers[0] };

static size_t filler_named(struct span name)
{
    size_t i = 0;
    while (i < FILLERS && !span_equal(fillers[i].name, name)) {
        i++;
    }
    return i;
}

bool sentence_knows(struct span name)
{
    return filler_named(name) < FILLERS;
}

static void write_filled(struct writer *writer, const struct filling *filling, struct span name)
{
    size_t at = filler_named(name);
    if (at == FILLERS) {
        return;
    }
    if (fillers[at].fill) {
        fillers[at].fill(writer, filling);
        return;
    }
    duration length;
    memcpy(&length, (const char *)filling->policy + fillers[at].setting, sizeof length);
    write_duration(writer, length, filling->zh);
}

static struct span fill(struct arena *arena, const struct filling *filling, const char *template)
{
    struct writer writer;
    writer_init(&writer, arena);
    for (const char *open; (open = strchr(template, '{'));) {
        const char *close = strchr(open, '}');
        write_bytes(&writer, span_of(template, (size_t)(open - template)));
        write_filled(&writer, filling, span_of(open + 1, (size_t)(close - open - 1)));
        template = close + 1;
    }
    write_text(&writer, template);
    return writer_finish(&writer);
}

static enum saying say_cadence(const struct about *about)
{
    const struct customer *customer = about->customer;
    if (about->anchor > instant_later(customer->last_contact_at, customer->first_seen_at)) {
        return SAY_CADENCE_RESUMED;
    }
    return customer->last_contact_at == INSTANT_NONE ? SAY_CADENCE_NO_CONTACT : SAY_CADENCE;
}

static enum saying say_renewal(const struct about *about)
{
    instant until = about->customer->agreement_until;
    if (until == INSTANT_NONE) {
        return SAY_RENEWAL_OPEN;
    }
    return about->notice_at < until ? SAY_RENEWAL : SAY_RENEWAL_OVER;
}

static enum saying say(const struct filling *filling)
{
    const struct kept_promise *promise = filling->promise;
    switch (filling->about->kind) {
    case REMINDER_CADENCE: return say_cadence(filling->about);
    case REMINDER_RESPONSE: return SAY_RESPONSE;
    case REMINDER_AFTERSALE: return SAY_AFTERSALE;
    case REMINDER_ZONE: return SAY_ZONE;
    case REMINDER_STALLED: return SAY_STALLED;
    case REMINDER_OBJECTION: return SAY_OBJECTION;
    case REMINDER_RENEWAL: return say_renewal(filling->about);
    case REMINDER_PROMISE: return SAY_PROMISE;
    case REMINDER_OVERDUE:
        return promise && promise->by == BY_CUSTOMER ? SAY_OVERDUE_THEIRS : SAY_OVERDUE_OURS;
    case REMINDER_THANKS: return promise && promise->due != INSTANT_NONE ? SAY_THANKS : SAY_THANKS_UNDATED;
    case REMINDER_KIND_COUNT: break;
    }
    return SAYING_COUNT;
}

static struct span sentence(struct arena *arena, const struct policy *policy, const struct about *about, bool zh)
{
    struct filling filling = {.policy = policy, .about = about, .zh = zh};
    if (about->promise_id.data) {
        filling.promise = book_promise(about->customer->book, about->promise_id);
    }
    const struct sentence *chosen = &sentence_table[say(&filling)];
    return fill(arena, &filling, zh ? chosen->zh : chosen->en);
}

struct span sentence_en(struct arena *arena, const struct policy *policy, const struct about *about)
{
    return sentence(arena, policy, about, false);
}

struct span sentence_zh(struct arena *arena, const struct policy *policy, const struct about *about)
{
    return sentence(arena, policy, about, true);
}
