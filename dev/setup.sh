#!/bin/sh
# dev/setup.sh run|test|kernels|bench: install what that level needs. Says and does nothing where all is there.
#
#   run      compile, load and attach on the running kernel (and in a VM where that kernel refuses BPF)
#   test     all tests: the run and vm packages, independent readers, Ruby, lint and type checkers
#   kernels  the above and emulators of aarch64
#   bench    those of test and clang
#
# System packages are looked up with dpkg each time. .venv is built from /usr/bin/python3 (the one that a VM guest sees too)
# and holds a stamp: the level and the hash of what it was built from.
set -eu
cd "$(dirname "$0")/.."
level=${1:-test}

wanted() { sed 's/#.*//' "$@" | tr -s ' \n' '\n\n' | sed '/^$/d'; }

lacking() {
    have=" $(dpkg-query -W -f='${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p' | tr '\n' ' ') "
    for package in $(wanted "$@"); do
        case $have in *" $package "*) ;; *) printf '%s ' "$package" ;; esac
    done
}

install_packages() {
    packages=$(lacking "$@")
    [ -n "$packages" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "setup: these Debian packages are missing, and only root can install them: $packages" >&2
        exit 1
    fi
    echo "setup: installing $packages"
    export DEBIAN_FRONTEND=noninteractive
    # A third party's source that does not answer is no reason to stop: whether the install works is what counts.
    apt-get -qq -o DPkg::Lock::Timeout=600 update || echo "setup: apt-get update had errors; going on" >&2
    # shellcheck disable=SC2086
    apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends $packages >/dev/null
    left=$(lacking "$@")
    [ -z "$left" ] || { echo "setup: still missing: $left" >&2; exit 1; }
}

build_venv() {
    extra=$1
    key=$({ cat pyproject.toml; pwd; /usr/bin/python3 -V; } | sha256sum | cut -c1-16)
    stamp=$(cat .venv/setup-stamp 2>/dev/null || true)
    [ "$stamp" != "$key dev" ] || return 0
    [ "$stamp" != "$key $extra" ] || return 0
    /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "setup: Python 3.11 or newer is needed, not " + sys.version)'
    [ "$(readlink -f .venv/bin/python 2>/dev/null)" = "$(readlink -f /usr/bin/python3)" ] || /usr/bin/python3 -m venv --clear .venv
    rm -f .venv/setup-stamp
    echo "setup: installing Python packages into .venv"
    target=.
    [ "$extra" != dev ] || target=.[dev]
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable "$target"
    echo "$key $extra" >.venv/setup-stamp
}

case $level in
    run)
        install_packages dev/packages-run.txt
        /usr/bin/python3 dev/bpf_permitted.py || install_packages dev/packages-run.txt dev/packages-vm.txt
        build_venv plain
        ;;
    test)
        install_packages dev/packages-run.txt dev/packages-vm.txt dev/packages-test.txt
        build_venv dev
        ;;
    kernels)
        install_packages dev/packages-run.txt dev/packages-vm.txt dev/packages-test.txt dev/packages-kernels.txt
        build_venv dev
        ;;
    bench)
        install_packages dev/packages-run.txt dev/packages-vm.txt dev/packages-test.txt dev/packages-bench.txt
        build_venv dev
        ;;
    *)
        echo "setup: no level $level: run, test, kernels or bench" >&2
        exit 1
        ;;
esac
