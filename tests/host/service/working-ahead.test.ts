import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { CoreFault } from "../../../host/core/core.js";
import type { Log } from "../../../host/service/log.js";
import { Verifier } from "../../../host/service/verifier.js";
import { WorkingAhead } from "../../../host/service/working-ahead.js";
import { AuditDouble } from "./audit-double.js";
import { coreDouble, imageNamed, loaded } from "./core-double.js";
import { SourceDouble } from "./source-double.js";

function logTo(lines: string[]): Log {
  const keep = (line: string): void => {
    lines.push(line);
  };
  return { info: keep, warn: keep, error: keep } as Log;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}

test("the core works ahead in slices, until there is nothing to do", async () => {
  let left = 3;
  const workingAhead = new WorkingAhead(logTo([]));
  const core = { idle: () => --left > 0 };
  workingAhead.schedule(core);
  workingAhead.schedule(core);
  assert.equal(left, 3);
  await turns(1);
  assert.equal(left, 2);
  await turns(10);
  assert.equal(left, 0);
});

test("core-fault: a core that fails while it works ahead is left alone, and the log says so", async () => {
  const lines: string[] = [];
  let calls = 0;
  const idle = (): boolean => {
    calls++;
    throw new CoreFault("the core failed: unreachable");
  };
  new WorkingAhead(logTo(lines)).schedule({ idle });
  await turns(5);
  assert.equal(calls, 1);
  assert.deepEqual(lines, ["the core failed while it worked ahead"]);
});

test("after a judgement the core may work ahead", async () => {
  let calls = 0;
  const core = { ...coreDouble(), idle: () => ++calls < 3 };
  const audit = new AuditDouble();
  const verifier = new Verifier({ policy: () => loaded(core), source: new SourceDouble(), audit });
  assert.equal((await verifier.verify(imageNamed())).ok, true);
  await turns(10);
  assert.equal(calls, 3);
});
