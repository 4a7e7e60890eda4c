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

# version_of NAME: what hack/kind/versions says of a minor of Kubernetes, or of kind
version_of() { awk -v name="$1" '$1 == name { print $2 }' hack/kind/versions; }

node_image() { # MINOR
	local image
	image=$(version_of "$1")
	[[ -n $image && $1 != kind ]] || die "Kubernetes $1 is not in hack/kind/versions"
	echo "$image"
}

minors() { awk '/^[0-9]/ { print $1 }' hack/kind/versions; }

# The images are those of one release of kind: with another one, nodes may fail to start in ways that say nothing of it.
check_kind() {
	local wanted found
	wanted=$(version_of kind)
	found=v$(kind version --quiet)
	[[ $found == "$wanted" ]] || die "kind is $found, and hack/kind/versions is for $wanted: install that (go install sigs.k8s.io/kind@$wanted), or take the images of kind $found into hack/kind/versions"
}
