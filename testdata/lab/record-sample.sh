#!/bin/bash
# record-sample.sh discovers the lab and keeps what was written as the sample of `nightferry init --sample`.
# The lab must be up. The engagement goes in as it stands; no value of a row is ever in the folder.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(dirname "$(dirname "$here")")
sample=$root/cmd/nightferry/sample
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

status=$("$here/lab" status) || { echo "record-sample: the lab is not up; run: make lab-platform" >&2; exit 1; }
grep -q '^cloud-k8s ' <<<"$status" || { echo "record-sample: the lab has no Kubernetes; run: make lab-platform" >&2; exit 1; }
(cd "$root" && go build -o "$work/nightferry" ./cmd/nightferry)
mkdir -m 700 "$work/clinic"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nightferry/lab
sed "s|~/.cache/nightferry/lab|$cache|" "$here/engagement.yaml" >"$work/clinic/engagement.yaml"
# shellcheck source=/dev/null
source <("$here/passwords")

code=0
"$work/nightferry" -C "$work/clinic" discover --fresh || code=$?
# 3: some targets have gaps, which belong into the sample.
((code == 0 || code == 3)) || exit "$code"

# Rows are read by the leave that the engagement states; what is kept are counts. The rest of classify's is made anew by whoever
# tries the sample.
code=0
"$work/nightferry" -C "$work/clinic" classify --fresh || code=$?
((code == 0 || code == 3)) || exit "$code"
rm -f "$work/clinic/classification.yaml" "$work/clinic/assessment.json"

# Nothing planted may have come through.
values=$(sed -n -e 's/^  [a-z0-9_]*: \(Zq9[A-Za-z0-9]*\).*/\1/p' -e 's/.*value: "\{0,1\}\([^",}]*\)"\{0,1\},.*/\1/p' "$here/canaries.yaml")
if grep -rlF "$values" "$work/clinic"; then
  echo "record-sample: the files above hold a canary; nothing was kept" >&2
  exit 1
fi

cp "$here/engagement.yaml" "$work/clinic/engagement.yaml"
rm -f "$work/clinic/.lock"
# Who recorded it, and where this computer keeps its cache, do not belong into the sample.
sed -i 's/"who":"[^"]*"/"who":"consultant@laptop"/' "$work/clinic/access.jsonl"
{ grep -rl "$cache" "$work/clinic" || true; } | xargs -r sed -i "s|$cache|~/.cache/nightferry/lab|g"
# Nor does the computer that held the lab: all machines share its kernel, processor and disk.
sed -i -e 's/"kernel": "[^"]*"/"kernel": "5.10.0-32-amd64"/' -e 's/"cpu_model": "[^"]*"/"cpu_model": "QEMU Virtual CPU"/' "$work"/clinic/inventory/hosts/*.json
rm -rf "$sample"
cp -R "$work/clinic" "$sample"
chmod -R u=rwX,go=rX "$sample"
echo "recorded: $(find "$sample" -type f | wc -l) files, $(du -sh "$sample" | cut -f1)"
