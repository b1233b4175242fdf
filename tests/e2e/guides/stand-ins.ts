/**
 * What stands in for programs that cannot run in a world, as scripts by name. systemd has to be process 1 of a machine: these start the
 * very command of the unit that `countersign install` wrote, and containerd as its package's unit does.
 */
export const STAND_INS: Readonly<Record<string, string>> = {
  systemctl: `#!/bin/bash
set -e
unit=/etc/systemd/system/countersign.service
alive() { [ -f /run/$1.pid ] && kill -0 $(cat /run/$1.pid) 2>/dev/null; }
stop() {
  if alive $1; then kill $(cat /run/$1.pid); while alive $1; do sleep 0.01; done; fi
  rm -f /run/$1.pid
}
start() {
  alive $1 && return
  case $1 in
    countersign) command=$(sed -n 's/^ExecStart=//p' $unit); socket=/run/countersign/verifier.sock; export CACHE_DIRECTORY=/var/cache/countersign;;
    containerd) command=containerd; socket=/run/containerd/containerd.sock;;
  esac
  mkdir -p $(dirname $socket)
  setsid bash -c "echo \\$\\$ >/run/$1.pid; exec $command" >>/var/log/$1.log 2>&1 </dev/null &
  until grep -q $socket$ /proc/net/unix 2>/dev/null; do sleep 0.01; done
}
words="$*"
for name in $(printf '%s\\n' "\${@:2}" | sed -n 's/^\\(countersign\\|containerd\\)\\(\\.service\\)\\?$/\\1/p'); do
  case $words in
    daemon-reload) ;;
    start*|enable\\ --now*) start $name;;
    stop*|disable\\ --now*) stop $name;;
    restart*) stop $name; start $name;;
    reload*) kill -HUP $(cat /run/$name.pid);;
    is-active*) alive $name && echo active;;
    *) echo "no stand-in for systemctl $words" >&2; exit 1;;
  esac
done
`,
  journalctl: `#!/bin/bash
while [ $# -gt 0 ]; do case $1 in -u) unit=$2; shift;; esac; shift; done
exec cat /var/log/$unit.log
`,
};
