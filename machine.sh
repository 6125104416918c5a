#!/bin/sh
# Prints the Python that convoy is installed with, and says why; `make setup` calls it.
# Where something is missing it says so in a sentence, before anything is downloaded.
#   PYTHON=python3.12  another Python than the newest that fits
#   FETCH=yes          uv may download a Python where none fits
set -eu

VERSIONS="3.13 3.12 3.11"

fail() {
    echo "error setup: $1" >&2
    exit 1
}

# The glibc 2.x that a version of Python needs, for the packages that are locked for it.
needed_glibc() {
    case $1 in
    3.12 | 3.13) echo 39 ;;
    3.11) echo 31 ;;
    *) fail "convoy runs on Python 3.11, 3.12 and 3.13, $PYTHON is $1; leave PYTHON out" ;;
    esac
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true
}

check_given() {
    version=$(version_of "$PYTHON")
    [ -n "$version" ] || fail "PYTHON=$PYTHON is no Python; leave it out"
    needed=$(needed_glibc "$version")
    [ "$glibc" -ge "$needed" ] || fail "PYTHON=$PYTHON is Python $version, whose packages need \
glibc 2.$needed, this machine has 2.$glibc; take Python 3.11"
    why="as PYTHON says"
}

choose() {
    fitting=
    for version in $VERSIONS; do
        [ "$glibc" -ge "$(needed_glibc "$version")" ] || continue
        fitting=${fitting:-$version}
        PYTHON=python$version
        [ "$(version_of "$PYTHON")" = "$version" ] && return
    done
    PYTHON=
    [ -n "${FETCH:-}" ] || fail "no Python is here of those that fit: 3.11, and with glibc 2.39 \
(this machine has 2.$glibc) 3.12 and 3.13; install one, or let uv download it: make setup FETCH=yes"
    version=$fitting why="which uv downloads, unless it has before"
}

# Adds to what is missing: its name, and that of Debian's package.
lacks() {
    missing="${missing:+$missing, }$1" packages="$packages $2"
}

check_tools() {
    missing='' packages=''
    command -v git >/dev/null || lacks git git
    command -v "${CXX:-c++}" >/dev/null || command -v g++ >/dev/null || lacks "a C++ compiler" g++
    if [ -n "$PYTHON" ]; then
        headers=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("include"))')
        [ -e "$headers/Python.h" ] || lacks "Python's headers" "python$version-dev"
    fi
    command -v uv >/dev/null || [ -x .uv/bin/uv ] || python3 -c 'import ensurepip' 2>/dev/null ||
        lacks "Python's venv" python3-venv
    [ -z "$missing" ] || fail "missing: $missing; on Debian or Ubuntu: apt-get install$packages"
}

glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed -n 's/^glibc 2\.\([0-9]*\).*/\1/p')
[ "${glibc:-0}" -ge 31 ] || fail "convoy needs Linux with glibc 2.31 or later"
if [ -n "${PYTHON:-}" ]; then
    check_given
else
    why="the newest here of ${VERSIONS}"
    [ "$glibc" -ge 39 ] || why="as 3.12 and 3.13 need glibc 2.39, this machine has 2.$glibc"
    choose
fi
check_tools
echo "setup: Python $version, $why" >&2
echo "${PYTHON:-$version}"
