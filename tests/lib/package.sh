# How the tests build the Debian package; source deploy/lib/shell.sh first, and be in the tree.
#
#   package_copy FOLDER [OPTIONS of tar]         the tree as it would be committed
#   package_build FOLDER WHAT ENVIRONMENT...     WHAT as for dpkg-buildpackage; the packages are beside FOLDER
#   package_version FOLDER VERSION               gives the tree another version

package_copy() {
    mkdir -p "$1"
    git ls-files -co --exclude-standard -z | while IFS= read -r -d '' file; do
        [[ ! -e $file ]] || printf '%s\0' "$file"
    done | tar --null -T - -c | tar "${@:2}" -x -C "$1"
}

package_build() {
    (cd "$1" && env "${@:3}" nice -n 5 dpkg-buildpackage -us -uc "$2") >"$1.log" 2>&1 || {
        tail -n 40 "$1.log" >&2
        fail "$1: does not build"
    }
}

package_version() {
    sed -i "s/^project(guanxid VERSION [0-9.]*/project(guanxid VERSION $2/" "$1/CMakeLists.txt"
    sed -i "1s/(.*)/($2)/" "$1/debian/changelog"
}
