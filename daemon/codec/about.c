// What a notice says of its customer: who it is, how things stand, and what to do next.
#include "encode_parts.h"

#include "core/model.h"

static void member_stand(struct writer *writer, const char *key, const char *name, int number, const char *code,
                         const char *zh)
{
    json_key(writer, key);
    json_open(writer, '{');
    member_number(writer, name, number);
    member_text(writer, "code", code);
    member_text(writer, "zh", zh);
    json_close(writer, '}');
}

void member_level(struct writer *writer, const char *key, int level)
{
    member_stand(writer, key, "level", level, level_code(level), level_name_zh(level));
}

void member_stage(struct writer *writer, const char *key, int stage)
{
    member_stand(writer, key, "stage", stage, stage_code(stage), stage_name_zh(stage));
}

// A code with its Chinese name; null without a code.
static void member_code(struct writer *writer, const char *key, const char *code, const char *zh)
{
    json_key(writer, key);
    if (!code) {
        json_string(writer, SPAN_NONE);
        return;
    }
    json_open(writer, '{');
    member_text(writer, "code", code);
    member_text(writer, "zh", zh);
    json_close(writer, '}');
}

// How to reach the customer: the way it prefers, then what its worth suggests.
static void member_channels(struct writer *writer, const struct customer *customer)
{
    static const char *const of_star[] = {"face_to_face", "phone", "delegate"};
    static const char *const of_others[] = {"letter", "message", "web"};
    enum { CHANNELS = 3 };
    const char *const *channels =
        customer_trait(customer, TRAIT_TIER) == TIER_STAR ? of_star : of_others;
    struct span own = book_text_span(&customer->book->channel);
    json_key(writer, "channels");
    json_open(writer, '[');
    if (own.data) {
        json_string(writer, own);
    }
    for (int i = 0; i < CHANNELS; i++) {
        struct span channel = span_text(channels[i]);
        if (!own.data || !span_equal(channel, own)) {
            json_string(writer, channel);
        }
    }
    json_close(writer, ']');
}

const char *item_zh(const struct checklist_item *item)
{
    static const struct {
        const char *list, *item, *zh;
    } names[] = {
        {"five_as", "opening", "开场白"},     {"five_as", "discovery", "需求探寻"},
        {"five_as", "message", "传递核心信息"}, {"five_as", "objection", "处理异议"},
        {"five_as", "closing", "缔结"},       {"buying", "attention", "引起注意"},
        {"buying", "interest", "产生兴趣"},   {"buying", "desire", "激发欲望"},
        {"buying", "evaluation", "比较评估"}, {"buying", "purchase", "决定购买"},
        {"spin", "situation", "背景问题"},    {"spin", "problem", "难点问题"},
        {"spin", "implication", "暗示问题"},  {"spin", "payoff", "需求效益问题"},
        {"fab", "features", "特征"},          {"fab", "advantages", "优点"},
        {"fab", "benefits", "利益"},          {"icon", "interests", "利益诉求"},
        {"icon", "criteria", "客观标准"},     {"icon", "options", "可选方案"},
        {"icon", "alternative", "替代方案"},  {"tasks", "plan", "制定计划"},
        {"tasks", "invite", "邀约"},          {"tasks", "visit", "拜访"},
        {"tasks", "survey", "调研"},          {"tasks", "proposal", "提交初步方案"},
        {"tasks", "demo", "产品演示"},        {"tasks", "exchange", "技术交流"},
        {"tasks", "requirements", "需求分析"}, {"tasks", "design", "提交设计方案"},
        {"tasks", "evaluation", "方案评审"},  {"tasks", "negotiation", "商务谈判"},
        {"tasks", "contract", "签订合同"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].list, item->list) == 0 && strcmp(names[i].item, item->item) == 0) {
            return names[i].zh;
        }
    }
    return NULL;
}

static void member_next_steps(struct writer *writer, const struct policy *policy,
                              const struct customer *customer)
{
    uint64_t steps = customer_next_steps(policy, customer);
    json_key(writer, "next_steps");
    json_open(writer, '[');
    for (size_t i = 0; i < policy->item_count; i++) {
        if (steps >> i & 1) {
            json_open(writer, '{');
            member_text(writer, "list", policy->items[i].list);
            member_text(writer, "item", policy->items[i].item);
            member_text(writer, "zh", item_zh(&policy->items[i]));
            json_close(writer, '}');
        }
    }
    json_close(writer, ']');
}

struct span encode_about(struct arena *arena, const struct policy *policy, const struct about *about)
{
    struct span en = sentence_en(arena, policy, about);
    struct span zh = sentence_zh(arena, policy, about);
    if (!en.data || !zh.data) {
        return SPAN_NONE;
    }
    const struct customer *customer = about->customer;
    const struct book *book = customer->book;
    int tier = customer_trait(customer, TRAIT_TIER);
    int style = customer_trait(customer, TRAIT_STYLE);
    struct writer writer;
    writer_init(&writer, arena);
    member_string(&writer, "customer", about->customer_id);
    member_string(&writer, "name", book_text_span(&book->name));
    member_string(&writer, "owner", book_text_span(&book->owner));
    member_string(&writer, "manager", book_text_span(&book->manager));
    member_level(&writer, "level", customer->level);
    member_stage(&writer, "stage", customer->stage);
    member_code(&writer, "tier", tier_code(tier), tier_name_zh(tier));
    member_instant(&writer, "last_contact", customer->last_contact_at);
    member_channels(&writer, customer);
    member_code(&writer, "style", customer_style_code(style), customer_style_zh(style));
    member_next_steps(&writer, policy, customer);
    json_key(&writer, "why");
    json_open(&writer, '{');
    member_string(&writer, "en", en);
    member_string(&writer, "zh", zh);
    json_close(&writer, '}');
    return writer_finish(&writer);
}
