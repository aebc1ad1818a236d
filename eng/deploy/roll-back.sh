#!/usr/bin/env bash
# Returns a release to an earlier revision, and tests it. The schema stays: the earlier version works with it.
#   NOTIFY_KEY=... eng/deploy/roll-back.sh RELEASE https://notify.example.org REVISION
set -euo pipefail
release=${1:?"name the release"}
address=${2:?"name the address of the installation"}
revision=${3:?"name the revision; helm history lists them"}

helm rollback "$release" "$revision" --wait --timeout 15m
"$(dirname "$0")/smoke-test.sh" "$address"
echo "Rolled back to revision $revision."
