// What jco 1.24 writes to call the component is right, and slow where it is called most: short texts take the way through
// TextEncoder and TextDecoder, and each step asks the environment whether it is to be logged. These functions do the
// same for less. A build with a jco that writes something else fails here.

/** @param glue JavaScript by jco: the same with other definitions */
export function fasterGlue(glue) {
  return REPLACEMENTS.reduce((text, [definition, replacement]) => {
    const parts = text.split(definition);
    if (parts.length !== 2)
      throw new Error(`jco's glue has ${parts.length - 1} times what is replaced: ${definition}`);
    return parts.join(replacement);
  }, glue);
}

const REPLACEMENTS = [
  [
    `const _debugLog = (...args) => {
    if (!globalThis?.process?.env?.JCO_DEBUG) { return; }
    console.debug(...args);
  };`,
    "const _debugLog = () => {};",
  ],
  [
    `let buf = TEXT_ENCODER_UTF8.encode(s);
    let ptr = realloc(0, 0, 1, buf.length);
    new Uint8Array(memory.buffer).set(buf, ptr);
    const res = { ptr, len: buf.length, codepoints: [...s].length };
    return res;`,
    `if (s.length <= ${128}) {
      let ptr = realloc(0, 0, 1, s.length);
      const out = bytesOf(memory);
      let i = 0;
      for (; i < s.length; i++) {
        const unit = s.charCodeAt(i);
        if (unit > 0x7f) break;
        out[ptr + i] = unit;
      }
      if (i === s.length) return { ptr, len: s.length };
    }
    let buf = TEXT_ENCODER_UTF8.encode(s);
    let ptr = realloc(0, 0, 1, buf.length);
    bytesOf(memory).set(buf, ptr);
    return { ptr, len: buf.length };`,
  ],
  [
    "const TEXT_DECODER_UTF8 = new TextDecoder();",
    `const utf8 = new TextDecoder();
  const TEXT_DECODER_UTF8 = {
    decode(bytes) {
      if (bytes.length > ${128}) return utf8.decode(bytes);
      let bits = 0;
      for (let i = 0; i < bytes.length; i++) bits |= bytes[i];
      return bits > 0x7f ? utf8.decode(bytes) : String.fromCharCode.apply(null, bytes);
    },
  };
  let wholeMemory = new Uint8Array();
  const bytesOf = (memory) => {
    const { buffer } = memory;
    if (wholeMemory.buffer !== buffer) wholeMemory = new Uint8Array(buffer);
    return wholeMemory;
  };`,
  ],
];
