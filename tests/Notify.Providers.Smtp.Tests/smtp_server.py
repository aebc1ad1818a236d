"""A mail server for tests: what it saw becomes lines of JSON in events.jsonl, what it was sent becomes .eml files.

The recipient's local part says how it answers; see RECIPIENT_REPLIES and DATA_REPLIES. A reply followed by "once" is given
to a recipient's first attempt only.
"""

import argparse
import asyncio
import json
import pathlib
import ssl

from aiosmtpd.smtp import SMTP, AuthResult

RECIPIENT_REPLIES = {
    "busy-once": "450 4.2.0 <{0}> is greylisted",
    "gone": "550 5.1.1 <{0}>: user unknown",
    "moved": "550 5.1.6 <{0}> has moved",
    "nullmx": "556 5.1.10 <{0}> has a null MX",
    "unavailable": "550 <{0}> is not available",
    "norelay": "554 5.7.1 <{0}>: relay access denied",
    "nosender": "553 5.1.8 sender of mail to <{0}> has no domain",
    "closing": "421 4.3.2 <{0}> cannot be served now",
    "odd": "599 <{0}> puzzles me",
}
DATA_REPLIES = {
    "large": "552 5.3.4 message to <{0}> is too large",
    "spam": "554 5.7.1 message to <{0}> looks like spam",
    "refused-once": "451 4.3.0 <{0}> could not be queued",
}


class Handler:
    def __init__(self, folder):
        self.folder = folder
        self.refused_once = set()
        self.messages = 0

    def record(self, event, **details):
        with open(self.folder / "events.jsonl", "a") as events:
            events.write(json.dumps({"event": event, **details}) + "\n")

    def reply(self, replies, address):
        local_part = address.split("@")[0]
        reply = replies.get(local_part)
        if reply is None or address in self.refused_once:
            return "250 OK"
        if local_part.endswith("-once"):
            self.refused_once.add(address)
        return reply.format(address)

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.reply(RECIPIENT_REPLIES, address)
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        self.messages += 1
        file = f"{self.messages:04}.eml"
        (self.folder / file).write_bytes(envelope.original_content)
        reply = self.reply(DATA_REPLIES, address)
        self.record(
            "message",
            file=file,
            sender=envelope.mail_from,
            recipient=address,
            tls=session.ssl is not None,
            login=session.auth_data.login.decode() if session.authenticated else None,
            accepted=reply.startswith("250"),
        )
        if address.startswith("silent@"):
            await asyncio.Event().wait()
        if address.startswith("lastword@"):
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
        return reply


class RecordingServer(SMTP):
    def connection_made(self, transport):
        upgraded = transport.get_extra_info("sslcontext") is not None
        super().connection_made(transport)
        if not upgraded:
            self.event_handler.record("connected", peer=transport.get_extra_info("peername")[1])

    def connection_lost(self, error):
        self.event_handler.record("closed", peer=self.session.peer[1])
        super().connection_lost(error)


async def serve(arguments):
    handler = Handler(pathlib.Path(arguments.folder))
    tls = None
    if arguments.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(arguments.certificate)

    def authenticate(server, session, envelope, mechanism, data):
        right = [data.login.decode(), data.password.decode()] == [arguments.user, arguments.password]
        handler.record("login", mechanism=mechanism, accepted=right)
        return AuthResult(success=right, handled=False, auth_data=data)

    def create():
        return RecordingServer(
            handler,
            hostname="localhost",
            enable_SMTPUTF8=arguments.utf8,
            tls_context=tls,
            require_starttls=tls is not None,
            authenticator=authenticate,
            auth_required=arguments.user is not None,
            auth_require_tls=tls is not None,
        )

    server = await asyncio.get_running_loop().create_server(create, "127.0.0.1", arguments.port)
    print("ready", flush=True)
    await server.serve_forever()


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--folder", required=True)
parser.add_argument("--certificate")
parser.add_argument("--user")
parser.add_argument("--password")
parser.add_argument("--utf8", action="store_true")
asyncio.run(serve(parser.parse_args()))
