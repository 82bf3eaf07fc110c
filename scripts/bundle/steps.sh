# shellcheck shell=bash
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
#
# Steps with a time limit each and a record of how they went. Only bash and coreutils' timeout: the
# machine may have nothing else. The caller sets `out`, and `total_seconds` for all steps together.
: "${out:?}" "${total_seconds:?}"
steps=()
failed=()

# Text as a JSON string.
quoted() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/ }
  printf '"%s"' "$text"
}

# step NAME SECONDS COMMAND…: output goes to OUT/NAME.log; sets `code`. Never ends the script.
step() {
  local name=$1 limit=$2 begin=$SECONDS
  shift 2
  # The last steps get what is left of the time, at least some seconds.
  local left=$((total_seconds - SECONDS))
  if ((limit > left)); then limit=$((left > 5 ? left : 5)); fi
  printf '%-18s ' "$name" >&2
  timeout --kill-after=5 "$limit" "$@" >"$out/$name.log" 2>&1 </dev/null && code=0 || code=$?
  local seconds=$((SECONDS - begin)) outcome=ok
  if ((code == 124 || code == 137)); then outcome="out of time ($limit s)"; elif ((code)); then outcome="exit code $code"; fi
  printf '%4d s  %s\n' "$seconds" "$outcome" >&2
  if ((code)); then failed+=("$name"); fi
  local result=null
  if [[ -e $out/$name.json ]]; then result=$(quoted "$name.json"); fi
  steps+=("{\"name\": $(quoted "$name"), \"exit_code\": $code, \"seconds\": $seconds, \"limit_seconds\": $limit, \"log\": $(quoted "$name.log"), \"result\": $result}")
}

# count_tests LOG: adds the numbers of cases in a GoogleTest log to tests_passed, tests_skipped, tests_failed.
tests_passed=0 tests_skipped=0 tests_failed=0
count_tests() {
  local line
  while IFS= read -r line; do
    case $line in
      '[       OK ] '*' ms)') tests_passed=$((tests_passed + 1)) ;;
      '[  SKIPPED ] '*' ms)') tests_skipped=$((tests_skipped + 1)) ;;
      '[  FAILED  ] '*' ms)') tests_failed=$((tests_failed + 1)) ;;
    esac
  done <"$1"
}
