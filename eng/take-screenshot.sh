#!/usr/bin/env bash
# Takes docs/images/sandbox.png, the picture in README.md: starts the reference host with the sandbox, sends what the tutorial
# sends, and photographs the sandbox of the dashboard with Debian's chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build samples/Notify.Host --configuration Release --nologo --verbosity quiet

folder=$(mktemp -d)
host=
trap '[ -z "$host" ] || kill "$host"; rm -rf "$folder"' EXIT

(cd "$folder" && exec dotnet "$OLDPWD/samples/Notify.Host/bin/Release/net10.0/Notify.Host.dll" --urls http://127.0.0.1:0 \
  --contentRoot "$folder" >"$folder/log") &
host=$!

address=
for _ in $(seq 100); do
  address=$(grep -oE 'Notify is ready: http://[0-9.:]+' "$folder/log" | grep -oE 'http.*' || true)
  [ -z "$address" ] || break
  sleep 0.2
done

send() {
  curl --silent --show-error --fail --output /dev/null --header 'Content-Type: application/json' --data "$1" \
    "$address/v1/notifications"
}
send '{"to": {"email": "ada@example.org"},
  "content": {"title": "Welcome to the shop", "body": "Hello Ada, your account is ready."}}'
send '{"to": {"phone": "+46701234567"}, "content": {"body": "Your code is 4711. It is valid for 10 minutes."}}'
send '{"to": {"pushToken": "phone-of-ada", "platform": "android"},
  "content": {"title": "Shipped", "body": "Order 42 is on its way."}}'

mkdir -p docs/images
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$folder/profile" --window-size=1280,860 \
  --virtual-time-budget=5000 --screenshot="$PWD/docs/images/sandbox.png" "$address/dashboard/sandbox" 2>/dev/null
