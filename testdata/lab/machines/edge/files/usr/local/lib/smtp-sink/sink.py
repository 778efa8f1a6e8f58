"""sink.py HOST PORT LEDGER: an SMTP server that delivers nothing and keeps a ledger of what it took.

The ledger is for counting and comparing: no address beyond the sender's, no subject and no body is kept.
"""
import asyncio
import email
import hashlib
import json
import sys
import time

from aiosmtpd.controller import Controller


class Ledger:
    """Handles each message by appending one line."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1)

    async def handle_DATA(self, server, session, envelope):
        subject = str(email.message_from_bytes(envelope.content)["subject"] or "")
        self.file.write(json.dumps({
            "time": int(time.time()),
            "from": envelope.mail_from,
            "recipients": len(envelope.rcpt_tos),
            "subject_sha256": hashlib.sha256(subject.encode()).hexdigest(),
            "bytes": len(envelope.content),
        }) + "\n")
        return "250 OK"


def main(host, port, ledger):
    controller = Controller(Ledger(ledger), hostname=host, port=int(port))
    controller.start()
    asyncio.new_event_loop().run_forever()


main(*sys.argv[1:])
