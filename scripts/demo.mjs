// npm run demo: from nothing installed to a table of verdicts.
process.argv.splice(2, 0, "tests/demo/main.js");
await import("./run.mjs");
