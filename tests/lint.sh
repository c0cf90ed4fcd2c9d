#!/usr/bin/env bash
# clang-tidy over every source file of daemon/; findings are errors. With arguments: those files only.
#   GUANXI_LINT_NODES=225000 tests/lint.sh    as deep as the analyzer goes by itself
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${GUANXI_JOBS:-2}
# How far the analyzer follows the paths through a function: so far it takes a fifth of the time, and gives up only on
# those whose paths multiply.
export nodes=${GUANXI_LINT_NODES:-50000}
unset GUANXI_BUILD_DIR GUANXID
# Clang's own compile database: it would stumble over gcc's options.
cmake --preset clang >/dev/null
cmake --build --preset clang --target gx_sql >/dev/null # a generated header

if [[ $# -gt 0 ]]; then
    files=("$@")
else
    mapfile -t files < <(find daemon \( -name '*.c' -o -name '*.cpp' \) | LC_ALL=C sort)
fi
[[ ${#files[@]} -gt 0 ]] || { echo "lint: nothing to look at"; exit 1; }

# A file that is in no target would otherwise just not be looked at.
for file in "${files[@]}"; do
    grep -qF "\"file\": \"$PWD/$file\"" build/clang/compile_commands.json ||
        { echo "lint: $file is not compiled by anything"; exit 1; }
done

# Each file is looked at once per content: its own, that of the headers, and that of the rules and options.
cache=build/clang/lint
mkdir -p "$cache"
common=$({ clang-tidy --version
    echo "$nodes"; cat .clang-tidy daemon/cmake/compile_options.cmake build/clang/daemon/generated/postgres/sql.h
    find include daemon -name '*.h' | LC_ALL=C sort | xargs cat; } | sha256sum | cut -c1-64)
check_file() {
    local file=$1 stamp
    stamp=$cache/$({ echo "$2 $1"; cat "$1"; } | sha256sum | cut -c1-64)
    [[ -e $stamp ]] && return 0
    nice -n 10 clang-tidy --quiet -p build/clang --extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang \
        --extra-arg="max-nodes=$nodes" "$file" 2> >(grep -v 'warnings\? generated\|warnings\? treated' >&2) &&
        touch "$stamp"
}
export -f check_file
export cache
printf '%s\0' "${files[@]}" |
    xargs -0 -P "$jobs" -I{} bash -c 'check_file "$1" "$2"' check {} "$common" || {
    echo "lint: findings, see above"
    exit 1
}
echo "lint: ${#files[@]} files clean, $(grep -rn NOLINT daemon include | wc -l) places excepted by NOLINT"
