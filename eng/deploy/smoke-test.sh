#!/usr/bin/env bash
# Checks that an installation is ready, accepts, sends, and recognizes a repeated call.
#   NOTIFY_KEY=... eng/deploy/smoke-test.sh https://notify.example.org
set -euo pipefail
address=${1:?"name the address of the installation"}
# shellcheck source=eng/deploy/calls.sh
source "$(dirname "$0")/calls.sh"

key="smoke-$(date +%s)-$$"
wait_for "the installation is ready" call /health/ready
wait_for "a notification is accepted" trigger sent@notify.test "$key"
url=$(trigger sent@notify.test "$key")
[ "$url" = "$(trigger sent@notify.test "$key")" ] || {
  echo "FAILED: a repeated call was accepted as a second notification." >&2
  exit 1
}
echo "ok: a repeated call is recognized"
wait_for "it is sent" is_in_state "$url" sent
