# shellcheck shell=bash
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
#
# Shared by ./warpline, ./test and the other scripts; the caller sets `root` to the repository.
# Everything said here goes to stderr: stdout belongs to the program that is run.
: "${root:?}"

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$@"; exit 1; }

# One line that is overwritten, on a terminal only; an empty one clears it.
progress() { [[ ! -t 2 ]] || printf '\r\033[K%.78s' "$*" >&2; }

# Reads what ninja or apt print and shows how far they are.
follow() {
  local line begun=
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+/[0-9]+)\]\ (.*) && $line != *'Re-checking globbed'* ]]; then
      [[ -n $begun || -t 2 ]] || say "building"
      begun=yes
      progress "building ${BASH_REMATCH[1]} ${BASH_REMATCH[2]##*/}"
    elif [[ $line =~ ^(Get:[0-9]+\ |Unpacking\ |Setting\ up\ ) ]]; then
      progress "$line"
    fi
  done
  progress ''
}

# logged LOG COMMAND…: its output goes to LOG and its progress to the terminal; on failure the log's end
# is shown without the lines of steps that went well.
logged() {
  local log=$1
  shift
  if "$@" 2>&1 | tee "$log" | follow; then return 0; fi
  grep -vE '^(\[[0-9]+/[0-9]+\]|Get:[0-9]+|Selecting|Preparing|Unpacking|Setting up|-- GLOB mismatch!)( |$)' "$log" |
    tail -n "${log_lines:-200}" >&2 || true
  say "that failed; the whole log: $log"
  return 1
}

# lock FILE: waits until no other invocation holds it; held until `unlock` or the script's end.
lock() {
  exec {lock_fd}>"$1" || die "cannot write $1 (was the tree built by another user?)"
  flock --nonblock "$lock_fd" && return
  say "waiting for another build in this tree"
  flock "$lock_fd"
}
unlock() { exec {lock_fd}>&-; }

# ensure_packages GROUP…: runs scripts/setup unless nothing changed since it was last content.
# WARPLINE_SETUP=no leaves the machine alone, for who has built what is missing by other means.
ensure_packages() {
  local stamp
  mkdir -p "$root/build"
  if [[ ${WARPLINE_SETUP:-} == no ]]; then return; fi
  stamp=$(sha256sum <"$root/scripts/setup")
  stamp=$root/build/.setup-${stamp:0:16}-$(IFS=-; printf '%s' "$*")
  if [[ -e $stamp && ! /var/lib/dpkg/status -nt $stamp ]]; then return; fi
  lock "$root/build/.setup.lock"
  "$root/scripts/setup" "$@" >&2
  : >"$stamp"
  unlock
}

# build_preset PRESET [TARGET…]: configures where that is due, builds the targets (all by default) and
# leaves the log in build/PRESET.log. One builder at a time for each preset.
build_preset() {
  local preset=$1 dir=$root/build/$1
  shift
  lock "$dir.lock"
  if configure_preset "$preset" && logged "$dir.log" build_targets "$dir" "$@"; then
    unlock
    return 0
  fi
  unlock
  return 1
}

configure_preset() {
  local preset=$1 dir=$root/build/$1 fresh=()
  if [[ $dir/.configured -nt $root/CMakePresets.json && -e $dir/build.ninja ]] &&
    grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$dir/CMakeCache.txt"; then
    return 0
  fi
  if [[ -e $dir/CMakeCache.txt ]]; then fresh=(--fresh); fi
  say "configuring build/$preset"
  logged "$dir.configure.log" cmake -S "$root" --preset "$preset" "${fresh[@]}" || return 1
  : >"$dir/.configured"
}

build_targets() {
  local dir=$1 target targets=()
  shift
  for target; do targets+=(--target "$target"); done
  cmake --build "$dir" --parallel "$(nproc)" "${targets[@]}"
}
