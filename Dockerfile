# One image for every part: docker-compose.yml says which one a container runs.
FROM node:26-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/events/package.json packages/events/
COPY packages/client/package.json packages/client/
COPY services/api/package.json services/api/
COPY services/realtime/package.json services/realtime/
COPY apps/console/package.json apps/console/

# The console is built with everything that development has; of that, only the result is kept.
FROM manifests AS console
RUN npm ci
COPY packages packages
COPY apps apps
COPY scripts scripts
RUN node scripts/build-console.ts

FROM manifests AS build
# The optional packages are Node and PostgreSQL themselves, which images bring here.
RUN npm ci --omit=dev --omit=optional
COPY packages packages
COPY services services
COPY scripts scripts
COPY --from=console /app/apps/console/dist apps/console/dist

FROM node:26-slim
ENV NODE_ENV=production
WORKDIR /app
# Owned by root, run as somebody else: the process cannot change its own code.
COPY --from=build /app ./
USER node
EXPOSE 9010 9011
CMD ["node", "services/api/src/main.ts"]
