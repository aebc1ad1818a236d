#!/usr/bin/env bash
# Takes the pictures of the dashboard for the documentation, into docs/images: the path of a newcomer, in Debian's Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."

dotnet build tests/Notify.Dashboard.Tests --nologo -v q
NOTIFY_SCREENSHOTS=$PWD/docs/images \
  tests/Notify.Dashboard.Tests/bin/Debug/net10.0/Notify.Dashboard.Tests -class '*NewcomerTests'
