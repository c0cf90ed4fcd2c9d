#!/usr/bin/env bash
# Builds the Debian package twice, in different folders and circumstances, and looks at it: the same bytes, lintian
# without errors and warnings, the same files as by `cmake --install`, manual and completions that their readers accept.
#   deploy/packages.sh --package     what it needs
#   tests/package.sh [DIRECTORY]     minutes; the packages are left in DIRECTORY
cd "$(dirname "$0")/.."
source deploy/lib/shell.sh
source tests/lib/package.sh
export CCACHE_DISABLE=1 # or the second build would be the first one's

result=${1:-}
source=$PWD
make_work_dir

# files ROOT: all of its files, as they are called before Debian's compression.
files() { (cd "$1" && find . ! -type d | sed 's/\.gz$//' | sort); }

check_same() {
    local package
    for package in "$WORK_DIR"/one/*.deb; do
        cmp "$package" "$WORK_DIR/two/more/${package##*/}" && continue
        ! command -v diffoscope >/dev/null || diffoscope "$package" "$WORK_DIR/two/more/${package##*/}" | head -n 60 >&2
        fail "${package##*/}: two builds differ"
    done
}

check_lintian() {
    local -a root=()
    ((EUID != 0)) || root=(--allow-root)
    lintian "${root[@]}" --fail-on error,warning "$WORK_DIR"/one/*.changes || fail "lintian has something to say"
}

check_files() {
    local packed=$WORK_DIR/packed installed=$WORK_DIR/installed
    dpkg-deb -x "$WORK_DIR"/one/guanxid_*.deb "$packed"
    DESTDIR=$installed quietly cmake --install "$WORK_DIR/one/guanxid/build/debian"
    diff <(files "$installed") <(files "$packed" |
        grep -vxE './usr/share/doc/guanxid/(changelog|copyright)') >&2 ||
        fail "cmake --install (<) and the package (>) have different files"
    "$packed/usr/bin/guanxid" --print-defaults | diff - "$packed/etc/guanxi/guanxid.conf" >&2 ||
        fail "the configuration is not that of the defaults"
    [[ -d $packed/etc/guanxi/conf.d ]] || fail "no directory for drop-ins"
    dpkg-deb -I "$WORK_DIR"/one/guanxid_*.deb conffiles | grep -qx /etc/guanxi/guanxid.conf || fail "no conffile"
    [[ $("$packed/usr/bin/guanxid" --version | head -n 1) == "guanxid $(dpkg-parsechangelog -SVersion)" ]] ||
        fail "debian/changelog is not of the version in CMakeLists.txt"
}

check_manual() {
    local page said count=0
    for page in "$WORK_DIR"/packed/usr/share/man/man?/*.gz; do
        said=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
        said+=$(zcat "$page" | mandoc -T lint -W warning || true)
        [[ -z $said ]] || fail "${page##*/}: $said"
        ((++count))
    done
    ((count > 10)) || fail "where are the pages?"
}

check_completions() {
    local share=$WORK_DIR/installed/usr/share said
    python3 "$source/tests/manual/check.py" "$WORK_DIR/packed/usr/bin/guanxid" "$source" >&2 || fail "manual"
    # _arguments reads what it is given only when it is asked to complete.
    said=$(cd "$WORK_DIR" && python3 "$source/tests/manual/zsh.py" "$share/zsh/vendor-completions") || fail "zsh: $said"
}

dpkg-checkbuilddeps 2>&1 || fail "deploy/packages.sh --package brings what is missing"
package_copy "$WORK_DIR/one/guanxid"
package_copy "$WORK_DIR/two/more/guanxid-again" --touch
say "building in $WORK_DIR/one/guanxid"
package_build "$WORK_DIR/one/guanxid" --build=full DEB_BUILD_OPTIONS=parallel=2 LC_ALL=C.UTF-8 TZ=UTC
say "building in $WORK_DIR/two/more/guanxid-again"
package_build "$WORK_DIR/two/more/guanxid-again" --build=binary DEB_BUILD_OPTIONS=parallel=1 LC_ALL=POSIX \
    TZ=Asia/Shanghai HOME="$WORK_DIR"
check_same
check_lintian
check_files
check_manual
check_completions
if [[ -n $result ]]; then
    mkdir -p "$result"
    cp "$WORK_DIR"/one/guanxid_* "$WORK_DIR"/one/guanxid-dbgsym_* "$result"
fi
say "package: the same twice, lintian has nothing to say, manual and completions are read"
