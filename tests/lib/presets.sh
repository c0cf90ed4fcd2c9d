# Sourced by what builds another preset than the one that calls it.

# test_programs PRESET [CTEST_OPTION...]: the targets that the chosen tests run; a test is called as its program is.
test_programs() {
    ctest --preset "$1" --show-only "${@:2}" | sed -n 's/^ *Test *#[0-9]*: *//p' | grep -vx schemas
    echo programs
}
