"""HL7 version 2 over MLLP: <VT> message <FS><CR>, segments ended by <CR>."""

START, END = b"\x0b", b"\x1c\x0d"
LIMIT = 1 << 20


class Framing(Exception):
    """The peer does not speak MLLP, or sends more than a message may hold."""


def frames(connection):
    """Yield the messages of a connection until the peer closes it."""
    buffer = b""
    while True:
        chunk = connection.recv(65536)
        if not chunk:
            return
        buffer += chunk
        while True:
            if buffer and not buffer.startswith(START):
                raise Framing("no start byte")
            end = buffer.find(END)
            if end < 0:
                break
            yield buffer[1:end].decode("utf-8", "replace")
            buffer = buffer[end + len(END):]
        if len(buffer) > LIMIT:
            raise Framing("message too long")


def frame(message):
    return START + message.encode("utf-8") + END


def segments(message):
    return [line.split("|") for line in message.replace("\n", "\r").split("\r") if line]


def field(segment, index):
    return segment[index] if len(segment) > index else ""
