import { generateKeyPairSync } from 'node:crypto';
import apn from '@parse/node-apn';
import { serveTurns, withCallers } from './turns.mjs';

const [port, callers] = process.argv.slice(2).map(Number);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new apn.Provider({
  token: { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), keyId: 'FAKEKEY123', teamId: 'FAKETEAM45' },
  address: '127.0.0.1',
  port,
  rejectUnauthorized: false,
});

await serveTurns(count => withCallers(callers, count, async number => {
  const notification = new apn.Notification({
    alert: { title: 'Your order', body: 'It was shipped and will arrive tomorrow.' },
    sound: 'default',
    badge: 1,
    threadId: 'orders',
    payload: { order: `${100_000 + number}` },
    topic: 'com.example.shop',
    pushType: 'alert',
  });
  const { failed } = await provider.send(notification, number.toString(16).padStart(64, '0'));
  if (failed.length > 0)
    throw new Error(`A push was not accepted: ${JSON.stringify(failed[0])}`);
}));
