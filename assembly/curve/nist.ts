// The curves of NIST SP 800-186, section 3.2.1.

import { P256 } from "./generated/p256";
import { P384 } from "./generated/p384";
import { P521 } from "./generated/p521";
import { NistCurve } from "./nist-curve";

/** p = 2^256 − 2^224 + 2^192 + 2^96 − 1 */
export const p256: NistCurve = new NistCurve(new P256());
/** p = 2^384 − 2^128 − 2^96 + 2^32 − 1 */
export const p384: NistCurve = new NistCurve(new P384());
/** p = 2^521 − 1 */
export const p521: NistCurve = new NistCurve(new P521());
