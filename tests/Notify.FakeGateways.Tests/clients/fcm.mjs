// Sends with firebase-admin to the fake at the given address. The package only connects to Google's hosts, so its connections are
// redirected: single messages and the token endpoint use https (node-fetch and https.request both use the global agent), and
// sendEach uses http2. Certificates are still checked, against the fake's host name.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const https = require("node:https");
const http2 = require("node:http2");
const tls = require("node:tls");

const [address, credentialsFile, token, ...goneTokens] = process.argv.slice(2);
const gateway = { host: "127.0.0.1", port: Number(new URL(address).port), servername: "localhost" };

class LoopbackAgent extends https.Agent {
  createConnection(options) {
    return tls.connect({ ...gateway, ALPNProtocols: ["http/1.1"] });
  }
}
https.globalAgent = new LoopbackAgent();
const connect = http2.connect;
http2.connect = (authority, options) => {
  const session = connect(authority, { ...options, createConnection: () => tls.connect({ ...gateway, ALPNProtocols: ["h2"] }) });
  // The package writes the :scheme with a colon, which RFC 9113 (8.3.1) forbids. Google accepts it, but Kestrel resets the stream.
  const request = session.request.bind(session);
  session.request = (headers, ...rest) => request({ ...headers, ":scheme": "https" }, ...rest);
  return session;
};

const admin = require("firebase-admin");
const app = admin.initializeApp({
  credential: admin.credential.cert(JSON.parse(readFileSync(credentialsFile, "utf8")), https.globalAgent),
  httpAgent: https.globalAgent,
});
const messaging = admin.messaging(app);

const full = {
  notification: { title: "title", body: "body", imageUrl: "https://example.org/image.png" },
  data: { order: "42" },
  android: { collapseKey: "order", priority: "high", ttl: 3600000, notification: { sound: "default", clickAction: "OPEN", tag: "order" } },
  apns: { headers: { "apns-priority": "10" }, payload: { aps: { badge: 1, sound: "default", category: "ORDER", threadId: "orders" } } },
  webpush: { headers: { TTL: "3600", Urgency: "high" }, fcmOptions: { link: "https://example.org/orders/42" } },
};

const result = {};
const attempt = async (name, send) => {
  try {
    result[name] = await send();
  } catch (error) {
    result[name] = error.code;
  }
};

await attempt("accepted", () => messaging.send({ ...full, token }));
await attempt("dryRun", () => messaging.send({ token, data: { order: "42" } }, true));
await attempt("topic", () => messaging.send({ topic: "orders", notification: { title: "title" } }));
await attempt("condition", () => messaging.send({ condition: "'orders' in topics", data: { order: "42" } }));
await attempt("malformedToken", () => messaging.send({ token: "no token", data: { order: "42" } }));
await attempt("tooLarge", () => messaging.send({ token, data: { order: "x".repeat(5000) } }));
await attempt("each", async () => {
  const { responses } = await messaging.sendEach([token, ...goneTokens].map((to) => ({ token: to, data: { order: "42" } })));
  return responses.map((response) => response.error?.code ?? "accepted");
});

console.log(JSON.stringify(result));
await app.delete();
https.globalAgent.destroy();
