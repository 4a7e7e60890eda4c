# hack/image/build builds the root file system. It also works without Docker.
# Any image with Node.js, npm and ldd will do: the build installs what else it needs.
ARG NODE_IMAGE=docker.io/library/node:26-slim
FROM $NODE_IMAGE AS build
WORKDIR /src
COPY . .
RUN npm ci --no-audit --no-fund && hack/image/build /image

FROM scratch
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="podherald" \
      org.opencontainers.image.description="A mutating admission webhook that gives annotated pods their own metadata" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /image /
# A number, because the kubelet cannot tell from a name that the user is not root (runAsNonRoot).
USER 65532:65532
EXPOSE 8443 8080
# node is process 1, so it receives the signals. SIGUSR1 must not open its inspector. A small space for new objects saves
# 25 to 50 MiB under load and costs no throughput. There is no HEALTHCHECK: the kubelet probes the admin port.
ENTRYPOINT ["/bin/node", "--disable-sigusr1", "--max-semi-space-size=1", "/app/dist/main.js"]
