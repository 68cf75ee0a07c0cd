#!/usr/bin/env bash
# Publishes the program as one file (docs/operating.md, Installing), and uses that file alone, in an empty folder: shares, fetches, keeps
# its state, serves its page, simulates. Says "the file works" at the end. Everything stays on loopback and in a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$(mktemp -d)
node=
trap '[ -z "$node" ] || kill "$node" 2>/dev/null || true; rm -rf "$root"' EXIT
dotnet publish src/Cjp2p.Host -p:PublishProfile=one-file -o "$root/published" -v q
[ "$(ls "$root/published")" = cjp2p ] || { echo "more than one file: $(ls "$root/published")" >&2; exit 1; }
program=$root/published/cjp2p
echo "one file of $(stat -c %s "$program") bytes"

cd "$root"
mkdir shared
head -c 3000000 /dev/urandom > shared/content
id=$("$program" id shared/content | cut -d' ' -f1)
"$program" run --share shared --data data --listen 127.0.0.1:0 --http 127.0.0.1:0 --json > listening 2> log &
node=$!
for _ in $(seq 300); do
  { [ -s listening ] && grep -q 'Sharing 1 file' log; } && break
  kill -0 "$node" 2>/dev/null || { cat log >&2; exit 1; }
  sleep 0.1
done
udp=$(grep -o '127.0.0.1:[0-9]*' listening | head -1)
http=$(grep -o '"http":"[^"]*"' listening | cut -d'"' -f4)
"$program" get "$id" --own-node --peer "$udp" -o got
cmp got shared/content
curl -sSf "http://$http/health/ready" > /dev/null
curl -sSf "http://$http/" | grep -q MudBlazor || { echo "the page is not whole" >&2; exit 1; }
"$program" backup backup.db --data data
kill "$node"
wait "$node" || { cat log >&2; exit 1; }
node=
[ -s data/node.db ] && [ -s backup.db ]
"$program" simulate --peers 10 --seed 1 --check-determinism > simulated || { cat simulated >&2; exit 1; }
echo "the file works"
