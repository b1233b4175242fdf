// @as-pect/transform 8.1.0 carries the node kinds of AssemblyScript 0.27; 0.28 counts them one higher. This shows it
// the numbers it knows while it looks, and puts the right ones back.
import AsPect from "@as-pect/transform";

const CLASS = 52;
const NAMESPACE = 60;
const IN_0_27 = new Map([
  [CLASS, 51],
  [NAMESPACE, 59],
  [55, 54], // field
  [59, 58], // method
]);

export default class AsPectFor028 extends AsPect {
  afterParse(parser) {
    const kinds = [];
    const renumber = (nodes) => {
      for (const node of nodes) {
        const kind = node.kind;
        if (!IN_0_27.has(kind)) continue;
        kinds.push([node, kind]);
        node.kind = IN_0_27.get(kind);
        if (kind === CLASS || kind === NAMESPACE) renumber(node.members);
      }
    };
    for (const source of parser.sources) renumber(source.statements);
    super.afterParse(parser);
    for (const [node, kind] of kinds) node.kind = kind;
  }
}
