FROM node:20-bookworm-slim
COPY .ci/apt-packages.txt /tmp/apt-packages.txt
RUN apt-get update \
  && xargs -a /tmp/apt-packages.txt apt-get install -y --no-install-recommends \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /romulus
COPY . .
RUN npm ci
ENTRYPOINT ["node", "/romulus/bin/romulus.js"]
