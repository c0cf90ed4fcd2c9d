#include "core/customer.h"

void customer_init(struct customer *customer)
{
    memset(customer, 0, sizeof *customer);
#define UNSET_INSTANT(name) customer->name = INSTANT_NONE;
#define UNSET_LAST UNSET_INSTANT
#define UNSET_SINCE UNSET_INSTANT
#define UNSET_INT2(name)
#define UNSET_COUNT4(name)
#define UNSET_COUNT8(name)
#define UNSET_REAL(name)
#define X(name, kind, meaning) UNSET_##kind(name)
    CUSTOMER_FIELDS(X)
#undef X
#undef UNSET_INSTANT
#undef UNSET_LAST
#undef UNSET_SINCE
#undef UNSET_INT2
#undef UNSET_COUNT4
#undef UNSET_COUNT8
#undef UNSET_REAL
    customer->level = LEVEL_BASIC;
    customer->stage = STAGE_STRANGER;
}
