/** What the units are made for. */
export interface UnitOptions {
  /** The program with what comes before its arguments, absolute: Node.js and main.js. */
  readonly program: readonly [node: string, main: string];
  readonly socket: string;
  readonly policy: string;
  /** Further arguments of `serve`. */
  readonly args: readonly string[];
}

/**
 * The daemon's systemd units, by file name. systemd holds the socket: while the service restarts, pulls wait in it.
 * Both start before containerd, so that nothing is pulled while nobody is there to judge it.
 */
export function units(options: UnitOptions): Readonly<Record<string, string>> {
  return { "countersign.socket": socketUnit(options), "countersign.service": serviceUnit(options) };
}

/** Where the unit lets the daemon write: `ProtectSystem` makes everything else read-only. */
export const WRITABLE = ["/var/log/countersign", "/var/cache/countersign"] as const;

function socketUnit({ socket }: UnitOptions): string {
  return `[Unit]
Description=Socket of Countersign, the image verifier
Before=containerd.service

[Socket]
ListenStream=${quoted(socket)}
SocketMode=0600
DirectoryMode=0755
Backlog=1024

[Install]
WantedBy=sockets.target
`;
}

// Without capabilities, root can read only what belongs to root. MemoryDenyWriteExecute is impossible with Node.js,
// which compiles code at run time.
function serviceUnit({ program, socket, policy, args }: UnitOptions): string {
  const command = [...program, "serve", "--socket", socket, "--policy", policy, ...args];
  return `[Unit]
Description=Countersign, the image verifier
Requires=countersign.socket
After=countersign.socket network.target
Before=containerd.service

[Service]
Type=exec
ExecStart=${command.map(quoted).join(" ")}
ExecReload=kill -HUP $MAINPID
Restart=always
RestartSec=1
TimeoutStopSec=15
LimitNOFILE=65536
OOMScoreAdjust=-900
CacheDirectory=countersign
CacheDirectoryMode=0700
LogsDirectory=countersign
LogsDirectoryMode=0700
UMask=0077
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged

[Install]
WantedBy=multi-user.target
`;
}

/** An argument as systemd reads it: quoted where it must be, specifiers and variables as themselves. */
export function quoted(text: string): string {
  const literal = text.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[A-Za-z0-9_@%+=:,./$-]+$/.test(literal)
    ? literal
    : `"${literal.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
