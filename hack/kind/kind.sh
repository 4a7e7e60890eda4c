# shellcheck shell=bash
# Shared by up, e2e and down.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

CLUSTER=${PODHERALD_KIND_CLUSTER:-podherald}
IMAGE=podherald:e2e
export KUBECONFIG=${PODHERALD_KIND_KUBECONFIG:-$PWD/hack/kind/kubeconfig}

die() { printf 'kind: %s\n' "$*" >&2; exit 1; }

for program in docker kind kubectl; do
	command -v "$program" >/dev/null || die "$program is not in PATH; install it"
done

# version_of NAME: the entry of hack/kind/versions for a minor version of Kubernetes, or for kind
version_of() { awk -v name="$1" '$1 == name { print $2 }' hack/kind/versions; }

node_image() { # MINOR
	local image
	image=$(version_of "$1")
	[[ -n $image && $1 != kind ]] || die "hack/kind/versions has no Kubernetes $1; it has: $(minors | paste -sd' ')"
	echo "$image"
}

minors() { awk '/^[0-9]/ { print $1 }' hack/kind/versions; }

# The node images belong to one release of kind. With another release, nodes may fail to start without a clear error.
check_kind() {
	local wanted found
	wanted=$(version_of kind)
	found=v$(kind version --quiet)
	[[ $found == "$wanted" ]] || die "kind is $found, but hack/kind/versions is for $wanted: install it (go install sigs.k8s.io/kind@$wanted), or write the images of kind $found to hack/kind/versions"
}
