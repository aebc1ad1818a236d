import { Queue, Worker } from 'bullmq';
import { serveTurns, withCallers } from './turns.mjs';

const [port, callers] = process.argv.slice(2).map(Number);
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const queue = new Queue('notifications', { connection, defaultJobOptions: { removeOnComplete: true } });

let completed = 0;
let expected = 0;
let done = () => {};
const worker = new Worker('notifications', async () => {}, { connection, concurrency: callers });
worker.on('completed', () => {
  if (++completed === expected)
    done();
});
await worker.waitUntilReady();

await serveTurns(async count => {
  completed = 0;
  expected = count;
  const allCompleted = new Promise(resolve => done = resolve);
  await withCallers(callers, count, number => queue.add('email', {
    to: `${number}@example.org`, title: 'Your order', body: 'It was shipped and will arrive tomorrow.',
  }));
  await allCompleted;
});
