#!/usr/bin/env bash
# Writes what is generated from the packages in docs/reference: options.md, log-events.md, errors.md, cli.md and
# openapi.json.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet run --project eng/ReferencePages --verbosity quiet -- docs/reference
