// A member of a message, described.
#include "schema_parts.h"

#include "core/customer.h"

static void say_type(struct writer *writer, const char *type, bool nullable)
{
    if (!nullable) {
        member_text(writer, "type", type);
        return;
    }
    json_key(writer, "type");
    json_open(writer, '[');
    json_string(writer, span_text(type));
    json_string(writer, SPAN_LITERAL("null"));
    json_close(writer, ']');
}

static void say_codes(struct writer *writer, const struct codes *codes, bool nullable)
{
    json_key(writer, "enum");
    json_open(writer, '[');
    for (int number = codes->first; number <= codes->last; number++) {
        json_string(writer, span_text(codes->code(number)));
    }
    if (nullable) {
        json_string(writer, SPAN_NONE);
    }
    json_close(writer, ']');
}

static void say_code_member(struct writer *writer, const struct codes *codes, bool nullable)
{
    json_key(writer, "code");
    json_open(writer, '{');
    say_codes(writer, codes, nullable);
    json_close(writer, '}');
}

static void say_plain(struct writer *writer, const char *key, const char *type, bool nullable)
{
    json_key(writer, key);
    json_open(writer, '{');
    say_type(writer, type, nullable);
    json_close(writer, '}');
}

static void say_number(struct writer *writer, const char *key, int least, int most, bool nullable)
{
    json_key(writer, key);
    json_open(writer, '{');
    say_type(writer, "integer", nullable);
    member_number(writer, "minimum", least);
    member_number(writer, "maximum", most);
    json_close(writer, '}');
}

// What an object has, all of it always.
static void say_required(struct writer *writer, const char *const *names)
{
    json_key(writer, "required");
    json_open(writer, '[');
    for (; *names; names++) {
        json_string(writer, span_text(*names));
    }
    json_close(writer, ']');
    member_bool(writer, "additionalProperties", false);
    json_key(writer, "properties");
    json_open(writer, '{');
}

static void say_object(struct writer *writer, const struct telling *telling)
{
    static const char *const of_level[] = {"level", "code", "zh", NULL};
    static const char *const of_stage[] = {"stage", "code", "zh", NULL};
    static const char *const of_tier[] = {"code", "zh", "target", NULL};
    static const char *const of_event[] = {"source", "id", NULL};
    static const char *const of_sentences[] = {"en", "zh", NULL};
    const struct codes *codes = telling->codes;
    switch (telling->told) {
    case TOLD_LEVEL:
    case TOLD_STAGE: {
        const char *const *names = telling->told == TOLD_LEVEL ? of_level : of_stage;
        say_required(writer, names);
        say_number(writer, names[0], codes->first, codes->last, false);
        say_code_member(writer, codes, false);
        say_plain(writer, "zh", "string", false);
        break;
    }
    case TOLD_TIER:
        say_required(writer, of_tier);
        say_code_member(writer, codes, true);
        say_plain(writer, "zh", "string", true);
        say_number(writer, "target", LEVEL_BASIC, LEVEL_COUNT, true);
        break;
    case TOLD_NAMED:
        say_required(writer, of_level + 1);
        say_code_member(writer, codes, false);
        say_plain(writer, "zh", "string", true);
        break;
    case TOLD_EVENT:
        say_required(writer, of_event);
        say_plain(writer, "source", "string", false);
        say_plain(writer, "id", "string", false);
        break;
    default:
        say_required(writer, of_sentences);
        say_plain(writer, "en", "string", false);
        say_plain(writer, "zh", "string", false);
        break;
    }
    json_close(writer, '}');
}

static void say_items(struct writer *writer, const struct telling *telling)
{
    static const char *const of_step[] = {"list", "item", "zh", NULL};
    json_key(writer, "items");
    json_open(writer, '{');
    if (telling->told == TOLD_STEPS) {
        member_text(writer, "type", "object");
        say_required(writer, of_step);
        say_plain(writer, "list", "string", false);
        say_plain(writer, "item", "string", false);
        say_plain(writer, "zh", "string", true);
        json_close(writer, '}');
    } else if (telling->codes) {
        say_codes(writer, telling->codes, false);
    } else {
        member_text(writer, "type", "string");
    }
    json_close(writer, '}');
}

void schema_member(struct writer *writer, const struct telling *telling)
{
    json_key(writer, telling->name);
    json_open(writer, '{');
    member_text(writer, "description", telling->help);
    switch (telling->told) {
    case TOLD_TEXT: say_type(writer, "string", telling->nullable); break;
    case TOLD_COUNT: say_type(writer, "integer", telling->nullable); break;
    case TOLD_BOOL: say_type(writer, "boolean", false); break;
    case TOLD_WORD: say_codes(writer, telling->codes, telling->nullable); break;
    case TOLD_INSTANT:
        say_type(writer, "string", telling->nullable);
        member_text(writer, "format", "date-time");
        break;
    case TOLD_UUID:
        say_type(writer, "string", false);
        member_text(writer, "format", "uuid");
        break;
    case TOLD_TEXTS:
    case TOLD_WORDS:
    case TOLD_STEPS:
        say_type(writer, "array", false);
        say_items(writer, telling);
        break;
    case TOLD_LEVEL:
    case TOLD_STAGE:
    case TOLD_NAMED:
    case TOLD_TIER:
    case TOLD_EVENT:
    case TOLD_SENTENCES:
        say_type(writer, "object", telling->nullable);
        say_object(writer, telling);
        break;
    }
    json_close(writer, '}');
}
