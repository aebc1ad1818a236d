#!/usr/bin/env bash
# Takes the pictures of the dashboard that the documentation shows, docs/images/dashboard-*.png: a test walks the path of a
# newcomer in Debian's chromium and photographs the pages.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build tests/Notify.Dashboard.Tests --nologo --verbosity quiet

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
NOTIFY_SCREENSHOTS=$folder tests/Notify.Dashboard.Tests/bin/Debug/net10.0/Notify.Dashboard.Tests -class '*NewcomerTests'
for picture in docs/images/dashboard-*.png; do
  cp "$folder/${picture##*/}" "$picture"
done
