#!/usr/bin/env bash
# Installs the Debian packages that are missing. As root, or as an ordinary user with sudo.
#   deploy/packages.sh --demo     what building and demonstrating needs (no Java)
#   deploy/packages.sh --tests    that and everything for the tests (default)
#   deploy/packages.sh --package  what building the Debian package and tests/package.sh need
#   deploy/packages.sh --acceptance  what tests/acceptance.sh needs
#   deploy/packages.sh --list SET prints the packages of SET and installs nothing
set -euo pipefail

demo_packages=(
    build-essential cmake ninja-build pkg-config
    librdkafka-dev libpq-dev libconfig-dev libsimdjson-dev uuid-dev libxxhash-dev libmicrohttpd-dev libcurl4-openssl-dev libnlopt-dev zlib1g-dev libzstd-dev
    postgresql kcat tzdata util-linux
)
test_packages=(
    "${demo_packages[@]}"
    libcmocka-dev clang clang-tidy clang-format libclang-rt-dev llvm
    git openssl python3 python3-venv python3-confluent-kafka python3-psycopg2 python3-jsonschema jq procps zstd
    maven default-jre-headless ca-certificates prometheus systemd
    chromium fonts-wqy-microhei
)
package_packages=(
    "${demo_packages[@]}"
    debhelper dpkg-dev fakeroot git lintian man-db mandoc python3 zsh
)
acceptance_packages=(
    "${package_packages[@]}"
    debootstrap systemd-container maven default-jre-headless ca-certificates
)

is_installed() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "packages: this needs root: run it as root, or install sudo" >&2
        return 77
    fi
}

# Debian's package would create a cluster and start it. Ours are private and temporary; a server that
# nobody asked for should not appear. Only before the package is there: an existing choice stays.
prevent_main_cluster() {
    is_installed postgresql-common && return 0
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" |
        as_root tee /etc/postgresql-common/createcluster.d/guanxi.conf >/dev/null
}

# The same for the server in whose package promtool is, which checks metrics and alert rules.
prevent_prometheus() {
    is_installed prometheus && return 0
    as_root mkdir -p /etc/systemd/system
    as_root ln -sf /dev/null /etc/systemd/system/prometheus.service
}

main() {
    local -a wanted missing=()
    local set=${1:---tests} only_list=no package
    if [[ $set == --list ]]; then
        only_list=yes
        set=${2:---tests}
    fi
    case $set in
        --demo) wanted=("${demo_packages[@]}") ;;
        --tests) wanted=("${test_packages[@]}") ;;
        --package) wanted=("${package_packages[@]}") ;;
        --acceptance) wanted=("${acceptance_packages[@]}") ;;
        *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; return 64 ;;
    esac
    if [[ $only_list == yes ]]; then
        printf '%s\n' "${wanted[@]}"
        return 0
    fi
    if ! command -v dpkg-query >/dev/null; then
        echo "packages: not a Debian system; provide these yourself: ${wanted[*]}" >&2
        return 69
    fi
    for package in "${wanted[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0

    echo "packages: ${missing[*]}"
    prevent_main_cluster
    [[ " ${missing[*]} " != *" prometheus "* ]] || prevent_prometheus
    # Recommendations would bring a desktop's worth of packages along with Java and clang.
    local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y
        -o Dpkg::Use-Pty=0 -o APT::Install-Recommends=false -o Acquire::Retries=3
        -o Dpkg::Options::=--force-confold)
    local log
    log=$(mktemp)
    # Everything goes to a file that is shown only when something went wrong.
    if ! { as_root "${apt[@]}" update && as_root "${apt[@]}" install "${missing[@]}"; } \
        >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        rm -f "$log"
        echo "packages: apt-get failed, see above" >&2
        return 69
    fi
    rm -f "$log"
}

main "$@"
