// The book of a customer and its packed form.
#include "core/book.h"

const struct care care_none = {
    .anchor = INSTANT_NONE,
    .due_at = INSTANT_NONE,
    .opened_at = INSTANT_NONE,
    .next_notice = INSTANT_NONE,
    .acknowledged_at = INSTANT_NONE,
    .snoozed_until = INSTANT_NONE,
};

// What is behind a count is left as it is: most books are empty, and this one is large.
void book_init(struct book *book)
{
    book->marked = 0;
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        book->care[kind] = care_none;
    }
    for (int kind = 0; kind < BOOK_OBJECTIONS; kind++) {
        book->objections[kind][CAUSE_COMPANY] = INSTANT_NONE;
        book->objections[kind][CAUSE_CUSTOMER] = INSTANT_NONE;
    }
#define X(text, meaning) book->text.size = 0;
    BOOK_TEXTS(X)
#undef X
    book->promise_count = 0;
    book->open_promises = 0;
}

struct kept_promise *book_promise(struct book *book, struct span id)
{
    int low = 0, high = book->promise_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = span_compare(kept_promise_id(&book->promises[middle]), id);
        if (order == 0) {
            return &book->promises[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

// ------------------------------------------------------------------------------------------ packed form
//
// Sections in this order: the count of marks and the marks; then records that begin with a tag, ascending:
// care by kind, objections, texts, promises by id.

enum tag { TAG_CARE = 0, TAG_OBJECTION = 16, TAG_TEXT = 17, TAG_PROMISE = 18 };

#define CARE_INSTANTS(X) \
    X(anchor) X(due_at) X(opened_at) X(next_notice) X(acknowledged_at) X(snoozed_until)

static uint8_t *put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
}

static uint8_t *put_bytes(uint8_t *at, const char *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

static uint8_t *put_care(uint8_t *at, const struct care *care)
{
    at = put(at, care->open, 1);
    at = put(at, care->notices, 2);
#define X(name) at = put(at, (uint64_t)care->name, 8);
    CARE_INSTANTS(X)
#undef X
    return at;
}

static uint8_t *put_marks(uint8_t *at, const struct book *book)
{
    uint8_t *count = at++;
    *count = 0;
    for (int item = 0; item < BOOK_ITEMS; item++) {
        if (book->marked >> item & 1) {
            at = put(at, (uint64_t)item, 1);
            at = put(at, (uint64_t)book->marked_at[item], 8);
            ++*count;
        }
    }
    return at;
}

static uint8_t *put_text(uint8_t *at, int which, const struct book_text *text)
{
    if (text->size == 0) {
        return at;
    }
    at = put(at, TAG_TEXT, 1);
    at = put(at, (uint64_t)which, 1);
    at = put(at, text->size, 2);
    return put_bytes(at, text->bytes, text->size);
}

// A care that never opened takes no room: which of the two there are is told beside them.
static uint8_t *put_promise(uint8_t *at, const struct kept_promise *promise)
{
    bool reminded = promise->reminder.anchor != INSTANT_NONE;
    bool overdue = promise->overdue.anchor != INSTANT_NONE;
    at = put(at, TAG_PROMISE, 1);
    at = put(at, (uint64_t)(promise->by | promise->kept << 1 | reminded << 2 | overdue << 3), 1);
    at = put(at, promise->id_size, 1);
    at = put_bytes(at, promise->id, promise->id_size);
    at = put(at, (uint64_t)promise->since, 8);
    at = put(at, (uint64_t)promise->due, 8);
    at = reminded ? put_care(at, &promise->reminder) : at;
    return overdue ? put_care(at, &promise->overdue) : at;
}

size_t book_pack(const struct book *book, uint8_t packed[BOOK_PACKED_MAX])
{
    uint8_t *at = put_marks(packed, book);
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        if (book->care[kind].anchor != INSTANT_NONE) {
            at = put(at, TAG_CARE + (uint64_t)kind, 1);
            at = put_care(at, &book->care[kind]);
        }
    }
    for (int i = 0; i < 2 * BOOK_OBJECTIONS; i++) {
        instant since = book->objections[i / 2][i % 2];
        if (since != INSTANT_NONE) {
            at = put(at, TAG_OBJECTION, 1);
            at = put(at, (uint64_t)i, 1);
            at = put(at, (uint64_t)since, 8);
        }
    }
    int which = 0;
#define X(text, meaning) at = put_text(at, which++, &book->text);
    BOOK_TEXTS(X)
#undef X
    for (int i = 0; i < book->promise_count; i++) {
        at = put_promise(at, &book->promises[i]);
    }
    size_t size = (size_t)(at - packed);
    return size == 1 ? 0 : size; // the count of no marks
}

// What is left to be read. Reading beyond it fails for good.
struct input {
    const uint8_t *at, *end;
    bool failed;
};

static uint64_t take(struct input *input, int bytes)
{
    if (input->end - input->at < bytes) {
        input->failed = true;
        return 0;
    }
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | *input->at++;
    }
    return value;
}

static void take_bytes(struct input *input, char *bytes, size_t size)
{
    if ((size_t)(input->end - input->at) < size) {
        input->failed = true;
        return;
    }
    memcpy(bytes, input->at, size);
    input->at += size;
}

static bool take_care(struct input *input, struct care *care)
{
    uint64_t open = take(input, 1);
    care->open = open == 1;
    care->notices = (uint16_t)take(input, 2);
#define X(name) care->name = (instant)take(input, 8);
    CARE_INSTANTS(X)
#undef X
    return open <= 1 && care->anchor != INSTANT_NONE; // never opened: has no record
}

static bool take_marks(struct input *input, struct book *book)
{
    int last = -1;
    for (uint64_t left = take(input, 1); left > 0; left--) {
        int item = (int)take(input, 1);
        if (input->failed || item <= last || item >= BOOK_ITEMS) {
            return false;
        }
        book->marked |= UINT64_C(1) << item;
        book->marked_at[item] = (instant)take(input, 8);
        last = item;
    }
    return true;
}

static bool take_objection(struct input *input, struct book *book)
{
    uint64_t i = take(input, 1);
    if (i >= (uint64_t)2 * BOOK_OBJECTIONS) {
        return false;
    }
    book->objections[i / 2][i % 2] = (instant)take(input, 8);
    return book->objections[i / 2][i % 2] != INSTANT_NONE;
}

static bool take_text(struct input *input, struct book *book)
{
    struct book_text *const texts[] = {
#define X(text, meaning) &book->text,
        BOOK_TEXTS(X)
#undef X
    };
    uint64_t which = take(input, 1), size = take(input, 2);
    if (which >= sizeof texts / sizeof *texts || size == 0 ||
        size > (texts[which] == &book->channel ? BOOK_CHANNEL_MAX : BOOK_NAME_MAX)) {
        return false;
    }
    texts[which]->size = (uint16_t)size;
    take_bytes(input, texts[which]->bytes, size);
    return true;
}

static bool take_promise(struct input *input, struct book *book)
{
    uint64_t flags = take(input, 1), size = take(input, 1);
    bool kept = flags & 2;
    int others = kept ? book->promise_count - book->open_promises : book->open_promises;
    if (others == BOOK_PROMISES || flags > 15 || (kept && flags & 8) || size == 0 || size > BOOK_PROMISE_ID_MAX) {
        return false;
    }
    struct kept_promise *promise = &book->promises[book->promise_count];
    promise->by = flags & 1;
    promise->kept = kept;
    promise->id_size = (uint8_t)size;
    take_bytes(input, promise->id, size);
    promise->since = (instant)take(input, 8);
    promise->due = (instant)take(input, 8);
    promise->reminder = promise->overdue = care_none;
    if ((flags & 4 && !take_care(input, &promise->reminder)) || (flags & 8 && !take_care(input, &promise->overdue))) {
        return false;
    }
    if (input->failed || (book->promise_count > 0 &&
                          span_compare(kept_promise_id(promise - 1), kept_promise_id(promise)) >= 0)) {
        return false;
    }
    book->promise_count++;
    book->open_promises += !kept;
    return true;
}

// Where the record of this tag stands among all: by its tag, then by the number that follows. Promises, the last,
// see to the order of their ids.
static int place_of(const struct input *input, int tag)
{
    bool numbered = tag == TAG_OBJECTION || tag == TAG_TEXT;
    return tag << 8 | (numbered && input->at < input->end ? *input->at : 0);
}

static bool take_record(struct input *input, struct book *book, int tag)
{
    switch (tag) {
    case TAG_OBJECTION: return take_objection(input, book);
    case TAG_TEXT: return take_text(input, book);
    case TAG_PROMISE: return take_promise(input, book);
    default: return tag < REMINDER_INSTANT_KINDS && take_care(input, &book->care[tag]);
    }
}

int book_unpack(struct book *book, const uint8_t *packed, size_t size)
{
    book_init(book);
    if (size == 0) {
        return 0;
    }
    struct input input = {.at = packed, .end = packed + size};
    bool good = take_marks(&input, book) && size > 1;
    for (int last = -1; good && input.at < input.end;) {
        int tag = (int)take(&input, 1), place = place_of(&input, tag);
        good = (place > last || tag == TAG_PROMISE) && take_record(&input, book, tag);
        last = place;
    }
    if (!good || input.failed) {
        book_init(book);
        return -1;
    }
    return 0;
}
