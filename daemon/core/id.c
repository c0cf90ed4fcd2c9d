// Deterministic ids: name-based UUIDs (version 5), the same for whoever works them out, whenever.
#include <uuid/uuid.h>

#include "core/model.h"

// 6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11
static const uint8_t namespace[16] = {0x6f, 0x1c, 0x1d, 0x2e, 0x6f, 0x0a, 0x5c, 0x59,
                                      0x9f, 0x3c, 0x7d, 0x1a, 0x5f, 0x0c, 0x0e, 0x11};

enum {
    NAME_MAX_SIZE = 384, // an id of at most 128 bytes, a type of at most TYPE_NAME_MAX, a number or another id
    DECIMAL_MAX = 20,
};

// A name under construction; what does not fit (nothing that is valid) is cut.
struct name {
    char text[NAME_MAX_SIZE];
    size_t size;
};

static void append(struct name *name, const char *data, size_t size)
{
    size_t room = sizeof name->text - name->size;
    size_t taken = size < room ? size : room;
    if (taken > 0) {
        memcpy(name->text + name->size, data, taken);
        name->size += taken;
    }
}

static void append_decimal(struct name *name, int64_t number)
{
    char digits[DECIMAL_MAX];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        digits[--at] = '-';
    }
    append(name, digits + at, sizeof digits - at);
}

// "<id> LF <middle> LF ".
static void begin_name(struct name *name, struct span id, const char *middle)
{
    append(name, id.data, id.size);
    append(name, "\n", 1);
    append(name, middle, strlen(middle));
    append(name, "\n", 1);
}

static void named_id(uint8_t uuid[16], struct span id, const char *middle, int64_t number)
{
    struct name name = {.size = 0};
    begin_name(&name, id, middle);
    append_decimal(&name, number);
    uuid_generate_sha1(uuid, namespace, name.text, name.size);
}

void reminder_id(uint8_t uuid[16], struct span id, enum reminder_kind kind, instant anchor)
{
    named_id(uuid, id, reminder_kind_code(kind), anchor);
}

void promise_reminder_id(uint8_t uuid[16], struct span id, enum reminder_kind kind, struct span promise_id)
{
    struct name name = {.size = 0};
    begin_name(&name, id, reminder_kind_code(kind));
    append(&name, promise_id.data, promise_id.size);
    uuid_generate_sha1(uuid, namespace, name.text, name.size);
}

void change_id(uint8_t uuid[16], struct span id, const char *type, int64_t n)
{
    named_id(uuid, id, type, n);
}

static bool hyphen_before(int byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_text(const uint8_t uuid[16], char text[37])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        if (hyphen_before(i)) {
            *text++ = '-';
        }
        *text++ = digits[uuid[i] >> 4];
        *text++ = digits[uuid[i] & 15];
    }
    *text = '\0';
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool uuid_parse_text(struct span text, uint8_t uuid[16])
{
    if (text.size != 36) {
        return false;
    }
    uint8_t parsed[16];
    const char *at = text.data;
    for (int i = 0; i < 16; i++) {
        if (hyphen_before(i) && *at++ != '-') {
            return false;
        }
        int high = hex_value(at[0]);
        int low = hex_value(at[1]);
        if (high < 0 || low < 0) {
            return false;
        }
        parsed[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    memcpy(uuid, parsed, sizeof parsed);
    return true;
}
