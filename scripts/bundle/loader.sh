# shellcheck shell=bash
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
#
# How programs of the bundle are started; the caller sets `here` to its folder. Nothing is put into
# the environment: the loader's own options reach this one process and no child of it.
: "${here:?}"

# Where drivers lie on machines of others; a loader of ours does not know their search paths.
driver_folders=/usr/lib/x86_64-linux-gnu:/lib/x86_64-linux-gnu:/usr/lib64:/lib64
driver_folders+=:/usr/local/nvidia/lib64:/usr/local/nvidia/lib:/usr/lib/wsl/lib:/run/opengl-driver/lib
driver_folders+=:/usr/lib

# Sets `start`, the words before a program's path, and `libc` for host|bundled.
use_libc() {
  local path=$here/lib plugins
  plugins=("$here"/plugins/*.so)
  libc=$1
  case $libc in
    host) start=(/lib64/ld-linux-x86-64.so.2) ;;
    bundled)
      start=("$here/glibc/ld-linux-x86-64.so.2")
      path+=:$here/glibc:$driver_folders
      ;;
    *)
      printf 'WARPLINE_BUNDLE_LIBC is host or bundled, not %q\n' "$libc" >&2
      return 2
      ;;
  esac
  start+=(--library-path "$path${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}")
  start+=(--preload "$(IFS=: && printf '%s' "${plugins[*]}")")
}

# The libraries' symbol versions are checked before a program runs: starting each shows more than
# comparing version numbers would.
works() {
  local program
  for program in "$here"/bin/*; do
    "${start[@]}" "$program" --help >/dev/null 2>&1 || return 1
  done
}

choose_libc() {
  if [[ -n ${WARPLINE_BUNDLE_LIBC:-} ]]; then
    use_libc "$WARPLINE_BUNDLE_LIBC"
    return
  fi
  use_libc host
  if [[ -x ${start[0]} ]] && works; then return; fi
  use_libc bundled
}
