// `guanxid customer show`: every column of v_customer with its name and what it means.
#include "main/customer.h"

#include "base/status.h"
#include "codec/writer.h"

#include <string.h>

// What a column holds beyond its type.
enum sense { AS_IT_IS, LEVEL, STAGE, MONEY, SHARE, TIER, ZONE, PHASE, KIND, ROLE, STYLE, FITNESS, SIDE, SHOWN_ABOVE };

static const struct label {
    const char *column;
    enum phrase phrase;
    enum sense sense;
} labels[] = {
    {"customer_id", PHRASE_LABEL_CUSTOMER, AS_IT_IS},
    {"name", PHRASE_LABEL_NAME, AS_IT_IS},
    {"owner", PHRASE_LABEL_OWNER, AS_IT_IS},
    {"manager", PHRASE_LABEL_MANAGER, AS_IT_IS},
    {"kind", PHRASE_LABEL_KIND, KIND},
    {"role", PHRASE_LABEL_ROLE, ROLE},
    {"style", PHRASE_LABEL_STYLE, STYLE},
    {"channel", PHRASE_LABEL_CHANNEL, AS_IT_IS},
    {"fit_money", PHRASE_LABEL_FIT_MONEY, FITNESS},
    {"fit_authority", PHRASE_LABEL_FIT_AUTHORITY, FITNESS},
    {"fit_need", PHRASE_LABEL_FIT_NEED, FITNESS},
    {"unfit", PHRASE_LABEL_UNFIT, AS_IT_IS},
    {"first_seen_at", PHRASE_LABEL_FIRST_SEEN, AS_IT_IS},
    {"last_contact_at", PHRASE_LABEL_LAST_CONTACT, AS_IT_IS},
    {"last_inbound_at", PHRASE_LABEL_LAST_INBOUND, AS_IT_IS},
    {"last_outbound_at", PHRASE_LABEL_LAST_OUTBOUND, AS_IT_IS},
    {"rhythm", PHRASE_LABEL_RHYTHM, AS_IT_IS},
    {"unanswered_at", PHRASE_LABEL_UNANSWERED, AS_IT_IS},
    {"unfollowed_at", PHRASE_LABEL_UNFOLLOWED, AS_IT_IS},
    {"followed_up_at", PHRASE_LABEL_FOLLOWED_UP, AS_IT_IS},
    {"warmth", PHRASE_LABEL_WARMTH, AS_IT_IS},
    {"warmth_at", PHRASE_LABEL_WARMTH_AT, AS_IT_IS},
    {"level", PHRASE_LABEL_LEVEL, LEVEL},
    {"level_code", PHRASE_LABEL_LEVEL, SHOWN_ABOVE},
    {"level_zh", PHRASE_LABEL_LEVEL, SHOWN_ABOVE},
    {"level_since", PHRASE_LABEL_LEVEL_SINCE, AS_IT_IS},
    {"target_level", PHRASE_LABEL_TARGET, LEVEL},
    {"zone", PHRASE_LABEL_ZONE, ZONE},
    {"tier", PHRASE_LABEL_TIER, TIER},
    {"abc", PHRASE_LABEL_ABC, AS_IT_IS},
    {"stage", PHRASE_LABEL_STAGE, STAGE},
    {"stage_code", PHRASE_LABEL_STAGE, SHOWN_ABOVE},
    {"stage_zh", PHRASE_LABEL_STAGE, SHOWN_ABOVE},
    {"stage_since", PHRASE_LABEL_STAGE_SINCE, AS_IT_IS},
    {"ended_by", PHRASE_LABEL_ENDED_BY, SIDE},
    {"ended_reason", PHRASE_LABEL_ENDED_REASON, AS_IT_IS},
    {"pram_cycle", PHRASE_LABEL_PRAM_CYCLE, AS_IT_IS},
    {"pram_phase", PHRASE_LABEL_PRAM_PHASE, PHASE},
    {"premature", PHRASE_LABEL_PREMATURE, AS_IT_IS},
    {"agreement_at", PHRASE_LABEL_AGREEMENT_AT, AS_IT_IS},
    {"agreement_until", PHRASE_LABEL_AGREEMENT_UNTIL, AS_IT_IS},
    {"orders", PHRASE_LABEL_ORDERS, AS_IT_IS},
    {"spent", PHRASE_LABEL_SPENT, MONEY},
    {"first_order_at", PHRASE_LABEL_FIRST_ORDER, AS_IT_IS},
    {"last_order_at", PHRASE_LABEL_LAST_ORDER, AS_IT_IS},
    {"purchase_days", PHRASE_LABEL_PURCHASE_DAYS, AS_IT_IS},
    {"referrals", PHRASE_LABEL_REFERRALS, AS_IT_IS},
    {"f", PHRASE_LABEL_F, AS_IT_IS},
    {"m", PHRASE_LABEL_M, MONEY},
    {"keep_rate_us", PHRASE_LABEL_KEEP_US, SHARE},
    {"keep_rate_customer", PHRASE_LABEL_KEEP_CUSTOMER, SHARE},
    {"open_reminders", PHRASE_LABEL_OPEN_REMINDERS, AS_IT_IS},
    {"at_risk", PHRASE_LABEL_AT_RISK, AS_IT_IS},
    {"as_of", PHRASE_LABEL_AS_OF, AS_IT_IS},
    {"policy", PHRASE_LABEL_POLICY, AS_IT_IS},
};

static const struct label *label_of(const char *column)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i].column, column) == 0)
            return &labels[i];
    return NULL;
}

// -------------------------------------------------------------------------------------------------- for people

struct showing {
    struct words *words;
    struct table table; // of labels and values
};

static const char *as_it_is(struct words *words, const struct customer_field *field)
{
    switch (field->type) {
    case FIELD_NUMBER: return words_number(words, field->number);
    case FIELD_REAL: return words_real(words, field->real, 2);
    case FIELD_BOOL: return words_bool(words, field->number);
    case FIELD_INSTANT: return words_instant(words, field->at);
    default: return words_text(words, field->text);
    }
}

static const char *zone(struct words *words, struct span code)
{
    static const char *const codes[] = {"under", "in", "over"};
    for (unsigned i = 0; i < 3; i++)
        if (span_equal(span_text(codes[i]), code))
            return phrase_text(words->language, PHRASE_ZONE_UNDER + i);
    return words_text(words, code);
}

static const char *value_of(struct words *words, const struct customer_field *field, enum sense sense)
{
    if (!field->known)
        return NULL;
#define NUMBER(code, end) code_number(code, end, field->text)
    switch (sense) {
    case LEVEL: return words_level(words, (int)field->number);
    case STAGE: return words_stage(words, (int)field->number);
    case MONEY: return words_money(words, field->number);
    case SHARE: return words_percent(words, field->real);
    case TIER: return words_tier(words, NUMBER(tier_code, TIER_COUNT));
    case ZONE: return zone(words, field->text);
    case PHASE: return words_phase(words, NUMBER(phase_code, PHASE_COUNT));
    case KIND: return words_kind(words, NUMBER(customer_kind_code, KIND_COUNT));
    case ROLE: return words_role(words, NUMBER(customer_role_code, ROLE_COUNT));
    case STYLE: return words_style(words, NUMBER(customer_style_code, STYLE_COUNT));
    case FITNESS: return words_fitness(words, NUMBER(fitness_code, FIT_COUNT));
    case SIDE: return words_by(words, NUMBER(by_code, BY_CUSTOMER + 1));
    default: return as_it_is(words, field);
    }
#undef NUMBER
}

static int show_field(void *context, const struct customer_field *field)
{
    struct showing *showing = context;
    const struct label *label = label_of(field->name);
    if (label && label->sense == SHOWN_ABOVE)
        return 0;
    table_string(&showing->table, label ? phrase_text(showing->words->language, label->phrase) : field->name);
    table_string(&showing->table, value_of(showing->words, field, label ? label->sense : AS_IT_IS));
    return 0;
}

// ------------------------------------------------------------------------------------------------ for programs

enum { FIELDS_MOST = 128 };

// The columns of the view, as many as come.
struct row {
    struct words *words;
    struct table_column columns[FIELDS_MOST];
    struct customer_field fields[FIELDS_MOST];
    size_t count;
};

static int keep_field(void *context, const struct customer_field *field)
{
    struct row *row = context;
    if (row->count == FIELDS_MOST)
        return fault(STATUS_BROKEN, "v_customer has more than %d columns", FIELDS_MOST);
    struct customer_field *kept = &row->fields[row->count];
    *kept = *field;
    kept->name = words_text(row->words, span_text(field->name));
    if (field->known && field->type == FIELD_TEXT)
        kept->text = span_text(words_text(row->words, field->text));
    row->columns[row->count++] = (struct table_column){.name = kept->name};
    return 0;
}

static void put_field(struct table *table, struct words *words, const struct customer_field *field)
{
    if (!field->known) {
        table_plain(table, NULL);
        return;
    }
    switch (field->type) {
    case FIELD_NUMBER: cell_number(table, words, field->number); break;
    case FIELD_REAL: cell_real(table, words, field->real, 0); break;
    case FIELD_BOOL: cell_bool(table, words, field->number); break;
    case FIELD_INSTANT: cell_instant(table, words, field->at); break;
    default: cell_span(table, field->text);
    }
}

static void put_member(struct writer *writer, const struct customer_field *field)
{
    if (!field->known) {
        member_string(writer, field->name, SPAN_NONE);
        return;
    }
    switch (field->type) {
    case FIELD_NUMBER: member_number(writer, field->name, field->number); break;
    case FIELD_REAL: member_real(writer, field->name, field->real); break;
    case FIELD_BOOL: member_bool(writer, field->name, field->number); break;
    case FIELD_INSTANT: member_instant(writer, field->name, field->at); break;
    default: member_string(writer, field->name, field->text);
    }
}

static int show_json(const struct row *row)
{
    struct writer writer;
    writer_init(&writer, row->words->arena);
    json_open(&writer, '{');
    for (size_t i = 0; i < row->count; i++)
        put_member(&writer, &row->fields[i]);
    json_close(&writer, '}');
    struct span text = writer_finish(&writer);
    if (!text.data)
        return fault(STATUS_NOMEM, "out of memory");
    printf("%s\n", text.data);
    return 0;
}

static int show_csv(struct row *row)
{
    struct table table;
    table_begin(&table, stdout, TABLE_CSV, row->columns, row->count);
    for (size_t i = 0; i < row->count; i++)
        put_field(&table, row->words, &row->fields[i]);
    return table_end(&table);
}

static int show_row(struct command_context *context, struct words *words, struct span customer)
{
    struct row row = {.words = words};
    int status = overview_customer(&context->settings.postgres, customer, keep_field, &row);
    if (status != 0)
        return status;
    return is_given(context->given, OPTION_JSON) ? show_json(&row) : show_csv(&row);
}

static int show_text(struct command_context *context, struct words *words, struct span customer)
{
    static const struct table_column columns[] = {{.name = "", .title = ""}, {.name = "", .title = ""}};
    struct showing showing = {.words = words};
    table_begin(&showing.table, stdout, TABLE_TEXT, columns, 2);
    showing.table.titled = false;
    int status = overview_customer(&context->settings.postgres, customer, show_field, &showing);
    int ended = table_end(&showing.table);
    return status ? status : ended;
}

int customer_show(struct command_context *context, struct words *words, const struct overview_identity *identity)
{
    bool text = output_form(context->given) == TABLE_TEXT;
    int status = text ? show_text(context, words, identity->customer) : show_row(context, words, identity->customer);
    if (status == OVERVIEW_NONE)
        return customer_unknown(context->operands[1], identity);
    return status == 0 && words->failed ? fault(STATUS_NOMEM, "out of memory") : status;
}
