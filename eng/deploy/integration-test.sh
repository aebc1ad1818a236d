#!/usr/bin/env bash
# Checks that deliveries end as the vendors' answers require, with the addresses that produce each answer.
#   NOTIFY_KEY=... eng/deploy/integration-test.sh https://notify.example.org
set -euo pipefail
address=${1:?"name the address of the installation"}
# shellcheck source=eng/deploy/calls.sh
source "$(dirname "$0")/calls.sh"

key="integration-$(date +%s)-$$"
wait_for "the installation is ready" call /health/ready
expected=(sent:sent rejected:deadLetter gone:deadLetter retry:sent lost:sent throttled:sent)
declare -A urls
for outcome in "${expected[@]}"; do
  urls[$outcome]=$(trigger "${outcome%:*}@notify.test" "$key-${outcome%:*}")
done
for outcome in "${expected[@]}"; do
  wait_for "a delivery to ${outcome%:*}@notify.test ends as ${outcome#*:}" is_in_state "${urls[$outcome]}" "${outcome#*:}"
done
