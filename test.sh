#!/usr/bin/env bash
# Installs what the tests need (Debian, Ubuntu), runs them, and ends with the line "N passed, N failed, N skipped".
#   ./test.sh [PROJECT] [options of dotnet test]      without a project: all of them
set -uo pipefail
cd "$(dirname "$0")" || exit

# Each line: a file (or a pattern of one) that tells whether the package is there, and the package.
needed='
/usr/bin/age age
/usr/bin/gcc gcc
/usr/bin/chromium chromium
/usr/lib/python3/dist-packages/aiosmtpd python3-aiosmtpd
/usr/lib/python3/dist-packages/dkim python3-dkim
/usr/lib/postgresql/*/bin/initdb postgresql
/usr/bin/prometheus prometheus
/usr/bin/redis-server redis-server
/usr/bin/shellcheck shellcheck
'

missing=()
while read -r file package; do
  [ -z "$package" ] || compgen -G "$file" >/dev/null || missing+=("$package")
done <<<"$needed"

if [ ${#missing[@]} -gt 0 ]; then
  run=()
  [ "$(id -u)" = 0 ] || run=(sudo -n)
  if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Installing ${missing[*]}"
    "${run[@]}" apt-get update -qq
    "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
      echo "Not installed: ${missing[*]}. The tests that need them fail with CI=true and are skipped otherwise."
  else
    echo "Missing: ${missing[*]}. Install them as root; until then the tests that need them are skipped (with CI=true they fail)."
  fi
fi

target=(--solution Notify.sln)
if [ $# -gt 0 ] && [ -e "$1" ]; then
  case $1 in
  *.sln) target=(--solution "$1") ;;
  *) target=(--project "$1") ;;
  esac
  shift
fi

# One compiler for all projects, also where the environment gives each project its own; it ends by itself. The processes of a test
# run end before the profile that the runtime collects for optimization pays off.
export UseSharedCompilation=true DOTNET_TieredPGO=0

# Each project runs several tests at a time, many of which start servers. More projects at once would make tests wait too long.
at_once=$(nproc)

log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test "${target[@]}" --no-ansi --no-progress --max-parallel-test-modules "$at_once" "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

# Repeats the failures at the end, because they are far apart in the output of parallel projects.
grep -E -A 12 '^failed ' "$log" && echo

# The last lines of dotnet test are the counts; a project that could not run fails by the exit code.
count() {
  grep -oE "^ +$1: +[0-9]+" "$log" | tail -n 1 | grep -oE "[0-9]+" || echo 0
}
failed=$(count failed)
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
  echo "dotnet test failed with exit code $status, and no test did."
  failed=1
fi
echo "$(count succeeded) passed, $failed failed, $(count skipped) skipped"
[ "$failed" -eq 0 ] && [ "$status" -eq 0 ]
