#!/bin/sh
# fetch_kernel_sources.sh DIR RELEASE...: unpacks Debian's newest linux-source-RELEASE packages as DIR/RELEASE.
# Uses an apt state of its own under DIR and the mirrors of this machine's own sources; changes nothing on the machine.
set -e
[ $# -ge 2 ] || { echo "usage: $0 DIR RELEASE..." >&2; exit 1; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
state=$dir/.apt
key=/usr/share/keyrings/debian-archive-keyring.gpg
uris=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null \
  | grep -oE '[a-z]+://[^ ]+' | sed 's,/*$,,' | sort -u)
debian=$(echo "$uris" | grep -E '/debian$' | head -1)
security=$(echo "$uris" | grep -E '/debian-security$' | head -1)
[ -n "$debian" ] || { echo "$0: no Debian mirror in this machine's apt sources" >&2; exit 1; }
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/parts" "$state/debs"
: > "$state/list"
for suite in bullseye bookworm trixie trixie-backports; do
  echo "deb [signed-by=$key] $debian $suite main" >> "$state/list"
done
for suite in bullseye bookworm trixie; do
  echo "deb [signed-by=$key] ${security:-$debian-security} $suite-security main" >> "$state/list"
done
apt="-qq -o Dir::Etc::sourcelist=$state/list -o Dir::Etc::sourceparts=$state/parts -o Dir::State::lists=$state/lists
  -o Dir::Cache=$state/cache -o APT::Sandbox::User=root -o Acquire::Languages=none"
apt-get $apt update
for release; do
  [ ! -e "$dir/$release/Makefile" ] || continue
  (cd "$state/debs" && apt-get $apt download "linux-source-$release")
  deb=$(ls "$state/debs/linux-source-${release}"_*.deb | tail -1)
  mkdir -p "$dir/$release.part"
  dpkg-deb --fsys-tarfile "$deb" | tar -xO -f - --wildcards './usr/src/*.tar.xz' | tar -xJ -C "$dir/$release.part" --strip-components=1
  mv "$dir/$release.part" "$dir/$release"
done
