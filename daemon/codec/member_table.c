#include "member_table.h"

#include "core/customer.h"

#define WORD(text)             \
    {                          \
        text, sizeof(text) - 1 \
    }
static const struct words directions = {
    "inbound, outbound, both", SIDE_INBOUND, {WORD("inbound"), WORD("outbound"), WORD("both")}};
static const struct words sentiments = {"praise, suggestion, complaint",
                                        SENTIMENT_PRAISE,
                                        {WORD("praise"), WORD("suggestion"), WORD("complaint")}};
static const struct words objections = {"need, money, authority, price, product, person",
                                        OBJECTION_NEED,
                                        {WORD("need"), WORD("money"), WORD("authority"),
                                         WORD("price"), WORD("product"), WORD("person")}};
static const struct words causes = {
    "company, customer", CAUSE_COMPANY, {WORD("company"), WORD("customer")}};
static const struct words sides = {"us, customer", BY_US, {WORD("us"), WORD("customer")}};
static const struct words kinds = {
    "person, organization", KIND_PERSON, {WORD("person"), WORD("organization")}};
static const struct words roles = {"consumer, intermediary, public",
                                   ROLE_CONSUMER,
                                   {WORD("consumer"), WORD("intermediary"), WORD("public")}};
static const struct words styles = {
    "thinker, cooperator, extrovert, authoritarian",
    STYLE_THINKER,
    {WORD("thinker"), WORD("cooperator"), WORD("extrovert"), WORD("authoritarian")}};
static const struct words answers = {
    "yes, no, unknown", 1 + FIT_UNKNOWN, {WORD("unknown"), WORD("yes"), WORD("no")}};
static const struct words tiers = {
    "ordinary, rising, star, fading",
    TIER_ORDINARY,
    {WORD("ordinary"), WORD("rising"), WORD("star"), WORD("fading")}};

enum { ID_BYTES = 128, NAME_BYTES = 256, CHANNEL_BYTES = 64 };

#define PLACE(field) offsetof(struct facts, field)
#define MUST(text, form_, field, help_, ...)                                                 \
    {                                                                                        \
        .name = WORD(text), .form = form_, .place = PLACE(field), .help = help_, __VA_ARGS__ \
    }
#define MAY(text, form_, field, help_, ...) \
    MUST(text, form_, field, help_, .optional = true, __VA_ARGS__)

#define DIRECTION                                                                       \
    MUST("direction", FORM_WORD, event.direction,                                       \
         "Who came to whom: inbound, the customer to us; outbound, we to the customer", \
         .words = &directions)
#define ORDER_ID \
    MUST("order_id", FORM_LINE, event.ref, "The order, as the shop calls it", .most = ID_BYTES)
#define AMOUNT                          \
    MUST(                               \
        "amount", FORM_DECIMAL, amount, \
        "Without sign or exponent, with no more decimals than the currency has; a string keeps it exact everywhere")
#define CURRENCY MUST("currency", FORM_CURRENCY, currency, "ISO 4217, in any case")
#define PROMISE_ID                                                                             \
    MUST("promise_id", FORM_LINE, event.ref, "Names the promise among those of this customer", \
         .most = ID_BYTES)
#define BY MUST("by", FORM_WORD, event.by, "Whose it is", .words = &sides)
#define OBJECTION \
    MUST("kind", FORM_WORD, event.objection, "What is objected to", .words = &objections)
#define REMINDER_ID                                                                    \
    MUST("reminder_id", FORM_LINE, event.ref, "The reminder, as its message names it", \
         .most = ID_BYTES)
#define CHANNEL(field, help_) MAY("channel", FORM_LINE, field, help_, .most = CHANNEL_BYTES)

static const struct member call_completed[] = {
    DIRECTION, MAY("duration_s", FORM_SECONDS, event, "How long it took, in seconds")};
static const struct member with_direction[] = {DIRECTION};
static const struct member message[] = {CHANNEL(
    judged,
    "How it went: email, sms, wechat, letter ..")}; // how it came is not how the customer likes it
static const struct member order_with_amount[] = {ORDER_ID, AMOUNT, CURRENCY};
static const struct member order_delivered[] = {ORDER_ID};
static const struct member cost_incurred[] = {AMOUNT, CURRENCY};
static const struct member feedback_received[] = {
    MUST("sentiment", FORM_WORD, event.variant, "What it says of us", .words = &sentiments)};
static const struct member referral_given[] = {
    MAY("referred", FORM_TEXT, event.text, "Who was referred")};
static const struct member objection_raised[] = {
    OBJECTION,
    MAY("cause", FORM_WORD, event.cause, "Where it lies; company if left out", .words = &causes)};
static const struct member objection_resolved[] = {OBJECTION};
static const struct member plan_made[] = {
    MAY("goal", FORM_TEXT, event.text, "What is to be reached")};
static const struct member agreement_made[] = {
    MAY("until", FORM_INSTANT, event.until, "Until when it runs")};
static const struct member promise_made[] = {
    PROMISE_ID, BY, MUST("due", FORM_INSTANT, event.due, "By when it is to be kept"),
    MAY("about", FORM_TEXT, event.text, "What was promised")};
static const struct member promise_outcome[] = {PROMISE_ID, BY};
static const struct member relationship_ended[] = {BY, MAY("reason", FORM_TEXT, event.text, "Why")};
static const struct member checklist_marked[] = {
    MUST("list", FORM_TEXT, list, "A checklist of the configuration"),
    MUST("item", FORM_TEXT, item, "An item of that list")};
static const struct member customer_updated[] = {
    MAY("owner", FORM_LINE, profile.owner, "Who looks after the customer: reminders go there",
        .most = NAME_BYTES),
    MAY("manager", FORM_LINE, profile.manager, "Who is told when nobody does", .most = NAME_BYTES),
    MAY("name", FORM_LINE, profile.name, "What the customer is called", .most = NAME_BYTES),
    MAY("kind", FORM_WORD, profile.kind, "What the customer is", .words = &kinds),
    MAY("role", FORM_WORD, profile.role, "Its place in the market", .words = &roles),
    MAY("style", FORM_WORD, profile.style, "How to talk with the customer", .words = &styles),
    CHANNEL(profile.channel, "How the customer likes to be reached"),
    MAY("money", FORM_WORD, profile.money, "Whether there is money for it", .words = &answers),
    MAY("authority", FORM_WORD, profile.authority, "Whether the customer may decide",
        .words = &answers),
    MAY("need", FORM_WORD, profile.need, "Whether there is a need", .words = &answers),
};
static const struct member customer_merged[] = {
    MUST("into", FORM_LINE, event.ref, "The customer who remains", .most = ID_BYTES)};
static const struct member customer_unmerged[] = {
    MUST("customer", FORM_LINE, event.ref, "The id that goes back", .most = ID_BYTES)};
static const struct member reminder_named[] = {REMINDER_ID};
static const struct member reminder_snoozed[] = {
    REMINDER_ID,
    MUST("until", FORM_INSTANT, event.until, "Until when to be left alone; after the event")};
static const struct member valued[] = {
    MUST("tier", FORM_WORD, event.tier, "Tier of the rank", .words = &tiers),
    MUST("target", FORM_LEVEL, event.target, "The level it asks for")};

#define MEMBERS(array)                          \
    {                                           \
        array, sizeof(array) / sizeof(array)[0] \
    }
static const struct members members_by_type[] = {
    [TYPE_CALL_COMPLETED] = MEMBERS(call_completed),
    [TYPE_CALL_MISSED] = MEMBERS(with_direction),
    [TYPE_VISIT_COMPLETED] = MEMBERS(with_direction),
    [TYPE_MESSAGE_SENT] = MEMBERS(message),
    [TYPE_MESSAGE_RECEIVED] = MEMBERS(message),
    [TYPE_ORDER_PLACED] = MEMBERS(order_with_amount),
    [TYPE_ORDER_DELIVERED] = MEMBERS(order_delivered),
    [TYPE_ORDER_REFUNDED] = MEMBERS(order_with_amount),
    [TYPE_COST_INCURRED] = MEMBERS(cost_incurred),
    [TYPE_FEEDBACK_RECEIVED] = MEMBERS(feedback_received),
    [TYPE_REFERRAL_GIVEN] = MEMBERS(referral_given),
    [TYPE_OBJECTION_RAISED] = MEMBERS(objection_raised),
    [TYPE_OBJECTION_RESOLVED] = MEMBERS(objection_resolved),
    [TYPE_PLAN_MADE] = MEMBERS(plan_made),
    [TYPE_AGREEMENT_MADE] = MEMBERS(agreement_made),
    [TYPE_PROMISE_MADE] = MEMBERS(promise_made),
    [TYPE_PROMISE_KEPT] = MEMBERS(promise_outcome),
    [TYPE_PROMISE_BROKEN] = MEMBERS(promise_outcome),
    [TYPE_RELATIONSHIP_ENDED] = MEMBERS(relationship_ended),
    [TYPE_CHECKLIST_MARKED] = MEMBERS(checklist_marked),
    [TYPE_CUSTOMER_UPDATED] = MEMBERS(customer_updated),
    [TYPE_CUSTOMER_MERGED] = MEMBERS(customer_merged),
    [TYPE_CUSTOMER_UNMERGED] = MEMBERS(customer_unmerged),
    [TYPE_REMINDER_ACKNOWLEDGED] = MEMBERS(reminder_named),
    [TYPE_REMINDER_DISMISSED] = MEMBERS(reminder_named),
    [TYPE_REMINDER_SNOOZED] = MEMBERS(reminder_snoozed),
    [TYPE_VALUED] = MEMBERS(valued),
};

const struct member member_direction = DIRECTION;

struct members members_of_type(uint16_t type)
{
    enum { TYPES = sizeof members_by_type / sizeof members_by_type[0] };
    return type < TYPES ? members_by_type[type] : (struct members){0};
}
