// Sends one notification for each case of the JSON on the command line, with @parse/node-apn, and prints the answers.
import apn from "@parse/node-apn";

const { token, ca, address, port, cases } = JSON.parse(process.argv[2]);
const provider = new apn.Provider({ token, ca, address, port, production: false, rejectUnauthorized: true });

const answers = [];
for (const { deviceToken, topic, body } of cases) {
  const alert = { title: "Hello", body };
  const notification = new apn.Notification({ topic, pushType: "alert", priority: 10, alert, sound: "default" });
  const { sent, failed } = await provider.send(notification, deviceToken);
  const failure = failed[0];
  if (failure?.error) throw failure.error;
  answers.push(sent.length === 1
    ? { status: 200 }
    : { status: failure.status, reason: failure.response.reason, timestamp: failure.response.timestamp });
}
provider.shutdown();
console.log(JSON.stringify(answers));
