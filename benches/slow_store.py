#!/usr/bin/env python3
"""What becomes of memory, deliveries and captures while the store is made slow on purpose, or stands still.

    cargo build --release --features cli && benches/slow_store.py [--seconds 6]

Needs what benches/proxy.py needs. The proxy captures deliveries of 16 KiB on 64 connections as fast as they come, while
somebody else holds the lock of its file: first not at all, then for 1.5 s out of 1.6, then all the time. All deliveries
have to be answered, memory has to stay within what may wait (64 MiB) and what is under way, and each capture has to be
in one of three figures that the inspector shows: kept or pruned, dropped since there was no room to wait, failed.

It is one delivery, over and over, which the store takes for retries: that makes it slower still.
"""

import argparse
import contextlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import proxy as bench

# What may wait, what exchanges under way may hold, and the proxy itself with a database.
MOST_MIB = 64 + 64 + 32


@contextlib.contextmanager
def lock(file, held, free):
    """Holds the lock that writers need for `held` seconds, over and over with `free` seconds in between."""
    ended = threading.Event()

    def hold():
        with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as connection:
            while not ended.is_set():
                connection.execute("BEGIN IMMEDIATE")
                ended.wait(held)
                connection.execute("ROLLBACK")
                ended.wait(free)

    thread = threading.Thread(target=hold)
    if held:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if held:
            thread.join()


@contextlib.contextmanager
def watched(process):
    """Gives a list that holds the most memory that the process had, afterwards: in MiB, looked at 50 times a second."""
    ended, most = threading.Event(), [0]

    def watch():
        while not ended.wait(0.02):
            most[0] = max(most[0], process.rss_mib())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--binary", default=str(bench.ROOT / "target/release/countersign"))
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder, upstream = pathlib.Path(name), bench.free_port()
        app = subprocess.Popen(
            ["taskset", "-c", "0", *bench.nginx(folder, "upstream", upstream,
             f"server {{ listen 127.0.0.1:{upstream} backlog=4096; client_max_body_size 2m; location / {{ return 200 ok; }} }}")]
        )
        stack.callback(lambda: (app.terminate(), app.wait(10)))
        bench.wait_for(upstream, app)
        port, web, file = bench.free_port(), bench.free_port(), folder / "captures.db"
        proxy = bench.Proxy("countersign", [
            arguments.binary, "http", str(upstream), "--listen", f"127.0.0.1:{port}", "-q", "--store", str(file),
            "--web-addr", f"127.0.0.1:{web}", "--url", bench.PUBLIC, "--verify-webhook", "twilio",
            "--verify-webhook-secret", bench.TOKEN,
        ], port)
        stack.callback(proxy.stop)
        sent = bench.Deliveries(folder, bench.sms, 16 << 10, "/sms", 1)

        def status():
            with urllib.request.urlopen(f"http://127.0.0.1:{web}/api/status") as answer:
                return json.load(answer)["store"]

        failed = False
        for name, held, free in [("as it is", 0, 0), ("slow", 1.5, 0.1), ("at a standstill", 3600, 0)]:
            before = status()
            with lock(file, held, free), watched(proxy) as most:
                # Ends the run itself if a single delivery is not answered with 2xx.
                requests, latency = bench.load(folder, port, sent, 64, arguments.seconds)
                waiting = status()
            deadline = time.monotonic() + 60
            while (after := status())["queued_count"] and time.monotonic() < deadline:
                time.sleep(0.1)
            dropped, lost = after["dropped"] - before["dropped"], after["failed"] - before["failed"]
            is_bounded = most[0] <= MOST_MIB
            is_shown = not held or dropped + lost > 0
            failed |= not (is_bounded and is_shown)
            print(
                f"  {name:16} {requests / arguments.seconds:6.0f} req/s  p50 {latency['50']:6.2f} ms  p99 {latency['99']:6.2f} ms"
                f"  most RSS {most[0]:5.1f} MiB (≤ {MOST_MIB}): {'PASS' if is_bounded else 'FAIL'}"
                f"  waiting {waiting['queued_count']} ({waiting['queued_bytes'] / 2**20:.1f} MiB)"
                f"  dropped {dropped}, failed {lost} of {requests}: {'PASS' if is_shown else 'FAIL'}",
                flush=True,
            )
        sys.exit(failed)


if __name__ == "__main__":
    main()
