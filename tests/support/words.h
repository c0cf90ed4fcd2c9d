// What the model emits, in words: one line an effect, for tests to compare and for people to read.
#ifndef TESTS_SUPPORT_WORDS_H
#define TESTS_SUPPORT_WORDS_H

#include "support/story.h"

enum { WORDS_MAX = 512 };

// The first day of stories; others by number: day(0) is 2026-01-01T00:00Z.
instant day(int number);

// "2026-01-10 09:00", with seconds only where there are some; "d9 09:00", by number of the day, the time of
// day only where there is one.
void instant_words(instant at, char words[WORDS_MAX]);
void instant_words_by_day(instant at, char words[WORDS_MAX]);

// "2026-01-10 09:00  remind owner: aftersale, due 2026-01-10 09:00".
void effect_words(const struct effect *effect, char words[WORDS_MAX]);

// Whether the effects told since the last call, of those in whose words `about` stands ("" is all), are these
// lines: instants by day, each line with its end. Prints both if not. Forgets the effects.
bool story_said(struct story *story, const char *about, const char *expected);
// The same of reminders about promises; of promises themselves it says nothing.
bool story_reminded(struct story *story, const char *expected);

#endif
