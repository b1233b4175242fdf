import type { Image } from "#component/types";
import { PolicyCore } from "../../../host/core/core.js";
import { descriptorOf, generateKey, makeImage } from "../../support/sign.js";
import type { Measure } from "../bench.js";
import { scaled } from "../figure.js";
import { timeFresh } from "../fresh-process.js";
import { policyOf } from "../many-scopes.js";
import { compare } from "../sampling.js";

const FEW = 10;
const MANY = 100_000;

/** Whether a policy of many scopes costs more than one of few: when it is asked, and when it is loaded. */
export const measure: Measure = async function* ({ effort, executions }) {
  const image = makeImage();
  const { publicPem } = generateKey();
  const key = Buffer.from(publicPem);
  const [few, many] = [policyOf(FEW), policyOf(MANY)];
  const load = (policy: Buffer) => PolicyCore.load(policy, () => key);

  const plan = (policy: Buffer) => {
    const core = load(policy);
    const asked: Image = {
      transport: "docker",
      name: `ghcr.io/automata/team-${FEW - 1}/app:1`,
      mode: "containerd",
      digest: image.digest,
      descriptor: Buffer.from(JSON.stringify(descriptorOf(image))),
    };
    if (core.plan(asked).tag !== "wanted") throw new Error("the plan is decided without evidence");
    return () => core.plan(asked);
  };
  const [ofMany, ofFew] = await compare([plan(many), plan(few)], effort);
  if (ofMany === undefined || ofFew === undefined) return;
  yield {
    name: "policy of 100,000 scopes: plan()",
    unit: "µs",
    ours: scaled(ofMany, 1000),
    peer: "one of 10 scopes",
    theirs: scaled(ofFew, 1000),
    runs: effort.rounds,
  };

  yield {
    name: "policy of 100,000 scopes: load",
    unit: "ms",
    ours: await timeFresh("first-load.js", executions),
    peer: "",
    theirs: null,
    runs: executions,
  };
};
