"""server.py HOST PORT CERTIFICATE PASSWORD_FILE: a small FHIR R4 server, read only, for synthetic patients.

Serves /fhir/R4/metadata to all, Patient and Observation (by id or as a search) to who knows the password.
"""
import base64
import binascii
import hmac
import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PEOPLE = [("p-9001", "Sample-Testmann", "Runa", "1951-04-17"), ("p-9002", "Probe-Testmann", "Iannis", "1984-11-02"),
          ("p-9003", "Muster-Testmann", "Noor", "2016-07-29")]

RESOURCES = {
    "Patient": [{"resourceType": "Patient", "id": key, "name": [{"family": family, "given": [given]}], "birthDate": born,
                 "meta": {"tag": [{"code": "synthetic"}]}} for key, family, given, born in PEOPLE],
    "Observation": [{"resourceType": "Observation", "id": "o-%s-%d" % (person[0], n), "status": "final",
                     "code": {"coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}]},
                     "subject": {"reference": "Patient/" + person[0]},
                     "valueQuantity": {"value": 12.5 + n / 10, "unit": "g/dL"}} for person in PEOPLE for n in range(3)],
}


class Handler(BaseHTTPRequestHandler):
    password = b""
    timeout = 15

    def do_GET(self):
        url = urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        if parts[:2] != ["fhir", "R4"] or len(parts) not in (3, 4):
            return self.answer(404, {"resourceType": "OperationOutcome"})
        if parts[2] == "metadata":
            return self.answer(200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "kind": "instance"})
        if not self.known():
            return self.answer(401, {"resourceType": "OperationOutcome"})
        found = RESOURCES.get(parts[2])
        if found is None:
            return self.answer(404, {"resourceType": "OperationOutcome"})
        if len(parts) == 4:
            one = [r for r in found if r["id"] == parts[3]]
            return self.answer(200, one[0]) if one else self.answer(404, {"resourceType": "OperationOutcome"})
        patient = parse_qs(url.query).get("patient", [None])[0]
        if patient and parts[2] == "Observation":
            found = [r for r in found if r["subject"]["reference"] == "Patient/" + patient]
        return self.answer(200, {"resourceType": "Bundle", "type": "searchset", "total": len(found),
                                 "entry": [{"resource": r} for r in found]})

    def known(self):
        """Whether the request carries the password, by HTTP Basic authentication."""
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        try:
            password = base64.b64decode(value, validate=True).partition(b":")[2]
        except binascii.Error:
            return False
        return kind == "Basic" and hmac.compare_digest(password, self.password)

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(data)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="fhir"')
        self.end_headers()
        self.wfile.write(data)


def main(host, port, certificate, password_file):
    with open(password_file, "rb") as file:
        Handler.password = file.read().strip()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate + ".crt", certificate + ".key")
    server = ThreadingHTTPServer((host, int(port)), Handler)
    # The handshake is left to the connection's own thread: one that never speaks must not stop the others.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


main(*sys.argv[1:])
