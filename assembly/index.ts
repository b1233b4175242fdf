// temporary: signatures of the component's exports
export { cabi_realloc } from "./abi";
export function load(p: usize, n: usize): usize { return unreachable(); }
export function provide(p: usize, n: usize, some: i32, cp: usize, cn: usize): void { unreachable(); }
export function seal(): usize { return unreachable(); }
export function idle(us: u32): i32 { return unreachable(); }
export function plan(a: usize, b: usize, c: usize, d: usize, e: i32, f: usize, g: usize, h: usize, i: usize): usize { return unreachable(); }
export function judge(a: usize, b: usize, c: usize, d: usize, e: i32, f: usize, g: usize, h: usize, i: usize, ev: usize, en: usize, now: u64): usize { return unreachable(); }
export function explain(a: usize, b: usize, c: usize, d: usize, e: i32, f: usize, g: usize, h: usize, i: usize): usize { return unreachable(); }
