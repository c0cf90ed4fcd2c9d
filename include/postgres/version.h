// The libpq that is linked.
#ifndef GUANXI_POSTGRES_VERSION_H
#define GUANXI_POSTGRES_VERSION_H

int postgres_library_version(void); // 150020 is 15.20

#endif
