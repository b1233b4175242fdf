/**
 * What stands in for programs that cannot run in a world as they are, as scripts by name. systemd has to be process 1 of a machine:
 * `systemctl` starts the very command of the unit that `countersign install` wrote, and containerd and docker, as their packages' units
 * do; docker without its network, for which there would be too much to take along. There is no TPM: a file has the register that
 * tpm2-tools would extend, by the same rule. podman is the real one, in a root of its own.
 */
export const STAND_INS: Readonly<Record<string, string>> = {
  systemctl: `#!/bin/bash
set -e
unit=/etc/systemd/system/countersign.service
alive() { [ -f /world/$1.pid ] && kill -0 $(cat /world/$1.pid) 2>/dev/null; }
stop() {
  if alive $1; then kill $(cat /world/$1.pid); while alive $1; do sleep 0.01; done; fi
  rm -f /world/$1.pid
}
start() {
  alive $1 && return
  case $1 in
    countersign) command=$(sed -n 's/^ExecStart=//p' $unit); socket=/run/countersign/verifier.sock; export CACHE_DIRECTORY=/var/cache/countersign;;
    containerd) command=containerd; socket=/run/containerd/containerd.sock;;
    docker) command="dockerd --iptables=false --ip6tables=false --bridge=none --userland-proxy=false"; socket=/var/run/docker.sock;;
  esac
  mkdir -p $(dirname $socket)
  setsid bash -c "echo \\$\\$ >/world/$1.pid; exec $command" >>/var/log/$1.log 2>&1 </dev/null &
  until grep -q $socket$ /proc/net/unix 2>/dev/null; do sleep 0.01; done
}
words="$*"
for name in $(printf '%s\\n' "\${@:2}" | sed -n 's/^\\(countersign\\|containerd\\|docker\\)\\(\\.service\\)\\?$/\\1/p'); do
  case $words in
    daemon-reload) ;;
    start*|enable\\ --now*) start $name;;
    stop*|disable\\ --now*) stop $name;;
    restart*) stop $name; start $name;;
    reload*) kill -HUP $(cat /world/$name.pid);;
    is-active*) alive $name && echo active;;
    *) echo "no stand-in for systemctl $words" >&2; exit 1;;
  esac
done
`,
  journalctl: `#!/bin/bash
while [ $# -gt 0 ]; do case $1 in -u) unit=$2; shift;; esac; shift; done
exec cat /var/log/$unit.log
`,
  podman: `#!/bin/sh
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
exec unshare --root=/world/podman --wd="$PWD" /usr/bin/podman "$@"
`,
  tpm2_pcrextend: `#!/bin/bash
register=/world/pcr-\${1%%:*}
[ -f $register ] || printf '%064d' 0 >$register
printf '%b' "$(printf '%s%s' "$(cat $register)" "\${1#*sha256=}" | sed 's/../\\\\x&/g')" | sha256sum | head -c 64 >$register.new
mv $register.new $register
`,
  tpm2_pcrread: `#!/bin/bash
printf '  sha256:\\n    %s: 0x%s\\n' "\${1#sha256:}" "$(tr a-f A-F </world/pcr-\${1#sha256:})"
`,
};
