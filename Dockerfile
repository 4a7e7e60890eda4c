# syntax=docker/dockerfile:1
# All steps are in hack/image/build, which also makes the same root file system without Docker.
FROM node:26-slim AS build
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
# By number, so that kubelet can tell that it is not root.
USER 65532:65532
EXPOSE 8443 8080
# node itself is process 1 and gets the signals. Whether it is well, kubelet asks on the admin port: no HEALTHCHECK here.
ENTRYPOINT ["/bin/node", "/app/dist/main.js"]
