"""Serves the tide: Python's standard library, and nothing of Portolan."""

import json
import os
import signal
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

sys.dont_write_bytecode = True  # a checkout stays as it was
from tide import reading  # noqa: E402


class TideHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # so that the gateway may keep its connection
    timeout = 75  # an idle connection ends, and with it its thread
    server_version = "tides"

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/health":
            return self.send_json(200, {"status": "alive"})
        if url.path != "/api/tides":
            return self.send_json(404, {"error": "The tides are at /api/tides."})
        at = time_of(parse_qs(url.query).get("at", [""])[0])
        if at is None:
            return self.send_json(400, {"error": "'at' should be a time with a zone, like 2026-01-31T12:00:00Z."})
        return self.send_json(200, reading(at))

    do_HEAD = do_GET

    def send_json(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("cache-control", "no-store")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format, *args):
        pass  # the gateway writes the access log


class TideServer(ThreadingHTTPServer):
    daemon_threads = True  # a kept connection must not hold the process after SIGTERM
    block_on_close = False


def time_of(text):
    """The time that a text says, now for an empty one, None for one that says none or lies out of any almanac."""
    if text == "":
        return datetime.now(timezone.utc)
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return at if at.tzinfo is not None and 1900 <= at.year <= 2200 else None


def main():
    server = TideServer((os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "7102"))), TideHandler)

    def stop(_number, _frame):
        # shutdown waits for the loop to end, and a signal's handler runs inside that loop.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"tides listens on port {server.server_address[1]}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()


if __name__ == "__main__":
    main()
