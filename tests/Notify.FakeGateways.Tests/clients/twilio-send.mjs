// Creates one message with Twilio's own client and prints the result. The client only connects to api.twilio.com, so its requests
// are redirected to the gateway.
import twilio from 'twilio';

const { GATEWAY, ACCOUNT, USER, PASSWORD, MESSAGE } = process.env;

class Redirected extends twilio.RequestClient {
  request(options) {
    const url = new URL(options.uri);
    return super.request({ ...options, uri: new URL(url.pathname + url.search, GATEWAY).toString() });
  }
}

const client = twilio(USER, PASSWORD, { accountSid: ACCOUNT, httpClient: new Redirected() });
try {
  const message = await client.messages.create(JSON.parse(MESSAGE));
  const { sid, status, numSegments, price, errorCode, to, from, messagingServiceSid, body, accountSid, direction } = message;
  console.log(JSON.stringify({
    sid, status, numSegments, price, errorCode, to, from, messagingServiceSid, body, accountSid, direction,
    created: message.dateCreated.toISOString(),
  }));
} catch (error) {
  console.log(JSON.stringify({ status: error.status, code: error.code, message: error.message, moreInfo: error.moreInfo }));
}
