import { Deadline } from "./deadline.js";

type Ask<Answer> = (deadline: Deadline) => Promise<Answer>;

/** A question that is asked once for everybody who wants the answer, under its own deadline. */
export class SharedQuestion<Answer> {
  readonly #deadline: Deadline;
  readonly #abandoned = new AbortController();
  readonly #answer: Promise<Answer>;
  #waiting = 0;
  #isAnswered = false;

  /** `ask` answers by the deadline it is given, which is reached at once when nobody waits any more. */
  constructor(deadlineMs: number, ask: Ask<Answer>, onAnswered: () => void = () => {}) {
    this.#deadline = new Deadline(deadlineMs, this.#abandoned.signal);
    // Starts only once somebody waits: nothing is to be fetched for a caller that has gone.
    this.#answer = Promise.resolve()
      .then(() => ask(this.#deadline))
      .finally(() => {
        this.#isAnswered = true;
        this.#deadline.dispose();
        onAnswered();
      });
  }

  /**
   * Whether its deadline has passed, so that it has to be answered with the evidence at hand: not worth waiting for if
   * there is time to ask again.
   */
  get isOver(): boolean {
    return this.#deadline.isReached;
  }

  /**
   * The answer. Undefined if `until` comes first while others go on waiting; if nobody does, the question ends and is
   * answered with the evidence at hand.
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

  /** The open question, unless its deadline has passed; else a new one, with that many milliseconds. */
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
