FROM node:24-bookworm-slim AS build
WORKDIR /prot
COPY package.json package-lock.json ./
# No dependency needs an install script, so none may run. The optional ones are a PostgreSQL, and here it is somewhere else.
RUN npm ci --omit=optional --ignore-scripts --no-audit --no-fund
COPY tsconfig.json drizzle.config.ts ./
COPY src src
RUN npm run build && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /prot
RUN mkdir /data && chown node:node /data
COPY package.json LICENSE ./
COPY migrations migrations
COPY --from=build /prot/node_modules node_modules
COPY --from=build /prot/build/src build/src
USER node
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that it gets the signal and drains.
CMD ["node", "--enable-source-maps", "build/src/main.js"]
