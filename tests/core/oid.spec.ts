import {
  ID_EC_PUBLIC_KEY,
  ID_ED25519,
  isOid,
  Oid,
  RSA_ENCRYPTION,
  SECP224R1,
  SECP256R1,
  SECP384R1,
  SECP521R1,
} from "../../assembly/asn1/oid";
import { Bytes } from "../../assembly/bytes/bytes";
import { fromHex } from "./support/hex";

/** The dotted form (X.690 8.19.4: the first octets hold two components). */
function dotted(oid: Oid): string {
  let text = "";
  let component: u32 = 0;
  for (let i = 0; i < oid.length; i++) {
    component = (component << 7) | (oid[i] & 0x7f);
    if (oid[i] >= 0x80) continue;
    if (text.length == 0) text = `${(component / 40).toString()}.${(component % 40).toString()}`;
    else text += `.${component.toString()}`;
    component = 0;
  }
  return text;
}

describe("object identifiers", () => {
  it("are what their names say", () => {
    expect(dotted(ID_EC_PUBLIC_KEY)).toBe("1.2.840.10045.2.1");
    expect(dotted(SECP224R1)).toBe("1.3.132.0.33");
    expect(dotted(SECP256R1)).toBe("1.2.840.10045.3.1.7");
    expect(dotted(SECP384R1)).toBe("1.3.132.0.34");
    expect(dotted(SECP521R1)).toBe("1.3.132.0.35");
    expect(dotted(RSA_ENCRYPTION)).toBe("1.2.840.113549.1.1.1");
    expect(dotted(ID_ED25519)).toBe("1.3.101.112");
  });

  it("are compared whole", () => {
    expect(isOid(fromHex("2b6570"), ID_ED25519)).toBe(true);
    expect(isOid(fromHex("2b6571"), ID_ED25519)).toBe(false);
    expect(isOid(fromHex("2b65"), ID_ED25519)).toBe(false);
    expect(isOid(fromHex("2b657000"), ID_ED25519)).toBe(false);
    expect(isOid(Bytes.alloc(0), ID_ED25519)).toBe(false);
  });
});
