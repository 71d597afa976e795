"""How file systems are asked for their size, and the rows that `df -P` answers with."""

from __future__ import annotations

import re
from typing import NamedTuple

from probes.catalogue.text import cut, whole
from probes.probe import Unreadable

# df asks only local file systems, by name, so that no dead server can stop it. Each
# remote one is asked by a child of its own; what has not answered after three seconds
# is named and left behind, for no signal ends a child that waits on a dead mount.
# autofs is never touched: looking would mount it. $OD_SKIP_MOUNTS hung last time.
ASK = r"""
echo '[mounts]'
cat /proc/self/mountinfo 2>/dev/null || cat /proc/mounts
echo '[fstab]'
grep -v '^[[:space:]]*#' /etc/fstab 2>/dev/null
# %b wants \0ddd: of "a\0404" (a blank, then a 4) it would make something else.
real() {
  case $1 in
    *\\*) printf '%bx' "$(printf '%s\n' "$1" | sed 's/\\/\\0/g')" ;;
    *) printf '%sx' "$1" ;;
  esac
}
listed() { case "
$1
" in *"
$2
"*) return 0 ;; esac; return 1; }
set --
od_remote=
while read -r device mount type options rest; do
  case $type in
    nfs|nfs4|cifs|smb3|smbfs|ceph|glusterfs|fuse.*|9p|beegfs|lustre|ocfs2|gfs2|afs|davfs|ncpfs)
      od_remote="$od_remote
$mount" ;;
    ext2|ext3|ext4|xfs|btrfs|jfs|reiserfs|f2fs|vfat|exfat|ntfs|ntfs3|zfs|bcachefs|ufs|hfsplus|fuseblk)
      set -- "$@" "$(real "$mount")" ;;
    autofs) ;;
    *)
      case $type:$mount in
        overlay:/|tmpfs:/|tmpfs:/tmp|tmpfs:/var|tmpfs:/data) set -- "$@" "${mount}x" ;;
        *) if listed "$OD_MOUNTS" "$mount"; then set -- "$@" "${mount}x"; fi ;;
      esac ;;
  esac
done </proc/mounts
od_paths=$#
while [ "$od_paths" -gt 0 ]; do
  od_path=${1%x}; shift; set -- "$@" "$od_path"; od_paths=$((od_paths - 1))
done
echo '[df]'
if [ $# -gt 0 ]; then df -Pk "$@"; fi
echo '[inodes]'
if [ $# -gt 0 ]; then df -Pi "$@"; fi
echo '[remote]'
od_children=
set -f
IFS='
'
for mount in $od_remote; do
  path=$(real "$mount"); path=${path%x}
  if listed "$OD_SKIP_MOUNTS" "$path"; then printf 'SKIPPED %s\n' "$mount"; continue; fi
  df -Pk "$path" 2>/dev/null & od_children="$od_children
$! $mount"
done
od_waited=0
while [ -n "$od_children" ]; do
  od_left=
  for pair in $od_children; do
    if kill -0 "${pair%% *}" 2>/dev/null; then od_left="$od_left
$pair"; fi
  done
  od_children=$od_left
  if [ -z "$od_children" ]; then break; fi
  if [ $od_waited -ge 3 ]; then
    for pair in $od_children; do
      printf 'HUNG %s\n' "${pair#* }"; kill -9 "${pair%% *}" 2>/dev/null
    done
    break
  fi
  sleep 1; od_waited=$((od_waited + 1))
done
echo '[over]'
"""

_ROW = re.compile(
    r"(\S.*?) +(-|\d+) +(?:-|-?\d+) +(-|-?\d+) +(-|\d+%) +(/.*)", re.ASCII
)


class Row(NamedTuple):
    """One row of `df -P`; a figure is None where it says "-"."""

    device: str
    size: int | None
    available: int | None
    percent: int | None
    path: str


def row(line: str) -> Row:
    """Return a row of `df -P`.

    Devices and mounts may hold spaces; the four columns between are what is sure.
    """
    found = _ROW.fullmatch(line)
    if found is None:
        raise Unreadable(f"not a df row: {cut(line)!r}")
    device, size, available, percent, path = found.groups()
    return Row(
        device,
        _figure(size, line),
        _figure(available, line),
        _figure(percent.rstrip("%"), line),
        path,
    )


def _figure(word: str, line: str) -> int | None:
    return None if word == "-" else whole(word, line)
