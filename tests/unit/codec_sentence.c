// The sentences why: the whole table, and what becomes of each when it is filled in.
#include "../../daemon/codec/encode_parts.h"
#include "codec_messages.h"

static void assert_names_known(const char *template)
{
    int names = 0;
    for (const char *open = template; (open = strchr(open, '{')); names++) {
        const char *close = strchr(++open, '}');
        assert_non_null(close);
        if (!sentence_knows(span_of(open, (size_t)(close - open)))) {
            fail_msg("unknown name in: %s", template);
        }
        open = close;
    }
    assert_true(names > 0);
}

// Every sentence has both languages and no name that nothing fills in; both tell the same.
static void table(void **state)
{
    (void)state;
    for (int i = 0; i < SAYING_COUNT; i++) {
        const struct sentence *sentence = &sentence_table[i];
        assert_non_null(sentence->en);
        assert_non_null(sentence->zh);
        assert_names_known(sentence->en);
        assert_names_known(sentence->zh);
        assert_null(strstr(sentence->zh, ". ")); // Chinese text, Chinese marks
        assert_non_null(strstr(sentence->zh, "。"));
        for (const char *open = sentence->en; (open = strchr(open, '{')); open++) {
            char name[32];
            snprintf(name, sizeof name, "%.*s", (int)(strchr(open, '}') + 1 - open), open);
            assert_non_null(strstr(sentence->zh, name));
        }
    }
    assert_false(sentence_knows(SPAN_LITERAL("ages")));
    assert_false(sentence_knows(SPAN_LITERAL("")));
}

static void assert_says(struct fixture *fixture, const struct teller *teller, const char *en, const char *zh)
{
    struct span told = sentence_en(&fixture->arena, &fixture->policy, &teller->about);
    assert_non_null(told.data);
    assert_string_equal(told.data, en);
    assert_int_equal(told.size, strlen(en));
    told = sentence_zh(&fixture->arena, &fixture->policy, &teller->about);
    assert_non_null(told.data);
    assert_string_equal(told.data, zh);
}

static void cadence(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    assert_says(fixture, teller,
                "No contact for 45 days (last on 2026-01-12); an accountable customer is due every 45 days.",
                "已有45天没有联系（上次联系：2026-01-12）；“可靠”客户应每45天联系一次。");
    teller->customer.care_since = teller->about.anchor = at_time("2026-01-20T12:00:00Z");
    assert_says(fixture, teller,
                "No contact for 37 days, since care was resumed on 2026-01-20; "
                "an accountable customer is due every 45 days.",
                "自2026-01-20恢复跟进以来已有37天没有联系；“可靠”客户应每45天联系一次。");
    teller->customer.last_contact_at = INSTANT_NONE;
    assert_says(fixture, teller,
                "No contact for 37 days, since care was resumed on 2026-01-20; "
                "an accountable customer is due every 45 days.",
                "自2026-01-20恢复跟进以来已有37天没有联系；“可靠”客户应每45天联系一次。");
    teller->customer.level = LEVEL_BASIC;
    teller->about.anchor = teller->customer.first_seen_at;
    assert_says(fixture, teller,
                "No contact yet, 56 days after the customer became known on 2026-01-01; "
                "a basic customer is due every 180 days.",
                "自2026-01-01建立客户档案以来已有56天，尚未联系；“一般”客户应每180天联系一次。");
    free(teller);
}

// The interval is that of the level and the tier, which is named where it makes a difference.
static void intervals(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        enum level level;
        enum tier tier;
        const char *en, *zh;
    } cases[] = {
        {LEVEL_BASIC, TIER_NONE, "a basic customer is due every 180 days.", "“一般”客户应每180天联系一次。"},
        {LEVEL_BASIC, TIER_ORDINARY, "a basic customer is due every 180 days.", "“一般”客户应每180天联系一次。"},
        {LEVEL_BASIC, TIER_FADING, "a basic customer is due every 180 days.", "“一般”客户应每180天联系一次。"},
        {LEVEL_REACTIVE, TIER_STAR, "a reactive star customer is due every 45 days.",
         "“反应”客户（天王巨星）应每45天联系一次。"},
        {LEVEL_REACTIVE, TIER_RISING, "a reactive rising customer is due every 67 days 12 hours.",
         "“反应”客户（后起之秀）应每67天12小时联系一次。"},
        {LEVEL_PROACTIVE, TIER_STAR, "a proactive star customer is due every 15 days.",
         "“主动”客户（天王巨星）应每15天联系一次。"},
    };
    struct teller *teller = teller_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        teller->customer.level = (int16_t)cases[i].level;
        customer_set_trait(&teller->customer, TRAIT_TIER, cases[i].tier);
        assert_has(sentence_en(&fixture->arena, &fixture->policy, &teller->about), cases[i].en);
        assert_has(sentence_zh(&fixture->arena, &fixture->policy, &teller->about), cases[i].zh);
    }
    free(teller);
}

static void response_and_aftersale(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    teller->about.anchor = at_time("2026-02-25T23:59:59Z");
    teller->about.kind = REMINDER_RESPONSE;
    assert_says(fixture, teller,
                "The customer has waited for an answer for 1 day (asked on 2026-02-25); "
                "an answer is due within 1 day.",
                "客户等待答复已有1天（提出于2026-02-25）；应在1天内答复。");
    teller->about.kind = REMINDER_AFTERSALE;
    assert_says(fixture, teller,
                "Nobody has followed up the order of 2026-02-25 for 1 day; "
                "a follow-up is due within 7 days of the order or its delivery.",
                "2026-02-25的订单已有1天无人回访；应在下单或交货后7天内回访。");
    free(teller);
}

static void zone_and_stalled(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    teller->about.kind = REMINDER_ZONE;
    teller->customer.level = LEVEL_REACTIVE;
    customer_set_trait(&teller->customer, TRAIT_TARGET, LEVEL_PROACTIVE);
    assert_says(fixture, teller,
                "The relationship has been below its target for 45 days (since 2026-01-12): the level is reactive, "
                "the target proactive; the gap is to be closed within 30 days.",
                "关系等级低于目标已有45天（自2026-01-12起）：现为“反应”，目标为“主动”；应在30天内达到目标。");
    teller->about.kind = REMINDER_STALLED;
    teller->customer.stage = STAGE_EVALUATING;
    assert_says(fixture, teller,
                "No step beyond the stage evaluating for 45 days (since 2026-01-12); "
                "the next stage is due within 60 days.",
                "停留在“考察期”已有45天（自2026-01-12起），没有进展；应在60天内推进到下一阶段。");
    free(teller);
}

// The oldest ones are meant, each kind once; those raised later are not.
static void objections(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    instant(*open)[2] = teller->book.objections;
    teller->about.kind = REMINDER_OBJECTION;
    open[OBJECTION_PRICE][CAUSE_CUSTOMER] = teller->about.anchor;
    open[OBJECTION_PERSON][CAUSE_COMPANY] = teller->about.anchor + 1;
    assert_says(fixture, teller,
                "The objection about the price has been open for 45 days (raised on 2026-01-12); "
                "it is to be handled within 3 days.",
                "客户异议（价格）已有45天未化解（提出于2026-01-12）；应在3天内处理。");
    for (int kind = 0; kind < OBJECTION_KIND_COUNT; kind++) {
        open[kind][CAUSE_COMPANY] = open[kind][CAUSE_CUSTOMER] = teller->about.anchor;
    }
    assert_says(fixture, teller,
                "The objection about the need and the budget and the authority to decide and the price and "
                "the product and our salesperson has been open for 45 days (raised on 2026-01-12); "
                "it is to be handled within 3 days.",
                "客户异议（需求、财力、决策权、价格、产品、销售人员）已有45天未化解（提出于2026-01-12）；应在3天内处理。");
    free(teller);
}

static void renewal(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    teller->about.kind = REMINDER_RENEWAL;
    teller->customer.agreement_at = teller->about.anchor;
    assert_says(fixture, teller,
                "The agreement of 2026-01-12, made without an end, has run for 45 days; "
                "its renewal is to be discussed.",
                "2026-01-12达成的协议（未约定期限）已执行45天，应洽谈续约。");
    teller->customer.agreement_until = teller->about.notice_at + 1;
    assert_says(fixture, teller,
                "The agreement of 2026-01-12 ends on 2026-02-26; its renewal is to be discussed.",
                "2026-01-12达成的协议将于2026-02-26到期，应洽谈续约。");
    teller->customer.agreement_until = teller->about.notice_at;
    assert_says(fixture, teller, "The agreement of 2026-01-12 ended on 2026-02-26 and has not been renewed.",
                "2026-01-12达成的协议已于2026-02-26到期，尚未续约。");
    free(teller);
}

static void promises(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    teller_promise(teller, "p-{age}", BY_US, at_time("2026-02-24T10:00:00Z"));
    teller->about.kind = REMINDER_PROMISE;
    assert_says(fixture, teller, "Our promise (p-{age}) of 2026-01-12 is to be kept by 2026-02-24.",
                "我方于2026-01-12作出的承诺（p-{age}）最迟应于2026-02-24兑现。");
    teller->about.kind = REMINDER_OVERDUE;
    assert_says(fixture, teller, "Our promise (p-{age}) was to be kept by 2026-02-24 and is 2 days overdue.",
                "我方承诺（p-{age}）应于2026-02-24前兑现，已逾期2天，请尽快兑现。");
    teller_promise(teller, "p2", BY_CUSTOMER, at_time("2026-02-26T00:00:00Z"));
    assert_says(fixture, teller,
                "The customer's promise (p2) was to be kept by 2026-02-26 and is less than a day overdue.",
                "客户承诺（p2）应于2026-02-26前兑现，已逾期不到1天，请提醒客户。");
    teller->about.kind = REMINDER_THANKS;
    assert_says(fixture, teller,
                "On 2026-01-12 the customer kept a promise (p2) that was due on 2026-02-26; "
                "nobody has said thank you yet.",
                "客户已于2026-01-12兑现承诺（p2，约定日期：2026-02-26），尚未致谢。");
    teller_promise(teller, "p3", BY_CUSTOMER, INSTANT_NONE);
    assert_says(fixture, teller,
                "On 2026-01-12 the customer kept a promise (p3); nobody has said thank you yet.",
                "客户已于2026-01-12兑现承诺（p3），尚未致谢。");
    free(teller);
}

// Settings are told in the largest unit that leaves nothing over, behind days of which there are many.
static void lengths(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        duration length;
        const char *en, *zh;
    } cases[] = {
        {DAY, "within 1 day.", "在1天内"},
        {10 * DAY, "within 10 days.", "在10天内"},
        {36 * HOUR, "within 36 hours.", "在36小时内"},
        {4 * DAY + HOUR, "within 4 days 1 hour.", "在4天1小时内"},
        {4 * DAY + 90 * MINUTE, "within 4 days 90 minutes.", "在4天90分钟内"},
        {HOUR, "within 1 hour.", "在1小时内"},
        {90 * SECOND, "within 90 seconds.", "在90秒内"},
    };
    struct teller *teller = teller_new();
    teller->about.kind = REMINDER_RESPONSE;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture->policy.response_within = cases[i].length;
        assert_has(sentence_en(&fixture->arena, &fixture->policy, &teller->about), cases[i].en);
        assert_has(sentence_zh(&fixture->arena, &fixture->policy, &teller->about), cases[i].zh);
    }
    free(teller);
}

// Dates are days of the business: late in the evening in UTC is the next morning in Shanghai.
static void dates_of_the_business_zone(void **state)
{
    struct fixture *fixture = *state;
    static const struct zone_transition shanghai = {INT64_MIN + 1, 8 * 3600};
    fixture->policy.zone = (struct zone){1, &shanghai};
    struct teller *teller = teller_new();
    teller->customer.last_contact_at = teller->about.anchor = at_time("2026-01-12T20:00:00Z");
    teller->about.notice_at = at_time("2026-02-26T20:00:00Z");
    struct span en = sentence_en(&fixture->arena, &fixture->policy, &teller->about);
    assert_has(en, "45 days (last on 2026-01-13)");
    free(teller);
}

static void no_memory_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    struct arena none;
    arena_init(&none, SIZE_MAX - 8);
    assert_null(sentence_en(&none, &fixture->policy, &teller->about).data);
    assert_null(sentence_zh(&none, &fixture->policy, &teller->about).data);
    free(teller);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(table),
        TEST(cadence),
        TEST(intervals),
        TEST(response_and_aftersale),
        TEST(zone_and_stalled),
        TEST(objections),
        TEST(renewal),
        TEST(promises),
        TEST(lengths),
        TEST(dates_of_the_business_zone),
        TEST(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
