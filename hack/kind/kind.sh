# shellcheck shell=bash
# What up, e2e and down have in common. Written, not run: there was no Docker where it was written.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

CLUSTER=${PODHERALD_KIND_CLUSTER:-podherald}
IMAGE=podherald:e2e
export KUBECONFIG=${PODHERALD_KIND_KUBECONFIG:-$PWD/hack/kind/kubeconfig}

die() { printf 'kind: %s\n' "$*" >&2; exit 1; }

for program in docker kind kubectl; do
	command -v "$program" >/dev/null || die "$program is not on the PATH"
done

# node_image MINOR: that of hack/kind/versions
node_image() {
	local image
	image=$(awk -v minor="$1" '$1 == minor { print $2 }' hack/kind/versions)
	[[ -n $image ]] || die "Kubernetes $1 is not in hack/kind/versions"
	echo "$image"
}

latest() { awk '!/^#/ { minor = $1 } END { print minor }' hack/kind/versions; }
