import { p256 } from "../curve/nist";
export function mul(n: i32): void {
  const c = p256();
  const f = c.field;
  const a = f.zero();
  f.add(a, c.generator.x, c.generator.y);
  for (let i = 0; i < n; i++) f.multiply(a, a, c.generator.x);
}
export function add(n: i32): void {
  const c = p256();
  const f = c.field;
  const a = f.zero();
  f.add(a, c.generator.x, c.generator.y);
  for (let i = 0; i < n; i++) f.add(a, a, c.generator.x);
}
export function sub(n: i32): void {
  const c = p256();
  const f = c.field;
  const a = f.zero();
  f.add(a, c.generator.x, c.generator.y);
  for (let i = 0; i < n; i++) f.subtract(a, a, c.generator.x);
}
export function dbl(n: i32): void {
  const c = p256();
  const a = c.infinity();
  c.add(a, c.generator, a);
  for (let i = 0; i < n; i++) c.double(a, a);
}
export function setup(n: i32): void {
  for (let i = 0; i < n; i++) p256();
}
