"""The shell text around the questions: POSIX, for dash, bash, busybox ash and mksh.

It arrives on the standard input of `/bin/sh -s`. All of it is one function, so that
the shell has read it whole before anything runs; from then on standard input is
/dev/null and no child can eat the rest. It writes nothing on the machine: no temporary
file, no history. Nothing it starts outlives it, but for a child that the kernel itself
cannot end (uninterruptible sleep on a dead mount), which is then nobody's to wait for.

Two ways to run a question:

- held: standard output and error are captured and written with one printf. For what
  reads /proc or is bounded by `timeout`.
- direct: a child of its own answers and the shell waits with a watchdog, because what
  looks at file systems and storage may hang where no signal reaches, and `timeout` with
  it. The file systems' answer goes straight to the wire: what came before it hung counts.

Whose time is up is ended with all that came of it: a `df` outlives the shell that
started it, and would hold the wire open. The watchdog asks for `$!` in its trap, since
it may be called off between the start of its sleep and the line after; and it ends the
sleep by KILL, for a child that is not yet `sleep` but still a shell would lose a TERM.
"""

from __future__ import annotations

HEAD = r"""main() {
LC_ALL=C; LANG=C; export LC_ALL LANG
unset LANGUAGE ENV BASH_ENV HISTFILE 2>/dev/null
PATH=@PATH@; export PATH
IFS=$(printf ' \t\n.'); IFS=${IFS%.}
umask 077
cd / || exit 1
exec </dev/null
set +e +u
have() { command -v "$1" >/dev/null 2>&1; }
absent() { printf '%s\n' "$*" >&2; return 69; }
denied() { printf '%s\n' "$*" >&2; return 77; }
od_ms() {
  od_now=
  if [ -r /proc/uptime ]; then
    read -r od_now od_rest </proc/uptime
    od_now=${od_now%.*}${od_now#*.}0
  fi
}
od_took() {
  od_then=$1
  od_ms
  od_span=
  if [ -n "$od_then" ] && [ -n "$od_now" ]; then od_span=$((od_now - od_then)); fi
}
OD_TIMEOUT=
if have timeout; then
  if timeout -k 1 5 true 2>/dev/null; then OD_TIMEOUT='timeout -k 1'
  elif timeout 5 true 2>/dev/null; then OD_TIMEOUT=timeout
  elif timeout -t 5 true 2>/dev/null; then OD_TIMEOUT='timeout -t'; fi
fi
od_end() { # what is stopped has no more children; the first dies last, it is waited for
  od_tree=" $1 "; od_grew=1; kill -STOP "$1"
  while [ -n "$od_grew" ]; do
    od_grew=
    for od_stat in /proc/[0-9]*/stat; do
      od_line=
      { read -r od_line <"$od_stat"; } 2>/dev/null
      od_pid=${od_line%% *}
      od_line=${od_line##*') '}; od_line=${od_line#* }
      case $od_tree in *" $od_pid "*) continue ;; esac
      case $od_tree in
        *" ${od_line%% *} "*)
          kill -STOP "$od_pid"; od_tree=" $od_pid$od_tree"; od_grew=1 ;;
      esac
    done
  done
  kill -9 $od_tree 2>/dev/null
}
od_dog() {
  od_was=$!
  trap 'if [ "$!" != "$od_was" ]; then kill -9 "$!" 2>/dev/null; fi; exit 0' TERM
  sleep "$1" &
  wait $!
  trap - TERM
  if [ "$3" = KILL ]; then od_end "$2"; else kill -USR1 "$2" 2>/dev/null; fi
}
bounded() {
  od_limit=$1; shift
  if [ -n "$OD_TIMEOUT" ]; then
    $OD_TIMEOUT "$od_limit" "$@"; od_code=$?
    if [ $od_code -eq 137 ] || [ $od_code -eq 143 ]; then od_code=124; fi
    return $od_code
  fi
  "$@" & od_child=$!
  od_dog "$od_limit" $od_child KILL >/dev/null 2>&1 3>&- & od_guard=$!
  wait $od_child; od_code=$?
  kill $od_guard 2>/dev/null; wait $od_guard 2>/dev/null
  if [ $od_code -eq 137 ]; then od_code=124; fi
  return $od_code
}
OD_UID=$(id -u 2>/dev/null)
elevated() {
  if [ "$OD_UID" = 0 ]; then bounded 5 "$@"; return $?; fi
  if ! have sudo; then denied "needs root, and there is no sudo"; return 77; fi
  if ! bounded 5 sudo -n -l "$1" >/dev/null 2>&1; then
    denied "sudo does not allow $1"; return 77
  fi
  bounded 5 sudo -n "$@"
}
od_held() {
  od_ms; od_began=$od_now
  od_all=$( { od_out=$(od_ask_$1 2>&3 3>&-); od_rc=$?
    printf '\n%s OUT\n%s\n%s OVER %s %s' "$OD_NONCE" "$od_out" "$OD_NONCE" "$1" "$od_rc"
  } 3>&1 2>/dev/null)
  od_took "$od_began"
  printf '%s BEGIN %s\n%s %s\n' "$OD_NONCE" "$1" "$od_all" "$od_span"
  OD_COUNT=$((OD_COUNT + 1))
}
od_direct() {
  od_ms; od_began=$od_now
  printf '%s BEGIN %s\n' "$OD_NONCE" "$1"
  od_late=
  trap 'od_late=1' USR1
  ( trap - USR1
    if [ "$1" = filesystems ]; then
      printf '%s OUT\n' "$OD_NONCE"; od_ask_filesystems; exit $?
    fi
    od_all=$( { od_out=$(od_ask_$1 2>&3 3>&-); od_rc=$?
      printf '\n%s OUT\n%s' "$OD_NONCE" "$od_out"; exit $od_rc
    } 3>&1 2>/dev/null); od_rc=$?
    printf '%s' "$od_all"; exit $od_rc ) 2>/dev/null & od_job=$!
  od_dog "$2" $$ USR1 >/dev/null 2>&1 & od_watch=$!
  wait $od_job; od_rc=$?
  if [ -n "$od_late" ]; then od_end $od_job; od_rc=124; fi
  kill $od_watch 2>/dev/null; wait $od_watch 2>/dev/null
  od_took "$od_began"
  printf '\n%s OVER %s %s %s\n' "$OD_NONCE" "$1" "$od_rc" "$od_span"
  OD_COUNT=$((OD_COUNT + 1))
}
OD_COUNT=0
od_ms; OD_STARTED=$od_now
OD_CPU=
if [ -r /proc/stat ]; then read -r OD_CPU </proc/stat; fi
OD_DISKS=
if [ -r /proc/diskstats ]; then OD_DISKS=$(cat /proc/diskstats); fi
"""

TAIL = r"""printf '%s END %s\n' "$OD_NONCE" "$OD_COUNT"
}
main
exit 0
"""

SAFE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
