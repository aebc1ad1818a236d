"""A mail server for tests: what it saw becomes lines of JSON in events.jsonl, what it was sent becomes .eml files.

The recipient's local part says how it answers; see RECIPIENT_REPLIES and DATA_REPLIES. A reply followed by "once" is given
to a recipient's first attempt only.
"""

import argparse
import asyncio
import base64
import json
import pathlib
import re
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

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
    def __init__(self, folder, arguments):
        self.folder = folder
        self.arguments = arguments
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

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        extensions = ["250-PIPELINING"] if self.arguments.pipelining else []
        return [*responses[:-1], *extensions, responses[-1]]

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        session.pipelined = b"RCPT" in server._reader._buffer
        return "250 OK"

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
            recipients=envelope.rcpt_tos,
            tls=server.transport.get_extra_info("sslcontext") is not None,
            pipelined=session.pipelined,
            login=session.auth_data.login.decode() if session.authenticated else None,
            accepted=reply.startswith("250"),
        )
        if address.startswith("silent@"):
            await asyncio.Event().wait()
        if address.startswith("lastword@"):
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
        return reply

    # RFC 7628 and Google's older form of it: both hold "auth=Bearer TOKEN" between control characters.
    async def auth_OAUTHBEARER(self, server, args):
        return self.bearer("OAUTHBEARER", base64.b64decode(args[1]).decode(), r"a=([^,]*)")

    async def auth_XOAUTH2(self, server, args):
        return self.bearer("XOAUTH2", base64.b64decode(args[1]).decode(), r"user=([^\x01]*)")

    def bearer(self, mechanism, response, user):
        login = re.search(user, response).group(1)
        token = re.search(r"auth=Bearer ([^\x01]*)", response).group(1)
        right = [login, token] == [self.arguments.user, self.arguments.token]
        self.record("login", mechanism=mechanism, accepted=right)
        return AuthResult(success=right, handled=False, auth_data=LoginPassword(login.encode(), token.encode()))


class RecordingServer(SMTP):
    def connection_made(self, transport):
        upgraded = self.session is not None
        super().connection_made(transport)
        if not upgraded:
            self.event_handler.record("connected", peer=transport.get_extra_info("peername")[1])

    def connection_lost(self, error):
        self.event_handler.record("closed", peer=self.session.peer[1])
        super().connection_lost(error)


def exclusions(arguments):
    if arguments.token is None:
        return ["OAUTHBEARER", "XOAUTH2"]
    return ["LOGIN", "PLAIN"] + (["OAUTHBEARER"] if arguments.xoauth2 else [])


async def serve(arguments):
    handler = Handler(pathlib.Path(arguments.folder), arguments)
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
            tls_context=None if arguments.tls_on_connect else tls,
            require_starttls=tls is not None and not arguments.tls_on_connect,
            authenticator=authenticate,
            auth_required=arguments.user is not None,
            auth_require_tls=tls is not None and not arguments.tls_on_connect,
            auth_exclude_mechanism=exclusions(arguments),
        )

    implicit = tls if arguments.tls_on_connect else None
    server = await asyncio.get_running_loop().create_server(create, "127.0.0.1", arguments.port, ssl=implicit)
    print("ready", flush=True)
    await server.serve_forever()


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--folder", required=True)
parser.add_argument("--certificate")
parser.add_argument("--user")
parser.add_argument("--password")
parser.add_argument("--token")
parser.add_argument("--xoauth2", action="store_true")
parser.add_argument("--tls-on-connect", action="store_true")
parser.add_argument("--pipelining", action="store_true")
parser.add_argument("--utf8", action="store_true")
asyncio.run(serve(parser.parse_args()))
