// asc transform: gives the core's exports the names of the canonical ABI, which AssemblyScript has no syntax for.
// `seal` becomes `countersign:verifier/verifier@0.1.0#seal`, `seal_post` becomes `cabi_post_…#seal`; what is
// neither memory, `cabi_realloc` nor one of the interface's functions is not exported at all.
import { Transform } from "assemblyscript/transform";

const INTERFACE = "countersign:verifier/verifier@0.1.0";
const FUNCTIONS = ["load", "provide", "seal", "idle", "plan", "judge", "explain"];
const KEPT = ["memory", "cabi_realloc"];

export default class CanonicalNames extends Transform {
  afterCompile(module) {
    const exports = [];
    for (let i = 0; i < module.getNumExports(); i++)
      exports.push(this.binaryen.getExportInfo(module.getExportByIndex(i)));
    for (const { name, value } of exports) {
      if (KEPT.includes(name)) continue;
      module.removeExport(name);
      if (FUNCTIONS.includes(name)) module.addFunctionExport(value, `${INTERFACE}#${name}`);
      const plain = name.replace(/_post$/, "");
      if (plain !== name && FUNCTIONS.includes(plain))
        module.addFunctionExport(value, `cabi_post_${INTERFACE}#${plain}`);
    }
  }
}
