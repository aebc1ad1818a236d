#!/usr/bin/env bash
# Sends COUNT notifications (default 10,000) in one stream, waits until the last is sent, and prints how long both took. Fails if
# they take longer than MAX_SECONDS (default 60).
#   NOTIFY_KEY=... eng/deploy/performance-test.sh https://notify.example.org
set -euo pipefail
address=${1:?"name the address of the installation"}
count=${COUNT:-10000}
max=${MAX_SECONDS:-60}
TIMEOUT=${TIMEOUT:-$max}
# shellcheck source=eng/deploy/calls.sh
source "$(dirname "$0")/calls.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for ((i = 0; i < count; i++)); do
  echo '{"to":{"email":"sent@notify.test"},"content":{"title":"Test","body":"Test"}}'
done >"$folder/triggers.ndjson"

begin=$SECONDS
call /v1/notifications/stream --max-time "$max" --header 'Content-Type: application/x-ndjson' --request POST \
  --header "Idempotency-Key: performance-$(date +%s)-$$" --upload-file "$folder/triggers.ndjson" >"$folder/results.ndjson"
accepted=$((SECONDS - begin))
found=$(grep --count '"status":202' "$folder/results.ndjson" || true)
if [ "$found" != "$count" ]; then
  echo "FAILED: $found of $count notifications were accepted." >&2
  exit 1
fi

last=$(tail --lines 1 "$folder/results.ndjson" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
wait_for "the last notification is sent" is_in_state "/v1/notifications/$last" sent
sent=$((SECONDS - begin))
echo "{\"count\":$count,\"accepted_seconds\":$accepted,\"sent_seconds\":$sent}"
if ((sent > max)); then
  echo "FAILED: more than $max seconds." >&2
  exit 1
fi
