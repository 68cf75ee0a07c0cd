#!/usr/bin/env bash
# Builds the program and the benchmarks into a folder of their own and soaks them: transfers, restarts and attacks at once,
# on loopback, with a verdict at the end (exit code 0: flat). Arguments are those of the mode, such as --minutes 60 --rate 1000.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dotnet build src/Cjp2p.Host -c Release -v q -o "$folder/program"
dotnet build tests/Cjp2p.Benchmarks -c Release -v q
cp -r tests/Cjp2p.Benchmarks/bin/Release/net10.0 "$folder/benchmarks"
nice -n 10 dotnet "$folder/benchmarks/Cjp2p.Benchmarks.dll" soak --program "$folder/program/cjp2p.dll" "$@"
