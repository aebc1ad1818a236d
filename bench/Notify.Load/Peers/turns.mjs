import { createInterface } from 'node:readline';

/** Runs a turn for every count that is read from the standard input, and answers each with the milliseconds that it took. */
export async function serveTurns(run) {
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const started = performance.now();
    await run(Number(line));
    console.log(performance.now() - started);
  }
  process.exit(0);
}

/** Callers that each do one item after the other. */
export async function withCallers(callers, count, call) {
  let next = 0;
  await Promise.all(Array.from({ length: callers }, async () => {
    while (next < count)
      await call(next++);
  }));
}
