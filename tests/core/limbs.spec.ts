import {
  addWithCarry,
  bit,
  bitLength,
  equals,
  isZero,
  lessThan,
  limbsFromBytes,
  limbsFromHex,
  limbsFromLittleEndian,
  one,
  subtractWithBorrow,
} from "../../assembly/field/limbs";
import { fromHex } from "./support/hex";

describe("limbs", () => {
  it("are read big-endian, shorter numbers padded at the top", () => {
    const limbs = limbsFromBytes(fromHex("01 23456789 abcdef01"), 3)!;
    expect(limbs[0]).toBe(0xabcdef01);
    expect(limbs[1]).toBe(0x23456789);
    expect(limbs[2]).toBe(1);
  });

  it("take leading zeros beyond their width, but no digit", () => {
    expect(equals(limbsFromBytes(fromHex("0000000000 00000001"), 1)!, one(1))).toBe(true);
    expect(limbsFromBytes(fromHex("01 00000000"), 1) === null).toBe(true);
    expect(isZero(limbsFromBytes(fromHex(""), 2)!)).toBe(true);
  });

  it("are read little-endian", () => {
    const bytes = fromHex("01efcdab 67452301 0000");
    expect(equals(limbsFromLittleEndian(bytes, 2)!, limbsFromHex("01234567abcdef01", 2))).toBe(true);
    expect(bytes.at(0)).toBe(1, "the bytes stay as they were");
    expect(limbsFromLittleEndian(fromHex("00000000 01"), 1) === null).toBe(true);
  });

  it("are read from hexadecimal digits", () => {
    const limbs = limbsFromHex("89abcdef01234567", 3);
    expect(limbs[0]).toBe(0x01234567);
    expect(limbs[1]).toBe(0x89abcdef);
    expect(limbs[2]).toBe(0);
  });

  it("are compared from the top", () => {
    const low = limbsFromBytes(fromHex("00000001 ffffffff"), 2)!;
    const high = limbsFromBytes(fromHex("00000002 00000000"), 2)!;
    expect(lessThan(low, high)).toBe(true);
    expect(lessThan(high, low)).toBe(false);
    expect(lessThan(low, low)).toBe(false);
  });

  it("carry and borrow through every limb", () => {
    const most = limbsFromBytes(fromHex("ffffffff ffffffff ffffffff"), 3)!;
    const sum = new StaticArray<u32>(3);
    expect(addWithCarry(sum, most, one(3))).toBe(1);
    expect(isZero(sum)).toBe(true);
    expect(subtractWithBorrow(sum, sum, one(3))).toBe(1);
    expect(equals(sum, most)).toBe(true);
    expect(addWithCarry(sum, sum, sum)).toBe(1);
    expect(sum[0]).toBe(0xfffffffe);
    expect(sum[2]).toBe(0xffffffff);
    expect(subtractWithBorrow(sum, sum, sum)).toBe(0);
    expect(isZero(sum)).toBe(true);
  });

  it("know their bits", () => {
    const limbs = limbsFromBytes(fromHex("80000000 00000002"), 2)!;
    expect(bit(limbs, 0)).toBe(0);
    expect(bit(limbs, 1)).toBe(1);
    expect(bit(limbs, 63)).toBe(1);
    expect(bitLength(limbs)).toBe(64);
    expect(bitLength(one(2))).toBe(1);
    expect(bitLength(new StaticArray<u32>(2))).toBe(0);
  });

  throws("when widths differ", () => {
    addWithCarry(one(2), one(2), one(3));
  });
});
