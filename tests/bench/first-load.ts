// In a process of its own, as a daemon that starts: sends how many milliseconds of processor time loading a policy of 100,000
// scopes takes. In one with much else in its heap, V8 looks through that each time the core's memory has grown.
import { PolicyCore } from "../../host/core/core.js";
import { generateKey } from "../support/sign.js";
import { policyOf } from "./many-scopes.js";

const key = Buffer.from(generateKey().publicPem);
const policy = policyOf(100_000);
const before = process.cpuUsage();
PolicyCore.load(policy, () => key);
const { user, system } = process.cpuUsage(before);
process.send?.((user + system) / 1000);
