// How much work one judgement may cost.

import { SIGNATURE_CHECKS } from "../limits";

export class Budget {
  private left: i32 = SIGNATURE_CHECKS;
  /** Whether more was asked for than there was. */
  exhausted: bool = false;

  /** Takes one signature check; false if none is left. */
  spend(): bool {
    if (this.left == 0) {
      this.exhausted = true;
      return false;
    }
    this.left--;
    return true;
  }
}
