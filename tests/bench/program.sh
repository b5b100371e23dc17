# shellcheck shell=bash
# program.sh - runs MakeDump for the scripts that make dumps, and leaves
# nothing of it behind.
#
#     compile_program JAVA_HOME
#     start_program NAME JAVA_HOME ARGS...    # stands still, its heap complete
#     jcmd of $pid ...
#     end_program                             # goes on to its end

here=$(cd "$(dirname "$0")" && pwd)
scratch=
pid=

die() { echo "$(basename "$0" .sh): $*" >&2; exit 1; }

cleanup() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    [ -z "$scratch" ] || rm -rf "$scratch"
}
trap cleanup EXIT

compile_program() {
    scratch=$(mktemp -d)
    mkfifo "$scratch/go"
    "$1/bin/javac" -d "$scratch" "$here/MakeDump.java"
}

start_program() {
    local name=$1 home=$2
    shift 2
    : >"$scratch/said"
    "$home/bin/java" -cp "$scratch" "$@" <"$scratch/go" >"$scratch/said" &
    pid=$!
    exec 3>"$scratch/go"
    until grep -q '^ready' "$scratch/said"; do
        kill -0 "$pid" 2>/dev/null || die "$name: the program ended early"
        sleep 0.2
    done
}

end_program() {
    echo go >&3
    exec 3>&-
    wait "$pid" || return 1
    pid=
}
