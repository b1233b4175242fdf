import binaryen from "assemblyscript/binaryen";

/**
 * The module with what it has outside its memory exported, too, as `global:0` and so on: then a sealed instance is data, and
 * can be made in one thread for another (host/core/hand-over.ts). After optimization, which exports would stand in the way of.
 */
export function withGlobals(bytes) {
  const module = binaryen.readBinary(bytes);
  for (let i = 0; i < module.getNumGlobals(); i++) {
    const { name, mutable } = binaryen.getGlobalInfo(module.getGlobalByIndex(i));
    if (mutable) module.addGlobalExport(name, `global:${i}`);
  }
  return module.emitBinary();
}
