/** What runs in place of a program that cannot run in a world. */
export interface StandIn {
  readonly why: string;
  /** Executable, with what it is run by in its first line. */
  readonly script: string;
}

/** All of them, by the name of the program. One that no document calls any more fails (tests/checks/guides.test.ts). */
export const STAND_INS: Readonly<Record<string, StandIn>> = {
  systemctl: {
    why:
      "systemd has to be process 1 of a machine. This starts the very command of the unit that countersign install wrote, and " +
      "containerd and docker as their packages' units do; docker without its network, which would take iptables along",
    script: `#!/bin/bash
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
  },
  journalctl: {
    why: "there is no journal without systemd. This prints what the unit has written to its output",
    script: `#!/bin/bash
while [ $# -gt 0 ]; do case $1 in -u) unit=$2; shift;; esac; shift; done
exec cat /var/log/$unit.log
`,
  },
  tpm2_pcrextend: {
    why: "there is no TPM. A file has the register, which is extended by the rule of a TPM",
    script: `#!/bin/bash
register=/world/pcr-\${1%%:*}
[ -f $register ] || printf '%064d' 0 >$register
printf '%b' "$(printf '%s%s' "$(cat $register)" "\${1#*sha256=}" | sed 's/../\\\\x&/g')" | sha256sum | head -c 64 >$register.new
mv $register.new $register
`,
  },
  tpm2_pcrread: {
    why: "there is no TPM. This prints that register as tpm2-tools do",
    script: `#!/bin/bash
printf '  sha256:\\n    %s: 0x%s\\n' "\${1#sha256:}" "$(tr a-f A-F </world/pcr-\${1#sha256:})"
`,
  },
};
