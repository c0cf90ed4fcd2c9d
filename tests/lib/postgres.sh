# The throw-away PostgreSQL of the tests; source common.sh first. Functions: see deploy/lib/postgres.sh.
#
#   postgres_for_tests DIR   postgres_create, and exports where tests find it: GUANXI_TEST_POSTGRES (a
#                            connection string) and GUANXI_TEST_POSTGRES_DIR (the service)

source "$GUANXI_SOURCE_DIR/deploy/lib/postgres.sh"

postgres_for_tests() {
    postgres_create "$1"
    GUANXI_TEST_POSTGRES=$POSTGRES_CONNINFO
    GUANXI_TEST_POSTGRES_DIR=$1
    export GUANXI_TEST_POSTGRES GUANXI_TEST_POSTGRES_DIR
}
