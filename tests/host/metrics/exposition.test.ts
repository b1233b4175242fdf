import assert from "node:assert/strict";
import { test } from "node:test";

import { Counter, Gauge, Histogram } from "../../../host/metrics/exposition.js";

test("a counter without labels is there before it counts", () => {
  const counter = new Counter("c_total", "What it is.");
  assert.equal(counter.expose(), "# HELP c_total What it is.\n# TYPE c_total counter\nc_total 0\n");
  counter.add();
  counter.add({}, 2);
  assert.match(counter.expose(), /^c_total 3$/m);
});

test("labels stand in their order, and escaped", () => {
  const counter = new Counter("c_total", "h", ["a", "b"]);
  counter.add({ b: 'q"\\\n', a: "x" });
  assert.match(counter.expose(), /^c_total\{a="x",b="q\\"\\\\\\n"\} 1$/m);
});

test("series beyond a thousand are counted together", () => {
  const counter = new Counter("c_total", "h", ["name"]);
  for (let i = 0; i < 3_000; i++) counter.add({ name: `n${i}` });
  const lines = counter.expose().trim().split("\n");
  assert.equal(lines.length, 2 + 1_001);
  assert.match(counter.expose(), /^c_total\{name="…"\} 2000$/m);
});

test("a gauge says what is so when it is asked", () => {
  let value = 1;
  const gauge = new Gauge("g", "h", () => [[{ path: "cri" }, value]]);
  assert.match(gauge.expose(), /^g\{path="cri"\} 1$/m);
  value = 0;
  assert.match(gauge.expose(), /^g\{path="cri"\} 0$/m);
});

test("a histogram's buckets add up", () => {
  const histogram = new Histogram("h_seconds", "h", [0.1, 1], ["phase"]);
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe({ phase: "total" }, value);
  const lines = histogram.expose().split("\n").slice(2);
  assert.deepEqual(lines.slice(0, 3), [
    'h_seconds_bucket{phase="total",le="0.1"} 2',
    'h_seconds_bucket{phase="total",le="1"} 3',
    'h_seconds_bucket{phase="total",le="+Inf"} 4',
  ]);
  assert.match(lines[3] ?? "", /^h_seconds_sum\{phase="total"\} 7\.6/);
  assert.equal(lines[4], 'h_seconds_count{phase="total"} 4');
});
