#!/usr/bin/env bash
# Installs what the tests need (Debian, Ubuntu), runs them, and ends with the line "N passed, N failed, N skipped".
#   ./test.sh [PROJECT] [options of dotnet test]      without a project: all of them
set -uo pipefail
cd "$(dirname "$0")" || exit

# Each line: a file (or a pattern of one) that tells whether the package is there, and the package.
needed='
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

target=Notify.sln
if [ $# -gt 0 ] && [ -e "$1" ]; then
  target=$1
  shift
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test "$target" --nologo "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

# dotnet test prints one line of counts per project; a project that could not run prints none and fails by its exit code.
sum() {
  grep -oE "(Passed|Failed|Skipped)! +- Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+" "$log" |
    grep -oE "$1: +[0-9]+" | awk '{n += $2} END {print n + 0}'
}
failed=$(sum Failed)
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
  echo "dotnet test failed with exit code $status before it could count."
  failed=1
fi
echo "$(sum Passed) passed, $failed failed, $(sum Skipped) skipped"
[ "$failed" -eq 0 ] && [ "$status" -eq 0 ]
