#!/usr/bin/env bash
# Writes the public API of the packages under src into their PublicAPI.Unshipped.txt. Names limit it to those packages:
#   eng/update-public-api.sh [Notify.Core Notify.Hosting ...]
# Review the difference: a removed or changed line breaks users. A release moves the lines to PublicAPI.Shipped.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

header='#nullable enable'
log=$(mktemp)
trap 'rm -f "$log"' EXIT

if [ $# -gt 0 ]; then
  packages=("$@")
  targets=("${@/#/src/}")
else
  mapfile -t packages < <(cd src && printf '%s\n' Notify.*)
  # This project references every package.
  targets=(tests/Notify.Architecture.Tests)
fi

for package in "${packages[@]}"; do
  for kind in Shipped Unshipped; do
    file=src/$package/PublicAPI.$kind.txt
    [ -s "$file" ] || echo "$header" >"$file"
  done
  # A newer file makes the compiler run again and repeat its warnings.
  touch "src/$package/PublicAPI.Unshipped.txt"
done

for target in "${targets[@]}"; do
  dotnet build "$target" --nologo -v q -p:TreatWarningsAsErrors=false >>"$log" 2>&1 || {
    cat "$log"
    exit 1
  }
done

# The symbols that a package's warnings name. RS0016: the code has it, no file declares it. RS0017: the other way round.
symbols() {
  sed -nE "s#.*warning $2: Symbol '(.*)' is .*\[.*/$1\.csproj.*#\1#p" "$log" | sort -u
}

for package in "${packages[@]}"; do
  file=src/$package/PublicAPI.Unshipped.txt
  {
    echo "$header"
    {
      comm -23 <(grep -vxF "$header" "$file" | sort -u) <(symbols "$package" RS0017)
      symbols "$package" RS0016
    } | sed '/^$/d' | sort -u
  } >"$log.new"
  if ! cmp -s "$log.new" "$file"; then
    cp "$log.new" "$file"
    echo "$package has changed."
  fi
  rm "$log.new"
done
