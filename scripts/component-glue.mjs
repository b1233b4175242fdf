// How the host calls the component: what jco 1.24 writes to lower arguments and lift results, without the tasks, promises
// and messages that it puts around each call. Those are for components that wait, and ours has nothing to wait for; they are
// nine tenths of the text, and cost more at each call, and much more at the first, than all else outside the core.
//
// Every replacement has to find what it replaces, and nothing of a task may be left: a build with a jco that writes
// something else fails here.

/** @param glue JavaScript by jco (`instantiation: "sync"`, `strict`): the same interface, lifted and lowered in the same way */
export function synchronousGlue(glue) {
  const functions = between(glue, "let gen = (function* _initGenerator () {\n", "({ exports: exports0 }");
  const exported = between(glue, "const verifier010 = {", "})();");
  const text = REPLACEMENTS.reduce(
    (rest, [pattern, replacement]) => replaced(rest, pattern, replacement),
    functions,
  );
  const tables = new Map();
  const enums = ENUMS.reduce((rest, [pattern, call]) => tabulated(rest, pattern, call, tables), text);
  const calls = [...glue.matchAll(/^ +(?:postReturn\d+|verifier010\w+) = exports0\['.*'\];$/gm)];
  const names = [...tables].map(([cases, name]) => `const ${name} = [${cases}];\n`);
  const result = `${HEAD}${names.join("")}
export function instantiate(getCoreModule, _imports, instantiateCore = (module) => new WebAssembly.Instance(module)) {
  const { exports: exports0 } = instantiateCore(getCoreModule("verifier.core.wasm"), {});
${MEMORY}${enums}
${unique(calls.map(([call]) => call.replace(/^ +(?=postReturn)/, "  const "))).join("\n")}
  const verifier010 = {${exported}}
`;
  const left = /_debugLog|\btask|[aA]sync|[pP]romis|dataView|TEXT_|_utf8|isArray/.exec(result);
  if (left !== null) throw new Error(`jco's glue has more of ${left[0]} than is known`);
  return result;
}

const REPLACEMENTS = [
  // What is declared before the functions.
  [/^ +let (?:exports0|memory0|realloc0|realloc0Async|postReturn\d+|postReturn\d+Async);\n/gm, ""],
  // The call itself: no other is under way in an instance, and nothing is done with what it throws.
  [/ +_debugLog\('\[iface=(?:(?!_debugLog)[\s\S])*?\}\);\n/g, ""],
  [
    / +const hostProvided = false;(?:(?!hostProvided)[\s\S])*?fn: \(\) => (verifier010\w+\(.*\)),\n(?:(?!hostProvided)[\s\S])*?throw err;\s*\}\n/g,
    "      const ret = $1;\n      memory();\n",
  ],
  [/ +let cstate = (?:(?!cstate;)[\s\S])*? (postReturn\d+\(ret\);)\n.*\n/g, "      $1\n"],
  [/ +task\.resolve\(\[(?:(?!task\.)[\s\S])*?\]\);\n/g, ""],
  [/ +task\.exit\(\);\n/g, ""],
  // Memory, through views that are created again where it may have grown: after calls into the core.
  [/dataView\(memory0\)/g, "view"],
  [/realloc0\(0, 0, 4, /g, "allocate(4, "],
  [/TEXT_DECODER_UTF8\.decode\(new Uint8Array\(memory0\.buffer, (\w+), (\w+)\)\)/g, "liftText($1, $2)"],
  [
    /var encodeRes = _utf8AllocateAndEncode\((\w+), realloc0, memory0\);\s*var (\w+)= encodeRes\.ptr;\s*var (\w+) = encodeRes\.len;/g,
    "const $2 = lowerText($1);\n      const $3 = lowered;",
  ],
  [
    /var (len\w+) = Array\.isArray\((\w+)\).*\n +var (ptr\w+) = (?:(?!Array\.isArray\((?!\2))[\s\S])*?set\(valData\d+\);\s*\}/g,
    "const $3 = lowerBytes($2);\n      const $1 = lowered;",
  ],
];

/** Enumerations: jco's `switch` over all cases, each time, becomes a lookup in one table. */
const ENUMS = [
  [
    /let (\w+);\s*switch \((\w+)\) \{((?:\s*case '[\w-]+': \{\s*\w+ = \d+;\s*break;\s*\})+)\s*default: \{[^{}]*\{[^{}]*\}\s*throw new TypeError\(`.*` *\);\s*\}\s*\}/g,
    (name, value, table) => `const ${name} = lowerEnum(${table}, ${value});`,
  ],
  [
    /let (\w+);\s*switch \((view\.getUint8\(.*\))\) \{((?:\s*case \d+: \{\s*\w+ = '[\w-]+';\s*break;\s*\})+)\s*default: \{\s*throw new TypeError\('.*'\);\s*\}\s*\}/g,
    (name, value, table) => `const ${name} = liftEnum(${table}, ${value});`,
  ],
];

const HEAD = `// By scripts/component-glue.mjs, from what jco writes for the component.

class ComponentError extends Error {
  constructor(value) {
    const enumerable = typeof value !== "string";
    super(enumerable ? \`\${String(value)} (see error.payload)\` : value);
    Object.defineProperty(this, "payload", { value, enumerable });
  }
}

function toUint32(value) {
  if (!(Number.isInteger(value) && value >= 0 && value <= 0xffffffff)) throw new TypeError(\`invalid u32 value [\${value}]\`);
  return value;
}

function toUint64(value) {
  if (BigInt.asUintN(64, value) !== value) throw new TypeError(\`invalid u64 value [\${value}]\`);
  return value;
}

function throwInvalidBool() {
  throw new TypeError("invalid variant discriminant for bool");
}

function lowerEnum(cases, value) {
  const index = cases.indexOf(value);
  if (index < 0) throw new TypeError(\`"\${value}" is not one of \${cases}\`);
  return index;
}

function liftEnum(cases, index) {
  const value = cases[index];
  if (value === undefined) throw new TypeError(\`invalid discriminant, of \${cases}\`);
  return value;
}

`;

const MEMORY = `  const memory0 = exports0.memory;
  const realloc0 = exports0.cabi_realloc;
  // Typical texts have a hundred bytes; a Buffer handles them in half the time of TextEncoder and TextDecoder.
  let bytes = Buffer.from(memory0.buffer);
  let view = new DataView(memory0.buffer);
  /** Bytes of what was lowered last. */
  let lowered = 0;

  // Memory that grew is another buffer; views of the one before have no bytes.
  function memory() {
    if (bytes.length === 0) {
      bytes = Buffer.from(memory0.buffer);
      view = new DataView(memory0.buffer);
    }
  }

  function allocate(alignment, size) {
    const address = realloc0(0, 0, alignment, size);
    memory();
    return address;
  }

  function lowerText(text) {
    if (typeof text !== "string") throw new TypeError(\`expected a string, received [\${typeof text}]\`);
    if (text.length === 0) {
      lowered = 0;
      return 1;
    }
    // A unit of UTF-16 takes three bytes of UTF-8 at most.
    const room = 3 * text.length;
    const address = allocate(1, room);
    lowered = bytes.write(text, address, room, "utf8");
    return address;
  }

  function lowerBytes(list) {
    if (!(list instanceof Uint8Array)) throw new TypeError("expected a Uint8Array");
    lowered = list.length;
    const address = allocate(1, lowered);
    bytes.set(list, address);
    return address;
  }

  function liftText(address, length) {
    if (address + length > bytes.length) throw new RangeError("text beyond the end of memory");
    return bytes.toString("utf8", address, address + length);
  }

`;

/** All of `text` with every match replaced; there has to be one. */
function replaced(text, pattern, replacement) {
  const result = text.replaceAll(pattern, replacement);
  if (result === text) throw new Error(`jco's glue has nothing like ${pattern}`);
  return result;
}

/** The same for an enumeration. `tables`: by its cases, the name of its table. */
function tabulated(text, pattern, call, tables) {
  return replaced(text, pattern, (_, name, value, switched) => {
    const cases = switched.match(/'[\w-]+'/g).join(", ");
    const numbers = switched.match(/\b\d+(?=[:;])/g).map(Number);
    if (numbers.some((number, i) => number !== i))
      throw new Error(`jco numbers these in another order: ${cases}`);
    if (!tables.has(cases)) tables.set(cases, `cases${tables.size}`);
    return call(name, value, tables.get(cases));
  });
}

function between(text, begin, end) {
  const parts = text.split(begin);
  if (parts.length !== 2 || !parts[1].includes(end))
    throw new Error(`jco's glue has not one ${begin} before ${end}`);
  return parts[1].slice(0, parts[1].indexOf(end));
}

const unique = (texts) => [...new Set(texts)];
