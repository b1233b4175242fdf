// Identifier octets of DER (X.690 8.1.2) that our formats use.

export const BOOLEAN: u8 = 0x01;
export const INTEGER: u8 = 0x02;
export const BIT_STRING: u8 = 0x03;
export const OCTET_STRING: u8 = 0x04;
export const NULL: u8 = 0x05;
export const OBJECT_IDENTIFIER: u8 = 0x06;
export const UTF8_STRING: u8 = 0x0c;
export const NUMERIC_STRING: u8 = 0x12;
export const PRINTABLE_STRING: u8 = 0x13;
export const T61_STRING: u8 = 0x14;
export const IA5_STRING: u8 = 0x16;
export const UTC_TIME: u8 = 0x17;
export const GENERALIZED_TIME: u8 = 0x18;
export const GENERAL_STRING: u8 = 0x1b;
export const BMP_STRING: u8 = 0x1e;
export const SEQUENCE: u8 = 0x30;
export const SET: u8 = 0x31;

/** Bits of a context-specific tag, before its number. */
export const CONTEXT: u8 = 0x80;
/** The same where other elements are inside. */
export const CONTEXT_CONSTRUCTED: u8 = 0xa0;
