const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Runs `work`, which cleans up when it is interrupted; the process then ends by the signal that it was sent. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let received: NodeJS.Signals | null = null;
  const interrupt = (signal: NodeJS.Signals) => {
    received = signal;
    controller.abort();
  };
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    if (received !== null) process.kill(process.pid, received);
  }
}
