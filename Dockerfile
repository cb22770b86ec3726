# syntax=docker/dockerfile:1
# silverpoint with all it needs, offline at run time. From a clean checkout:
#   docker build -t silverpoint .                              for the CPU
#   docker build -t silverpoint:cuda --build-arg VARIANT=cuda .    for NVIDIA GPUs; run with --gpus all
#   docker run --rm -v "$PWD:/work" silverpoint sketch style.safetensors photos/ -o out/
ARG NODE=22-bookworm

FROM node:${NODE} AS package
RUN apt-get update && apt-get install --yes --no-install-recommends cmake python3-pip && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN npm run prebuild && npm pack --pack-destination /tmp

FROM node:${NODE}-slim AS libtorch
ARG VARIANT=cpu
RUN apt-get update && apt-get install --yes --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*
COPY --from=package /tmp/silverpoint-*.tgz /tmp/
ENV SILVERPOINT_CACHE=/opt/silverpoint
RUN npm install --global --ignore-scripts /tmp/silverpoint-*.tgz \
    && if [ "$VARIANT" = cuda ]; then silverpoint libtorch install --cuda; else silverpoint libtorch install; fi \
    && rm -rf /opt/silverpoint/libtorch/*/include /opt/silverpoint/libtorch/*/torch/include

# Without pip: only Node, the package and LibTorch.
FROM node:${NODE}-slim
COPY --from=libtorch /opt/silverpoint /opt/silverpoint
COPY --from=libtorch /usr/local/lib/node_modules/silverpoint /usr/local/lib/node_modules/silverpoint
RUN ln -s ../lib/node_modules/silverpoint/dist/cli/entry.js /usr/local/bin/silverpoint
# What NVIDIA's container runtime hands in.
ENV SILVERPOINT_CACHE=/opt/silverpoint NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER node
WORKDIR /work
ENTRYPOINT ["silverpoint"]
CMD ["doctor"]
