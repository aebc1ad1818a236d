// Sends one message with nodemailer: node smtp-send.mjs <port> <JSON: options of the transport> <JSON: the message>
// Prints the server's answer or its refusal.
import nodemailer from 'nodemailer';

const [port, transport, message] = process.argv.slice(2);
const mailer = nodemailer.createTransport({ host: 'localhost', port: Number(port), ...JSON.parse(transport) });
try {
  const sent = await mailer.sendMail({ from: 'shop@example.org', ...JSON.parse(message) });
  console.log(JSON.stringify({ accepted: sent.accepted, response: sent.response }));
} catch (error) {
  console.log(JSON.stringify({ accepted: [], code: error.code, command: error.command, response: error.response ?? error.message }));
} finally {
  mailer.close();
}
