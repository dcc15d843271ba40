#!/usr/bin/env bash
# Make .venv if it is missing and install Tamis into it: scripts/install.sh [EXTRA].
# On Debian as root, python3-venv and libgomp1 are installed where they are missing; elsewhere they are asked for.
set -euo pipefail
cd "$(dirname "$0")/.."
extra="${1:-}"

leave() {
  echo "install: $1" >&2
  exit 2
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3 python3.12 python3.13 python3.14; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      command -v "$candidate"
      return
    fi
  done
}

has_venv() { "$python" -c 'import venv, ensurepip' 2>/dev/null; }

has_gomp() { [ "$(uname)" != Linux ] || "$python" -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null; }

# What Debian calls a missing piece: apt_names needs to be empty for the rest to work.
missing() {
  [ -n "$python" ] || { echo "python3 python3-venv libgomp1"; return; }
  has_venv || echo "python3-venv"
  has_gomp || echo "libgomp1"
}

python="$(find_python)"
packages="$(missing | xargs)"
if [ -n "$packages" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "install: apt-get install $packages"
    # shellcheck disable=SC2086
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
    python="$(find_python)"
    packages="$(missing | xargs)"
  fi
  [ -z "$packages" ] || leave "missing on this system: $packages. Next: sudo apt-get install $packages (Debian, Ubuntu), or their like; Python must be 3.11 or later (set PYTHON to choose one)."
fi

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  echo "install: making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
fi
.venv/bin/python -m pip install --disable-pip-version-check -c constraints.txt -e ".${extra:+[$extra]}"
