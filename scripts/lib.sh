# shellcheck shell=bash
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
#
# Shared by ./warpline, ./test and the other scripts; the caller sets `root` to the repository.
# All messages go to stderr: stdout belongs to the program that is run.
: "${root:?}"

notice() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { notice "$@"; exit 1; }

# On a terminal one line that is overwritten, and an empty one clears it; elsewhere a line every 10 s.
progress_seconds=10
progress_due=$((SECONDS + progress_seconds))
progress() {
  if [[ -t 2 ]]; then
    printf '\r\033[K%.78s' "$*" >&2
  elif [[ -n $* ]] && ((SECONDS >= progress_due)); then
    progress_due=$((SECONDS + progress_seconds))
    notice "$*"
  fi
}

# Reads what ninja or apt print and shows how far they are, also while they print nothing.
follow() {
  local line code begun='' text=''
  progress_due=$((SECONDS + progress_seconds))
  while true; do
    code=0
    IFS= read -r -t "$progress_seconds" line || code=$?
    if ((code > 128)); then
      progress "$text"
      continue
    fi
    if ((code > 0)); then break; fi
    if [[ $line =~ ^\[([0-9]+/[0-9]+)\]\ (.*) && $line != *'Re-checking globbed'* ]]; then
      [[ -n $begun || -t 2 ]] || notice "building"
      begun=yes
      text="building ${BASH_REMATCH[1]} ${BASH_REMATCH[2]##*/}"
    elif [[ $line =~ ^(Get:[0-9]+\ |Unpacking\ |Setting\ up\ ) ]]; then
      text=$line
    else
      continue
    fi
    progress "$text"
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
  notice "that failed; the whole log: $log"
  return 1
}

# lock FILE: waits until no other invocation holds it; held until `unlock` or the script's end.
lock() {
  exec {lock_fd}>"$1" || die "cannot write $1 (was the tree built by another user?)"
  flock --nonblock "$lock_fd" && return
  notice "waiting for another build in this tree"
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
# leaves the log in build/PRESET.log. One builder at a time for each preset. The target `program` is what
# `program_of` prints.
build_preset() {
  local preset=$1 dir=$root/build/$1 begin=$SECONDS cpu_before cpu_after
  shift
  read_cpu_seconds cpu_before
  lock "$dir.lock"
  if configure_preset "$preset" && announce "$dir" "$@" &&
    logged "$dir.log" build_targets "$dir" "$@"; then
    unlock
    read_cpu_seconds cpu_after
    if ((cpu_after - cpu_before >= 5)); then
      notice "built in $((SECONDS - begin)) s ($((cpu_after - cpu_before)) CPU-seconds)"
    fi
    return 0
  fi
  unlock
  return 1
}

# read_cpu_seconds NAME: sets NAME to the CPU time of this shell and of its children that have ended
# (proc(5), fields 14 to 17); not to be called in a subshell.
read_cpu_seconds() {
  local field
  read -ra field </proc/self/stat
  printf -v "$1" '%d' $(((field[13] + field[14] + field[15] + field[16]) / $(getconf CLK_TCK)))
}

configure_preset() {
  local preset=$1 dir=$root/build/$1 fresh=()
  if [[ $dir/.configured -nt $root/CMakePresets.json && -e $dir/build.ninja ]] &&
    [[ ! /var/lib/dpkg/status -nt $dir/.configured ]] &&  # a library may have come
    grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$dir/CMakeCache.txt"; then
    return 0
  fi
  if [[ -e $dir/CMakeCache.txt ]]; then fresh=(--fresh); fi
  notice "configuring build/$preset"
  logged "$dir.configure.log" cmake -S "$root" --preset "$preset" "${fresh[@]}" || return 1
  : >"$dir/.configured"
}

# program_of DIR: the program in this build folder: without kernels for GPUs if nvcc would compile them
# for a machine that has no NVIDIA driver (/dev/dxg: that of WSL).
program_of() {
  if [[ ! -e /proc/driver/nvidia/version && ! -e /dev/nvidiactl && ! -e /dev/dxg ]] &&
    grep -q '^build app/cpu/warpline:' "$1/build.ninja"; then
    printf 'app/cpu/warpline\n'
  else
    printf 'app/warpline\n'
  fi
}

# announce DIR [TARGET…]: prints a notice once if the program is built without kernels for GPUs.
announce() {
  local dir=$1
  if [[ ${2:-} == program && $(program_of "$dir") == app/cpu/* && ! -e $dir/app/cpu/warpline ]]; then
    notice "no NVIDIA driver is loaded: kernels are compiled for the CPU only (./test compiles them with nvcc, too)"
  fi
}

build_targets() {
  local dir=$1 target targets=()
  shift
  for target; do
    [[ $target != program ]] || target=$(program_of "$dir")
    targets+=(--target "$target")
  done
  cmake --build "$dir" --parallel "$(nproc)" "${targets[@]}"
}
