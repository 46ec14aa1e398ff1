#!/usr/bin/env python3
"""What explanations cost genuine deliveries while forged ones pour in, in one interleaved run.

    cargo build --release --features cli && benches/flood.py [--rounds 5] [--seconds 4] [--rate 2000]

Needs what benches/proxy.py needs, and two cores: loads and upstream run on core 0, the proxy under test on core 1. Two
proxies take turns, one that explains refusals and one that does not (`--no-explanations`); everything else is the same,
captures included. Each meets 64 connections with genuine deliveries alone, then the same beside a flood of forged ones,
each of which is worth a search to the end of its budget. Figures are medians over the rounds. The proxy's core is
saturated, so that CPU per request tells its capacity; it is what counts on a machine that others use too.
"""

import argparse
import contextlib
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import proxy as bench


def cpu_s(process, of=None):
    """Seconds of a processor that the process, or one of its threads, has had."""
    total = 0
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        if of in (None, (task / "comm").read_text().strip()):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


@contextlib.contextmanager
def flood(folder, port, rate, seconds):
    """Forged deliveries on 32 connections; gives a list that holds how many a second there were, afterwards."""
    folder.mkdir(exist_ok=True)
    body, headers = bench.sms(300, 0)
    headers = {**headers, "X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    (folder / "body.txt").write_text(body)
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items()]
    (folder / "flood.lua").write_text(
        f'wrk.method = "POST"\nwrk.body = io.open("{folder}/body.txt", "rb"):read("*a")\n' + "\n".join(lines)
        + f"\nfunction delay() return {32 * 1000 / rate} * 2 * math.random() end\n"
    )
    command = ["taskset", "-c", "0", "wrk", "-t1", "-c32", f"-d{seconds}s", "-s", str(folder / "flood.lua")]
    process = subprocess.Popen([*command, f"http://127.0.0.1:{port}/sms"], stdout=subprocess.PIPE, text=True)
    reached = []
    try:
        yield reached
    finally:
        output, _ = process.communicate(timeout=seconds + 30)
    answered = int(re.search(r"(\d+) requests in", output).group(1))
    refused = int((re.search(r"Non-2xx or 3xx responses: (\d+)", output) or [0, 0])[1])
    if refused != answered or not answered:
        sys.exit(f"{answered - refused} forged deliveries were let through:\n{output}")
    reached.append(answered / seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rate", type=int, default=2000, help="forged deliveries a second")
    parser.add_argument("--binary", default=str(bench.ROOT / "target/release/countersign"))
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder, upstream, seconds = pathlib.Path(name), bench.free_port(), arguments.seconds
        app = subprocess.Popen(
            ["taskset", "-c", "0", *bench.nginx(folder, "upstream", upstream,
             f"server {{ listen 127.0.0.1:{upstream} backlog=4096; location / {{ return 200 ok; }} }}")]
        )
        stack.callback(lambda: (app.terminate(), app.wait(10)))
        bench.wait_for(upstream, app)

        def start(name, *flags):
            port = bench.free_port()
            command = [
                arguments.binary, "http", str(upstream), "--listen", f"127.0.0.1:{port}", "-q", "--web-addr", "false",
                "--store", str(folder / f"{name}.db"), "--url", bench.PUBLIC, "--verify-webhook", "twilio",
                "--verify-webhook-secret", bench.TOKEN, *flags,
            ]
            started = bench.Proxy(name, command, port)
            stack.callback(started.stop)
            return started

        proxies = [start("explaining"), start("silent", "--no-explanations")]
        figures = {proxy: [] for proxy in proxies}
        genuine = bench.Deliveries(folder, bench.sms, 300, "/sms", bench.FORGOTTEN)
        for turn in range(arguments.rounds):
            # What comes second finds a warmer machine: take turns.
            for proxy in proxies if turn % 2 == 0 else reversed(proxies):
                alone, _ = bench.load(folder, proxy.port, genuine, 64, seconds)
                before, explaining = cpu_s(proxy.process), cpu_s(proxy.process, "explain")
                # The flood outlasts the load on both sides.
                with flood(folder / "flood", proxy.port, arguments.rate, seconds + 1) as forged:
                    beside, latency = bench.load(folder, proxy.port, genuine, 64, seconds)
                used, explaining = cpu_s(proxy.process) - before, cpu_s(proxy.process, "explain") - explaining
                cost = used * 1e6 / (beside + forged[0] * (seconds + 1))
                figures[proxy].append(
                    (alone / seconds, beside / seconds, forged[0], latency["99"], explaining / (seconds + 1), cost)
                )
        print(f"{arguments.rounds} rounds of {seconds} s, 64 connections with genuine deliveries")
        for proxy, rows in figures.items():
            alone, beside, forged, p99, share, cost = (statistics.median(column) for column in zip(*rows))
            print(
                f"  {proxy.name:11} alone {alone:6.0f} req/s   beside {forged:5.0f} forged/s {beside:6.0f} req/s"
                f"  p99 {p99:6.2f} ms  {cost:5.1f} µs CPU/req   explaining: {share:5.2%} of a core"
            )
        pairs = list(zip(*figures.values()))
        throughput = statistics.median(explaining[1] / silent[1] for explaining, silent in pairs)
        capacity = statistics.median(silent[5] / explaining[5] for explaining, silent in pairs)
        print(f"  throughput with explanations {throughput:.3f} × without, as far as others leave the machine alone")
        print(f"  by CPU per request {capacity:.3f} × without (≥ 0.9): {'PASS' if capacity >= 0.9 else 'FAIL'}")


if __name__ == "__main__":
    main()
