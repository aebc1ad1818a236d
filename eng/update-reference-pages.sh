#!/usr/bin/env bash
# Writes the reference pages that are generated from the packages: options.md, log-events.md and errors.md in docs/reference.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet run --project eng/ReferencePages --verbosity quiet -- docs/reference
