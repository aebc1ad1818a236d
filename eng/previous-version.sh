#!/usr/bin/env bash
# Builds the reference host of the previous version once, and prints the path of its assembly.
#   eng/previous-version.sh [COMMIT]
# The previous version is the newest tag before this commit. Without a tag, it is the commit below. NOTIFY_PREVIOUS_VERSION is the
# folder in which builds are kept, by default one in the folder for temporary files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Nothing has been released yet. Versions since this commit can run side by side: it has the last schema step of PostgreSQL (the
# nineteenth) that earlier versions cannot work with. Replace it if another such step is added before the first release.
first=ee29e8fdaf566f5612e68275bc56e581b8fee059

commit=${1:-$(git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null || echo "$first")}
commit=$(git rev-parse --verify --quiet "$commit^{commit}") || {
  echo "The commit $commit is not in this clone. Fetch the complete history: git fetch --unshallow --tags" >&2
  exit 1
}
builds=${NOTIFY_PREVIOUS_VERSION:-${TMPDIR:-/tmp}/notify-previous-version}
build=$builds/$commit

if [ ! -f "$build/host/Notify.Host.dll" ]; then
  mkdir -p "$builds"
  source=$(mktemp -d "$builds/source.XXXXXX")
  clean_up() {
    git worktree remove --force "$source" 2>/dev/null || true
    rm -rf "$source"
  }
  trap clean_up EXIT
  git worktree add --quiet --detach "$source" "$commit"
  # The folder gets its name when it is complete.
  dotnet publish "$source/samples/Notify.Host" --nologo -v quiet -p:RunAnalyzers=false -o "$source/host" >&2
  mkdir -p "$build"
  mv "$source/host" "$build/host"
fi
echo "$build/host/Notify.Host.dll"
