// Sends one message with web-push: node webpush.mjs SUBSCRIPTION OPTIONS PAYLOAD. Prints the answer as JSON, even if it is an error.
import webpush from 'web-push';

const [subscription, options, payload] = process.argv.slice(2);
try {
  const answer = await webpush.sendNotification(JSON.parse(subscription), payload, JSON.parse(options));
  print(answer.statusCode, answer.headers, answer.body);
} catch (error) {
  if (!(error instanceof webpush.WebPushError)) throw error;
  print(error.statusCode, error.headers, error.body);
}

function print(status, headers, body) {
  console.log(JSON.stringify({ status, location: headers.location ?? null, retryAfter: headers['retry-after'] ?? null, body }));
}
