#!/bin/bash
# demo.sh shows the whole product on the lab: discover, classify, plan, report, and the night of the staging wave.
# It works in ./demo, which it makes anew. `make demo` calls it with bin/nightferry built.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
demo=$PWD/demo
lab=testdata/lab/lab
export PATH=$PWD/bin:$PATH

began=$EPOCHSECONDS
say() { printf '\n\033[1m== %s\033[0m  (%d s)\n' "$1" $((EPOCHSECONDS - began)); }
run() { printf '\033[1m$ %s\033[0m\n' "$*"; "$@"; }
# found runs a command that may end with 3: done, and something was found that a person should see.
found() { local code=0; run "$@" || code=$?; ((code == 0 || code == 3)) || exit "$code"; }

say "The lab: a small hospital group on real servers"
# A demo before this one moved staging away; the lab gives its machines back as they were.
"$lab" up

say "An engagement: what is in scope, and by whose leave"
rm -rf "$demo"
run nightferry init "$demo"
cache=${XDG_CACHE_HOME:-$HOME/.cache}
sed "s|~/.cache/nightferry|$cache/nightferry|" testdata/lab/engagement.yaml >"$demo/engagement.yaml"
echo "(the lab's own engagement.yaml takes the place of the template)"
# shellcheck source=/dev/null
source <(testdata/lab/passwords)
run nightferry -C "$demo" check

say "Discover: hosts through the bastion, PostgreSQL through tunnels, Odoo over HTTPS"
found nightferry -C "$demo" discover

say "Classify: which data lives where, which systems talk"
found nightferry -C "$demo" classify

say "Assess: what the data demands of each workload, and what stands in the way"
found nightferry -C "$demo" assess

say "Plan: waves, reasons, and the night of the staging wave"
run nightferry -C "$demo" plan

say "Report: the workbook"
run nightferry -C "$demo" report

say "The night of wave-1: staging moves, with scripted answers"
cp testdata/demo-answers.yaml "$demo/answers.yaml"
run nightferry -C "$demo" cutover run wave-1 --headless --answers "$demo/answers.yaml" --confirm clinic-north --despite "a demo at any hour"
run nightferry -C "$demo" cutover journal verify

say "Done"
cat <<END
workbook   $demo/reports/assessment.xlsx
journal    $(echo "$demo"/journal/*.jsonl)
runbook    $demo/runbooks/wave-1.yaml

Try next:
  source <(testdata/lab/passwords)
  bin/nightferry -C demo cutover status
  make lab && bin/nightferry -C demo cutover run wave-1 --again --despite demo                    the same night, on screen
  bin/nightferry init --sample /tmp/sample && bin/nightferry -C /tmp/sample classify --offline     no lab needed
  make lab-down                                                                    stop the lab
END
