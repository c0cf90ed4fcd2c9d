// What people ask about customers as they stand. All of it is read through the views: a login that has no more than
// guanxi_reader serves, and so does a standby; nothing is written.
//
// Results: 0, OVERVIEW_NONE, or a negative status; what a store would try again is STATUS_UNAVAILABLE. `each` gets
// rows in their order, borrowed for the call, and returns 0 to go on; anything else ends the walk and is returned.
// The instant that rows are looked at is PostgreSQL's clock, or the watermark with clock = "events".
#ifndef GUANXI_POSTGRES_OVERVIEW_H
#define GUANXI_POSTGRES_OVERVIEW_H

#include "codec/encode.h"
#include "core/model.h"
#include "port/valued.h"
#include "postgres/store.h"

enum { OVERVIEW_NONE = 1 };

// ------------------------------------------------------------------------------------------------- who is who

// Whom an id means.
struct overview_identity {
    struct span customer; // in the arena: itself, or whom it was merged into, chains followed
    bool erased;          // a tombstone of the id stands
    bool hides_erased;    // the login may not know: only one that has guanxi_writer sees tombstones
};
int overview_identity(const struct postgres_settings *settings, struct span id, struct arena *arena,
                      struct overview_identity *identity);

// ------------------------------------------------------------------------------------------------- customers

// X(NAME, "name", "what comes first")
#define CUSTOMER_SORTS(X) \
    X(ID, "id", "the id, bytewise") \
    X(WARMTH, "warmth", "the warmest") \
    X(CONTACT, "contact", "who was longest without a contact") \
    X(DUE, "due", "whose next reminder comes first") \
    X(SPENT, "spent", "who spent most")

enum customer_sort {
#define X(NAME, name, meaning) SORT_##NAME,
    CUSTOMER_SORTS(X)
#undef X
    SORT_COUNT
};

struct customer_filter {
    const char *owner; // NULL: any; "": nobody's
    int level;         // 0: any
    int stage;         // -1: any
    int tier;          // TIER_NONE: any
    bool at_risk;      // only those at risk
    const char *search; // only those in whose id or name it stands, whatever the case; NULL: any
    enum customer_sort sort;
    int64_t limit; // 0: all
};

struct customer_line {
    struct span id, name, owner; // absent: unknown
    double warmth;               // now
    int level, target;           // target 0: none yet
    int stage, tier;
    instant last_contact_at;
    bool has_upcoming;
    struct upcoming upcoming;
    int64_t open_reminders, spent;
    bool at_risk;
};

int overview_customers(const struct postgres_settings *settings, const struct policy *policy,
                       const struct customer_filter *filter,
                       int (*each)(void *context, const struct customer_line *line), void *context);

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_REAL, FIELD_BOOL, FIELD_INSTANT };

// A column of v_customer.
struct customer_field {
    const char *name;
    enum field_type type;
    bool known; // else it is null
    struct span text;
    int64_t number; // FIELD_BOOL too
    double real;
    instant at;
};

// All columns of one customer, in the order of the view. OVERVIEW_NONE: there is no such customer.
int overview_customer(const struct postgres_settings *settings, struct span id,
                      int (*each)(void *context, const struct customer_field *field), void *context);

// What the last rank up to a calendar day (since 1970) made of a customer, and by what limits. Texts are in the arena.
int overview_value(const struct postgres_settings *settings, struct span id, int32_t day, struct arena *arena,
                   struct valued *valued);

// ------------------------------------------------------------------------------------------------- reminders

struct due_line {
    struct span owner, manager, name;
    bool open;               // else it opens if nothing happens
    uint8_t reminder_id[16]; // of an open one
    instant opened_at;       // the same
    int notices;
    instant acknowledged_at, snoozed_until; // or INSTANT_NONE
    bool at_risk;
    // What the sentence of it needs: as of now, or of its due where that is later.
    struct about about;
};

// Open reminders, and those that fall due within `within` from now: by owner (nobody's last), at risk first, open
// before upcoming, by due. *until is the end of that time. `owner` as above.
int overview_due(const struct postgres_settings *settings, const struct policy *policy, const char *owner,
                 duration within, int (*each)(void *context, const struct due_line *line), void *context,
                 instant *until);

// ------------------------------------------------------------------------------------------------- as a whole

struct lane_line {
    struct span topic, state, reason, owner; // absent: none
    int32_t partition;
    int64_t next_offset, end_offset; // end_offset -1: unknown
    instant last_commit_at;
    instant lane_time; // how far it has come in the time of events; or INSTANT_NONE
};

struct owner_line { // reminders
    bool everybody; // of all owners together, the first line
    struct span owner;
    int64_t open;    // of them:
    int64_t overdue; // with a second notice
    int64_t at_risk;
    int64_t soon; // to open before long
};

struct moves_line { // of levels
    int32_t day;    // since 1970
    int64_t up, down;
};

struct held_line {
    struct span reason;
    int64_t records;
};

// Who is told, each as above, and of how much.
struct state_listener {
    int (*lane)(void *context, const struct lane_line *line);
    int (*owner)(void *context, const struct owner_line *line);
    int (*moves)(void *context, const struct moves_line *line);
    int (*held)(void *context, const struct held_line *line);
    void *context;
    int64_t lanes, owners; // at most
    int32_t days;          // of moves, today last
    duration within;       // of reminders to come
};

// What there is, part by part on one connection. A part that takes longer than a statement may is left out and shows
// in *missing, a set of enum state_part.
enum state_part { STATE_LANES = 1, STATE_OWNERS = 2, STATE_MOVES = 4, STATE_HELD = 8 };
int overview_state(const struct postgres_settings *settings, const struct policy *policy,
                   const struct state_listener *listener, unsigned *missing);

#endif
