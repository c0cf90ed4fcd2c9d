// Laws that the effects of any history keep: time goes forward, levels and stages go step by step, changes are
// numbered without gaps, and a reminder opens once for its anchor, gives notices in turn and closes by an event.
#ifndef GUANXI_TESTS_LAWS_H
#define GUANXI_TESTS_LAWS_H

#include "support/story.h"

enum { LAW_MESSAGE = 128 };

// False: a law is broken, and `message` says which.
bool effects_keep_laws(const struct effect_log *log, char message[LAW_MESSAGE]);

#endif
