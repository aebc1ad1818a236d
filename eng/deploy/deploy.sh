#!/usr/bin/env bash
# Installs or upgrades a release, tests it, and returns to the previous revision if a test fails.
#   NOTIFY_KEY=... eng/deploy/deploy.sh RELEASE https://notify.example.org [options of helm upgrade]
# HELM_NAMESPACE names the namespace, as for helm itself.
set -euo pipefail
here=$(dirname "$0")
release=${1:?"name the release"}
address=${2:?"name the address of the installation"}
shift 2

previous=$("$here/last-revision.sh" "$release")
if helm upgrade "$release" "$here/../../samples/helm/notify" --install --wait --wait-for-jobs --timeout 15m "$@" &&
  helm test "$release" && "$here/smoke-test.sh" "$address"; then
  echo "Deployed."
  exit
fi

if [ -z "$previous" ]; then
  echo "FAILED. There is no earlier revision to return to." >&2
else
  echo "FAILED. Returning to revision $previous." >&2
  "$here/roll-back.sh" "$release" "$address" "$previous"
fi
exit 1
