import { Deadline } from "./deadline.js";

type Ask<Answer> = (deadline: Deadline) => Promise<Answer>;

/** A question that is asked once for all who want to know, under a deadline of its own. */
export class SharedQuestion<Answer> {
  readonly #deadline: Deadline;
  readonly #abandoned = new AbortController();
  readonly #answer: Promise<Answer>;
  #waiting = 0;
  #isAnswered = false;

  /** `ask` answers by the deadline it is given, which comes at once when nobody waits any more. */
  constructor(deadlineMs: number, ask: Ask<Answer>, onAnswered: () => void = () => {}) {
    this.#deadline = new Deadline(deadlineMs, this.#abandoned.signal);
    // Not before somebody waits: for one that has gone nothing is to be fetched.
    this.#answer = Promise.resolve()
      .then(() => ask(this.#deadline))
      .finally(() => {
        this.#isAnswered = true;
        this.#deadline.dispose();
        onAnswered();
      });
  }

  /** Whether it has to be answered with what is there by now: nothing to wait for if there is time for another. */
  get isOver(): boolean {
    return this.#deadline.isReached;
  }

  /**
   * The answer. Undefined when `until` comes first and others go on waiting; if nobody does, the question ends and is
   * answered with what there is.
   */
  async wait(until: Deadline): Promise<Answer | undefined> {
    if (this.#waiting === 0 && until.isReached) this.#abandoned.abort();
    this.#waiting++;
    try {
      await Promise.race([this.#answer, until.reached]);
    } finally {
      this.#waiting--;
    }
    if (!this.#isAnswered) {
      if (this.#waiting > 0) return undefined;
      this.#abandoned.abort();
    }
    return this.#answer;
  }
}

/** The questions that are open, by what is asked. */
export class SharedQuestions<Answer> {
  readonly #open = new Map<string, SharedQuestion<Answer>>();

  /** The one that is open, unless it is over; else a new one, with so many milliseconds. */
  join(what: string, deadlineMs: number, ask: Ask<Answer>): SharedQuestion<Answer> {
    const open = this.#open.get(what);
    if (open !== undefined && !open.isOver) return open;
    const question: SharedQuestion<Answer> = new SharedQuestion(deadlineMs, ask, () => {
      if (this.#open.get(what) === question) this.#open.delete(what);
    });
    this.#open.set(what, question);
    return question;
  }
}
