#!/usr/bin/env bash
# The presets other than `dev`, each as a test of its own.
#   tests/builds.sh clang      compiles everything with the other compiler
#   tests/builds.sh release    compiles all programs optimised, installs, and looks whether it is hardened
#   tests/builds.sh tsan       units and components with threads under ThreadSanitizer
#   tests/builds.sh fuzz       a short run of every fuzz target
#   tests/builds.sh coverage   line coverage of core, codec and app is at least 90 %
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/lib/presets.sh
jobs=${GUANXI_JOBS:-2}
preset=${1:?preset}

case $preset in
    clang | release | tsan | fuzz) ;;
    coverage) exec tests/coverage.sh --minimum 90 ;;
    *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac

# The caller is a test with an environment of its own build; this one has another.
unset GUANXI_BUILD_DIR GUANXID
cmake --preset "$preset" >/dev/null
case $preset in
    release) targets=(programs) ;; # linking every test with LTO takes minutes and shows nothing more
    tsan) mapfile -t targets < <(test_programs tsan -L threads) ;;
    *) targets=(all) ;;
esac
# Whatever else runs meanwhile has its own times to keep.
nice -n 10 cmake --build --preset "$preset" -j "$jobs" --target "${targets[@]}"

check_hardening() {
    local binary=$1 root=$2 headers symbols
    symbols=$(nm --dynamic "$binary") # whole: a grep that ends early would end nm with an error
    headers=$(readelf --wide --file-header --program-headers --dynamic "$binary")
    grep -q 'Type:.*DYN' <<<"$headers" || { echo "$binary: not PIE"; return 1; }
    grep -q 'GNU_RELRO' <<<"$headers" || { echo "$binary: no RELRO"; return 1; }
    grep -q 'BIND_NOW' <<<"$headers" || { echo "$binary: lazy binding"; return 1; }
    grep -Eq 'GNU_STACK.* RW ' <<<"$headers" || { echo "$binary: executable stack"; return 1; }
    grep -q __stack_chk_fail <<<"$symbols" || { echo "$binary: no stack protector"; return 1; }
    grep -q '_chk@' <<<"$symbols" || { echo "$binary: no FORTIFY"; return 1; }
    ! grep -qaF "$root" "$binary" || { echo "$binary: holds the path of its source"; return 1; }
}

check_release() {
    local root
    root=$(mktemp -d)
    trap "rm -rf '$root'" EXIT
    cmake --install build/release --prefix "$root" >/dev/null
    check_hardening "$root/bin/guanxid" "$PWD/daemon"
    "$root/bin/guanxid" --version
    echo "release: hardened, installs"
}

case $preset in
    release) check_release ;;
    tsan) ctest --preset tsan -j $((3 * jobs)) --no-tests=error -L threads ;;
    fuzz) ctest --preset fuzz -j $((2 * jobs)) --no-tests=error ;;
esac
