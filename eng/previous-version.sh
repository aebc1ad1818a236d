#!/usr/bin/env bash
# Builds the reference host of the previous version once, and prints the path of its assembly.
#   eng/previous-version.sh [COMMIT]
# The previous version is the newest tag before this commit. Without a tag, it is the commit below. NOTIFY_PREVIOUS_VERSION is the
# folder in which builds are kept, by default one below bench/Notify.Load/obj. Exits with 3 if this clone does not contain the
# previous version.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Nothing has been released yet. Versions since this commit can run side by side: it has the last schema step of PostgreSQL (the
# nineteenth) that earlier versions cannot work with. Replace it if another such step is added before the first release.
first=ee29e8fdaf566f5612e68275bc56e581b8fee059

commit=${1:-$(git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null || echo "$first")}
commit=$(git rev-parse --verify --quiet "$commit^{commit}") || {
  echo "The previous version is not in this clone. Fetch the complete history: git fetch --unshallow --tags" >&2
  exit 3
}
builds=${NOTIFY_PREVIOUS_VERSION:-$PWD/bench/Notify.Load/obj/previous-version}
build=$builds/$commit
mkdir -p "$builds"

# Several processes may need it at the same time.
exec 8>"$builds/lock"
flock 8
if [ ! -f "$build/Notify.Host.dll" ]; then
  source=$(mktemp -d "$builds/source.XXXXXX")
  trap 'rm -rf "$source"' EXIT
  git archive "$commit" | tar -x -C "$source"
  # The compiler server, which outlives this script, must not inherit the lock.
  dotnet publish "$source/samples/Notify.Host" --nologo -v quiet -o "$source/host" 8>&- >&2 \
    -p:RunAnalyzers=false -p:GenerateDocumentationFile=false -p:ProduceReferenceAssembly=false -p:MinVerSkip=true
  # The folder gets its name when it is complete.
  mv "$source/host" "$build"
fi
echo "$build/Notify.Host.dll"
