import binaryen from "assemblyscript/binaryen";

/**
 * The module with its globals exported, too, as `global:0` and so on: a sealed instance is then data, and can be made
 * in one thread for another (host/core/hand-over.ts). Done after optimization, which the exports would hinder.
 */
export function withGlobals(bytes) {
  const module = binaryen.readBinary(bytes);
  for (let i = 0; i < module.getNumGlobals(); i++) {
    const { name, mutable } = binaryen.getGlobalInfo(module.getGlobalByIndex(i));
    if (mutable) module.addGlobalExport(name, `global:${i}`);
  }
  return module.emitBinary();
}
