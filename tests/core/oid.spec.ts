import {
  ANY_EXTENDED_KEY_USAGE,
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CERTIFICATE_POLICIES,
  CODE_SIGNING,
  CRL_DISTRIBUTION_POINTS,
  ECDSA_WITH_SHA256,
  ECDSA_WITH_SHA384,
  ECDSA_WITH_SHA512,
  EXTENDED_KEY_USAGE,
  FULCIO_ISSUER,
  FULCIO_ISSUER_V2,
  ID_EC_PUBLIC_KEY,
  ID_ED25519,
  isOid,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  Oid,
  RSA_ENCRYPTION,
  SECP224R1,
  SECP256R1,
  SECP384R1,
  SECP521R1,
  SHA256_WITH_RSA,
  SHA384_WITH_RSA,
  SHA512_WITH_RSA,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
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
    const first = min<u32>(component / 40, 2);
    if (text.length == 0) text = `${first.toString()}.${(component - 40 * first).toString()}`;
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
    expect(dotted(ECDSA_WITH_SHA256)).toBe("1.2.840.10045.4.3.2");
    expect(dotted(ECDSA_WITH_SHA384)).toBe("1.2.840.10045.4.3.3");
    expect(dotted(ECDSA_WITH_SHA512)).toBe("1.2.840.10045.4.3.4");
    expect(dotted(SHA256_WITH_RSA)).toBe("1.2.840.113549.1.1.11");
    expect(dotted(SHA384_WITH_RSA)).toBe("1.2.840.113549.1.1.12");
    expect(dotted(SHA512_WITH_RSA)).toBe("1.2.840.113549.1.1.13");
    expect(dotted(SUBJECT_KEY_IDENTIFIER)).toBe("2.5.29.14");
    expect(dotted(KEY_USAGE)).toBe("2.5.29.15");
    expect(dotted(SUBJECT_ALT_NAME)).toBe("2.5.29.17");
    expect(dotted(BASIC_CONSTRAINTS)).toBe("2.5.29.19");
    expect(dotted(NAME_CONSTRAINTS)).toBe("2.5.29.30");
    expect(dotted(CRL_DISTRIBUTION_POINTS)).toBe("2.5.29.31");
    expect(dotted(CERTIFICATE_POLICIES)).toBe("2.5.29.32");
    expect(dotted(AUTHORITY_KEY_IDENTIFIER)).toBe("2.5.29.35");
    expect(dotted(EXTENDED_KEY_USAGE)).toBe("2.5.29.37");
    expect(dotted(ANY_EXTENDED_KEY_USAGE)).toBe("2.5.29.37.0");
    expect(dotted(AUTHORITY_INFO_ACCESS)).toBe("1.3.6.1.5.5.7.1.1");
    expect(dotted(CODE_SIGNING)).toBe("1.3.6.1.5.5.7.3.3");
    expect(dotted(FULCIO_ISSUER)).toBe("1.3.6.1.4.1.57264.1.1");
    expect(dotted(FULCIO_ISSUER_V2)).toBe("1.3.6.1.4.1.57264.1.8");
  });

  it("are compared whole", () => {
    expect(isOid(fromHex("2b6570"), ID_ED25519)).toBe(true);
    expect(isOid(fromHex("2b6571"), ID_ED25519)).toBe(false);
    expect(isOid(fromHex("2b65"), ID_ED25519)).toBe(false);
    expect(isOid(fromHex("2b657000"), ID_ED25519)).toBe(false);
    expect(isOid(Bytes.alloc(0), ID_ED25519)).toBe(false);
  });
});
