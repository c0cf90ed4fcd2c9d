// What messages have in common: how a level or a stage is told, and the table of sentences.
#ifndef GUANXI_CODEC_ENCODE_PARTS_H
#define GUANXI_CODEC_ENCODE_PARTS_H

#include "codec/encode.h"
#include "codec/writer.h"

// {"level": 3, "code": "accountable", "zh": "可靠"}, and so of a stage.
void member_level(struct writer *writer, const char *key, int level);
void member_stage(struct writer *writer, const char *key, int stage);

// "45 days", "45天": in the largest unit that leaves nothing over, seconds at the least; a rest behind whole days by
// itself.
void write_duration(struct writer *writer, duration length, bool zh);

// What the items of the default lists are called; NULL: those that a configuration adds have no Chinese name.
const char *item_zh(const struct checklist_item *item);

// What there is to say: one for each kind of reminder, more where it depends on how things stand.
enum saying {
    SAY_CADENCE,
    SAY_CADENCE_RESUMED,  // the interval runs from a reopening, or from when the customer became fit again
    SAY_CADENCE_NO_CONTACT, // it runs from the first sight of the customer
    SAY_RESPONSE,
    SAY_AFTERSALE,
    SAY_ZONE,
    SAY_STALLED,
    SAY_OBJECTION,
    SAY_RENEWAL,
    SAY_RENEWAL_OVER, // the agreement has come to its end
    SAY_RENEWAL_OPEN, // it has none
    SAY_PROMISE,
    SAY_OVERDUE_OURS,
    SAY_OVERDUE_THEIRS,
    SAY_THANKS,
    SAY_THANKS_UNDATED, // nobody told by when it was promised
    SAYING_COUNT
};

// A sentence with names in braces to be filled in.
struct sentence {
    const char *en, *zh;
};
extern const struct sentence sentence_table[SAYING_COUNT];

// Whether there is something to fill in under that name.
bool sentence_knows(struct span name);

#endif
