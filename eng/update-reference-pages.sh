#!/usr/bin/env bash
# Writes the reference pages that are generated from the packages: docs/reference/options.md and docs/reference/log-events.md.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet run --project eng/ReferencePages --verbosity quiet -- docs/reference
