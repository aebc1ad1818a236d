// Receives one status callback, validates its signature with Twilio's own library, and prints the result.
import http from 'node:http';
import twilio from 'twilio';

const { AUTH_TOKEN, PUBLIC_ADDRESS, PORT } = process.env;

const server = http.createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const fields = Object.fromEntries(new URLSearchParams(text));
  const signature = request.headers['x-twilio-signature'];
  const url = PUBLIC_ADDRESS + request.url;
  console.log(JSON.stringify({
    genuine: twilio.validateRequest(AUTH_TOKEN, signature, url, fields),
    altered: twilio.validateRequest(AUTH_TOKEN, signature, url, { ...fields, MessageStatus: 'read' }),
    fields,
  }));
  response.writeHead(204).end();
  server.close();
  server.closeAllConnections();
});
server.listen(Number(PORT), '127.0.0.1');
