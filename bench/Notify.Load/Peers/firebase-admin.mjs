import http2 from 'node:http2';
import { initializeApp } from 'firebase-admin/app';
import { getMessaging } from 'firebase-admin/messaging';
import { serveTurns } from './turns.mjs';

const port = Number(process.argv[2]);
const batch = 500; // The maximum for sendEach.

// The package only connects to Google's host, so sessions with that host are redirected to the local sink. The package also writes
// the :scheme with a colon, which Google accepts and the sink does not.
const connect = http2.connect;
http2.connect = (_, options) => {
  const session = connect(`https://127.0.0.1:${port}`, { ...options, rejectUnauthorized: false });
  const request = session.request;
  session.request = headers => {
    headers[':scheme'] = 'https';
    return request.call(session, headers);
  };
  return session;
};

initializeApp({
  projectId: 'shop-1234',
  credential: { getAccessToken: async () => ({ access_token: `ya29.c.${'a'.repeat(1_013)}`, expires_in: 3_599 }) },
});
const messaging = getMessaging();

await serveTurns(async count => {
  for (let sent = 0; sent < count; sent += batch) {
    const messages = Array.from({ length: Math.min(batch, count - sent) }, (_, i) => ({
      token: (sent + i).toString(16).padStart(142, 'a'),
      notification: { title: 'Your order', body: 'It was shipped and will arrive tomorrow.' },
      android: { notification: { sound: 'default', tag: 'orders' } },
      data: { order: `${100_000 + sent + i}` },
    }));
    const { failureCount, responses } = await messaging.sendEach(messages);
    if (failureCount > 0)
      throw new Error(`A push was not accepted: ${responses.find(response => !response.success).error}`);
  }
});
