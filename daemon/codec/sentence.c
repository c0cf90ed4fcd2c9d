// Why a reminder speaks, in a sentence a salesperson reads: one table, filled in by name.
#include "codec/encode.h"

#include "codec/time.h"
#include "writer.h"

#include <stdio.h>

// {age}: calendar days from the anchor to the notice; {date}: the anchor's calendar day; {level}: the present
// level; {interval}, {response}, {aftersale}: settings.
struct sentence {
    const char *en, *zh;
};

static const struct sentence sentences[REMINDER_KIND_COUNT] = {
    [REMINDER_CADENCE] =
        {"No contact for {age} (last on {date}); {level} customer is due every {interval}.",
         "已有{age}没有联系（上次联系：{date}）；{level}客户应每{interval}联系一次。"},
    [REMINDER_RESPONSE] = {"The customer has waited for an answer for {age} (asked on {date}); "
                           "an answer is due within {response}.",
                           "客户等待答复已有{age}（提出于{date}）；应在{response}内答复。"},
    [REMINDER_AFTERSALE] = {"Nobody has followed up the order of {date} for {age}; "
                            "a follow-up is due within {aftersale} of the order or its delivery.",
                            "{date}的订单已有{age}无人回访；应在下单或交货后{aftersale}内回访。"},
};

// A cadence that runs from the first sight of a customer with whom there was no contact yet.
static const struct sentence never_in_contact = {
    "No contact yet, {age} after the customer became known on {date}; {level} customer is due every {interval}.",
    "自{date}建立客户档案以来已有{age}，尚未联系；{level}客户应每{interval}联系一次。"};

struct filling {
    const struct policy *policy;
    const struct notice_message *message;
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

// In the largest unit that leaves nothing over, seconds at the least.
static void write_duration(struct writer *writer, duration length, bool zh)
{
    if (length % DAY == 0) {
        write_count(writer, length / DAY, "day", "天", zh);
    } else if (length % HOUR == 0) {
        write_count(writer, length / HOUR, "hour", "小时", zh);
    } else if (length % MINUTE == 0) {
        write_count(writer, length / MINUTE, "minute", "分钟", zh);
    } else {
        write_count(writer, length / SECOND, "second", "秒", zh);
    }
}

static void write_date(struct writer *writer, int32_t day)
{
    int year, month, of_month;
    char text[16];
    time_date(day, &year, &month, &of_month);
    int size = snprintf(text, sizeof text, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                        (unsigned)of_month % 100);
    write_bytes(writer, span_of(text, (size_t)size));
}

static void write_level(struct writer *writer, int level, bool zh)
{
    if (zh) {
        write_text(writer, "“");
        write_text(writer, level_name_zh(level));
        write_text(writer, "”");
        return;
    }
    const char *code = level_code(level);
    write_text(writer, strchr("aeiou", code[0]) ? "an " : "a ");
    write_text(writer, code);
}

static void write_filled(struct writer *writer, const struct filling *filling, struct span name)
{
    const struct notice_message *message = filling->message;
    const struct policy *policy = filling->policy;
    int level = message->level;
    int32_t day = policy_day(policy, message->anchor);
    if (span_equal(name, SPAN_LITERAL("age"))) {
        write_count(writer, policy_day(policy, message->notice_at) - day, "day", "天", filling->zh);
    } else if (span_equal(name, SPAN_LITERAL("date"))) {
        write_date(writer, day);
    } else if (span_equal(name, SPAN_LITERAL("level"))) {
        write_level(writer, level, filling->zh);
    } else if (span_equal(name, SPAN_LITERAL("interval"))) {
        write_duration(writer, policy->cadence[level], filling->zh);
    } else if (span_equal(name, SPAN_LITERAL("response"))) {
        write_duration(writer, policy->response_within, filling->zh);
    } else if (span_equal(name, SPAN_LITERAL("aftersale"))) {
        write_duration(writer, policy->aftersale_after, filling->zh);
    }
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

static const struct sentence *sentence_for(const struct notice_message *message)
{
    bool contact = message->last_contact_at != INSTANT_NONE;
    return message->kind == REMINDER_CADENCE && !contact ? &never_in_contact : &sentences[message->kind];
}

struct span sentence_en(struct arena *arena, const struct policy *policy,
                        const struct notice_message *message)
{
    return fill(arena, &(struct filling){policy, message, false}, sentence_for(message)->en);
}

struct span sentence_zh(struct arena *arena, const struct policy *policy,
                        const struct notice_message *message)
{
    return fill(arena, &(struct filling){policy, message, true}, sentence_for(message)->zh);
}
