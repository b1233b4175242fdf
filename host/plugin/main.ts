/** The plugin from a checkout, not installed: the current user may own the socket. */

import { userInfo } from "node:os";

import { DEADLINE_MS, DEFAULT_SOCKET, run } from "./run.js";

await run({ socket: DEFAULT_SOCKET, owner: userInfo().uid, deadlineMs: DEADLINE_MS });
