#!/usr/bin/env bash
# Installs Debian's Chromium, for the test of the service's page. Wants to be root.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends chromium
