#!/bin/sh
# Installs the dependencies when the lock file is newer than the installation. Hardhat's native parts are platform
# packages that npm installs only when it runs on Node >= 22, so an older Node fetches a newer one for the install.
set -eu
cd "$(dirname "$0")/.."
if [ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]; then
  exit 0
fi
major=$(node -p 'process.versions.node.split(".")[0]')
echo "freehold: installing dependencies (once, about a minute)" >&2
if [ "$major" -ge 22 ]; then
  npm ci --no-audit --no-fund
else
  npx -y -p node@24 npm ci --no-audit --no-fund
fi
# npm keeps the lock file's time stamp on some systems: make the copy the newer one.
touch node_modules/.package-lock.json
