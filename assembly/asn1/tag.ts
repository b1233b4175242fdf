// Identifier octets of DER (X.690 8.1.2) that our formats use.

export const INTEGER: u8 = 0x02;
export const BIT_STRING: u8 = 0x03;
export const NULL: u8 = 0x05;
export const OBJECT_IDENTIFIER: u8 = 0x06;
export const SEQUENCE: u8 = 0x30;
