// How much work one judgement may cost.

import { SIGNATURE_CHECKS } from "../limits";

export class Budget {
  /** In verifications by ECDSA P-256. */
  private left: i32 = SIGNATURE_CHECKS;
  /** Whether more was asked for than there was. */
  exhausted: bool = false;

  remaining(): i32 {
    return this.left;
  }

  /** Notes that there was not enough, whatever is left. */
  exhaust(): void {
    this.exhausted = true;
  }

  /** Takes a check that costs as much as this many by P-256; false if that much is not left. */
  spend(cost: i32): bool {
    if (cost > this.left) {
      this.exhausted = true;
      return false;
    }
    this.left -= cost;
    return true;
  }
}
