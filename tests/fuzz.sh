#!/usr/bin/env bash
# Fuzzes the reader of datagrams and a whole node for so many seconds each (default 1800), at the same time: guided by coverage
# where AFL++ (Debian's afl++) and SharpFuzz can be had, and otherwise by the seeded loop of random mutations, and says which.
# Ends with 1 when there is a finding, which is then below the folder that is printed. New inputs that reach further are in
# findings/<target>/default/queue; those worth keeping go to tests/Cjp2p.Fuzz/corpus.
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-1800}
folder=${2:-$(mktemp -d)}
program="$folder/program"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

dotnet build tests/Cjp2p.Fuzz -c Release -v q -o "$program" || exit 1
fuzz() { dotnet "$program/Cjp2p.Fuzz.dll" "$@"; }

# What was found once must never be found again.
for target in reader node; do
  fuzz replay "$target" tests/Cjp2p.Fuzz/corpus/"$target"/* || exit 1
done

guided=yes
command -v afl-fuzz >/dev/null || { echo "AFL++ is not installed (apt-get install afl++)."; guided=no; }
if [ "$guided" = yes ]; then
  { dotnet tool restore >/dev/null && dotnet sharpfuzz "$program/Cjp2p.Actors.dll"; } || { echo "SharpFuzz cannot instrument the library."; guided=no; }
fi

if [ "$guided" = no ]; then
  echo "Not guided by coverage: the seeded loop of random mutations instead."
  status=0
  for target in reader node; do
    fuzz mutate "$target" --seconds "$((seconds / 2))" --count 1000000000 | tail -3
    [ "${PIPESTATUS[0]}" -eq 0 ] || status=1
  done
  exit "$status"
fi

mkdir -p "$folder/findings"
pids=()
for target in reader node; do
  findings="$folder/findings/$target"
  # A collection of garbage may take a while on a busy machine, and is no hang.
  AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_FORKSRV_INIT_TMOUT=120000 \
    afl-fuzz -V "$seconds" -t 20000 -m none -i "tests/Cjp2p.Fuzz/corpus/$target" -o "$findings" \
    -- dotnet "$program/Cjp2p.Fuzz.dll" afl "$target" >"$folder/$target.log" 2>&1 &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done

status=0
for target in reader node; do
  default="$folder/findings/$target/default"
  if [ ! -f "$default/fuzzer_stats" ]; then
    echo "$target: AFL++ did not run:"
    tail -5 "$folder/$target.log"
    status=1
    continue
  fi
  value() { sed -n "s/^$1 *: *//p" "$default/fuzzer_stats"; }
  echo "$target: $(value execs_done) inputs in $(value run_time) s, $(value edges_found) edges, $(value corpus_count) inputs kept, $(value saved_crashes) crashes, $(value saved_hangs) hangs"
  [ "$(value saved_crashes)" = 0 ] && [ "$(value saved_hangs)" = 0 ] || status=1
done
[ "$status" -eq 0 ] && echo "no finding, guided by coverage" || echo "FINDINGS below $folder"
exit "$status"
