import { createTransport } from 'nodemailer';
import { serveTurns, withCallers } from './turns.mjs';

const [port, connections] = process.argv.slice(2).map(Number);
const transport = createTransport({
  host: '127.0.0.1', port, secure: false, ignoreTLS: true, pool: true, maxConnections: connections, maxMessages: Infinity,
});

await serveTurns(count => withCallers(connections, count, number => transport.sendMail({
  from: { name: 'The shop', address: 'shop@example.org' },
  to: `customer-${100_000 + number}@example.org`,
  subject: `Your order ${100_000 + number}`,
  text: 'It was shipped and will arrive tomorrow.',
  html: '<p>It was <b>shipped</b> and will arrive tomorrow.</p>',
})));
