#include "differ.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/time.h"

bool differ_add(struct verifier *verifier, struct span customer_id, const char *what, const char *stored,
                const char *folded)
{
    struct difference *differences = verifier->differences.items;
    size_t count = verifier->differences.count;
    bool another = count == 0 || !span_equal(differences[count - 1].customer_id, customer_id);
    if (verifier->at.data == NULL || !span_equal(verifier->at, customer_id)) {
        verifier->at = customer_id;
        verifier->counts.differing++;
    }
    if (another && verifier->told == verifier->most)
        return true;
    verifier->told += another;
    struct difference *difference = vector_push(&verifier->differences);
    if (!difference)
        return false;
    difference->customer_id = arena_copy(&verifier->arena, customer_id);
    snprintf(difference->what, sizeof difference->what, "%s", what);
    snprintf(difference->stored, sizeof difference->stored, "%s", stored);
    snprintf(difference->folded, sizeof difference->folded, "%s", folded);
    return difference->customer_id.data != NULL;
}

// -------------------------------------------------------------------------------------------------- state

static void instant_text(instant at, char text[TIME_TEXT_MAX])
{
    if (at == INSTANT_NONE || at == INSTANT_NEVER)
        snprintf(text, TIME_TEXT_MAX, "none");
    else
        time_format(at, text);
}

static bool differ_instants(struct verifier *verifier, struct span id, const char *what, instant stored, instant folded)
{
    char texts[2][TIME_TEXT_MAX];
    if (stored == folded)
        return true;
    instant_text(stored, texts[0]);
    instant_text(folded, texts[1]);
    return differ_add(verifier, id, what, texts[0], texts[1]);
}

static bool differ_numbers(struct verifier *verifier, struct span id, const char *what, int64_t stored, int64_t folded)
{
    char texts[2][32];
    if (stored == folded)
        return true;
    snprintf(texts[0], sizeof texts[0], "%" PRId64, stored);
    snprintf(texts[1], sizeof texts[1], "%" PRId64, folded);
    return differ_add(verifier, id, what, texts[0], texts[1]);
}

static bool differ_reals(struct verifier *verifier, struct span id, const char *what, double stored, double folded)
{
    char texts[2][32];
    int64_t bits[2];
    memcpy(&bits[0], &stored, sizeof stored);
    memcpy(&bits[1], &folded, sizeof folded);
    if (bits[0] == bits[1])
        return true;
    snprintf(texts[0], sizeof texts[0], "%.17g", stored);
    snprintf(texts[1], sizeof texts[1], "%.17g", folded);
    return differ_add(verifier, id, what, texts[0], texts[1]);
}

// What intervals and calendars do not decide.
static size_t pack_lasting(struct span packed, struct book *book, uint8_t bytes[BOOK_PACKED_MAX])
{
    if (book_unpack(book, (const uint8_t *)packed.data, packed.size) != 0)
        return 0;
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++)
        book->care[kind] = care_none;
    for (int i = 0; i < book->promise_count; i++)
        book->promises[i].reminder = book->promises[i].overdue = care_none;
    return book_pack(book, bytes);
}

static bool differ_books(struct verifier *verifier, const struct folded *folded, bool partly)
{
    struct span stored = folded->before.book, made = folded->row.book;
    struct book book;
    uint8_t bytes[2][BOOK_PACKED_MAX];
    char texts[2][32];
    if (span_equal(stored, made))
        return true;
    if (partly) {
        stored = span_of((const char *)bytes[0], pack_lasting(stored, &book, bytes[0]));
        made = span_of((const char *)bytes[1], pack_lasting(made, &book, bytes[1]));
        if (span_equal(stored, made))
            return true;
    }
    snprintf(texts[0], sizeof texts[0], "%u bytes", stored.size);
    snprintf(texts[1], sizeof texts[1], "%u other bytes", made.size);
    return differ_add(verifier, folded->row.id, "what is kept beside its columns", texts[0], texts[1]);
}

// The next wake may be indexed too early, which costs a look, but not too late.
static bool differ_wakes(struct verifier *verifier, const struct folded *folded)
{
    const struct customer_row *stored = &folded->before, *made = &folded->row;
    bool same = stored->wake_at <= made->wake_at ||
                differ_instants(verifier, made->id, "next wake", stored->wake_at, made->wake_at);
    instant due[] = {stored->has_upcoming ? stored->upcoming.due_at : INSTANT_NONE,
                     made->has_upcoming ? made->upcoming.due_at : INSTANT_NONE};
    same = same && differ_instants(verifier, made->id, "due of the next reminder", due[0], due[1]);
    if (stored->has_upcoming && made->has_upcoming)
        same = same && differ_numbers(verifier, made->id, "kind of the next reminder", stored->upcoming.kind,
                                      made->upcoming.kind);
    return same;
}

bool differ_state(struct verifier *verifier, const struct folded *folded, bool partly)
{
    const struct customer *stored = &folded->before.state, *made = &folded->row.state;
    struct span id = folded->row.id;
    bool done = true;
#define DIFFER_INSTANT differ_instants
#define DIFFER_LAST differ_instants
#define DIFFER_SINCE differ_instants
#define DIFFER_INT2 differ_numbers
#define DIFFER_COUNT4 differ_numbers
#define DIFFER_COUNT8 differ_numbers
#define DIFFER_REAL differ_reals
#define X(name, kind, meaning) \
    if (!partly || (strcmp(#name, "as_of") != 0 && strcmp(#name, "not_before") != 0)) \
        done = done && DIFFER_##kind(verifier, id, #name, stored->name, made->name);
    CUSTOMER_FIELDS(X)
#undef X
    if (!partly)
        done = done && differ_wakes(verifier, folded);
    return done && differ_books(verifier, folded, partly);
}

bool differ_timeline(struct verifier *verifier, const struct timeline_row *row)
{
    char what[64], folded[DIFFERENCE_TEXT], amount[32] = "none";
    if (row->has_amount)
        snprintf(amount, sizeof amount, "%" PRId64, row->event->amount);
    snprintf(what, sizeof what, "timeline, event %.*s", (int)row->event->id.size, row->event->id.data);
    snprintf(folded, sizeof folded, "points %g, amount %s, side %d", row->points, amount, row->event->side);
    return differ_add(verifier, row->customer_id, what, "other points, amount or side", folded);
}
