#include "postgres/version.h"

#include <libpq-fe.h>

int postgres_library_version(void)
{
    return PQlibVersion();
}
