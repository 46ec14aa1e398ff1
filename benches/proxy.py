#!/usr/bin/env python3
"""The proxy's cost per request against nginx, in one interleaved run.

    cargo build --release --features cli && benches/proxy.py [--rounds 5] [--seconds 3]

Needs nginx, wrk and taskset (Debian: nginx-light or nginx, wrk, util-linux), cargo, and two cores: load and upstream run
on core 0, the proxy under test on core 1. Only ratios inside one run mean anything on a shared machine; the figures are
medians over the rounds. CPU is what the proxy's processes used, divided by the requests that were answered. RSS is
given with the part that is not mapped from files.

Where so many deliveries a second are sent, whether or not the earlier ones were answered, latencies count from when they
were due (benches/load.rs), as where the target was set; those from when they were sent stand beside them.
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOKEN = "f0a1b2c3d4e5f60718293a4b5c6d7e8f"
PUBLIC = "https://hooks.example.com"
# More than the proxy knows again when they come again.
FORGOTTEN = 60_000
# What nginx took for 300 bytes, and added to the latency at one connection, where the targets were set that are no ratios.
NGINX_US = 12.6
NGINX_ADDED_US = 68


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"{process.args[0]} ended at its start with {process.returncode}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
    sys.exit(f"nothing answers on port {port}")


def sms(size, number, filled={}):
    """A form with nine parameters, and its signature over PUBLIC/sms."""
    params = filled.get(size) or filled.setdefault(size, fill(size))
    params = params | {"MessageSid": f"SM{number:032x}"}
    signed = PUBLIC + "/sms" + "".join(name + params[name] for name in sorted(params))
    tag = hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()
    return urllib.parse.urlencode(params), {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": base64.b64encode(tag).decode(),
    }


def fill(size):
    """The parameters of a message that is as long as it takes."""
    params = {
        "MessageSid": "SM" + "0" * 32,
        "AccountSid": "AC" + "0" * 32,
        "From": "+15558675310",
        "To": "+15017122661",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "Body": "",
    }
    text = "Ahoy there, it is 5% & more; "
    while len(urllib.parse.urlencode(params)) < size:
        params["Body"] += text[len(params["Body"]) % len(text)]
    return params


def push(size, _number):
    """A JSON body, and GitHub's signature over it."""
    body = '{"pad":"' + "x" * (size - 10) + '"}'
    tag = hmac.new(TOKEN.encode(), body.encode(), hashlib.sha256).hexdigest()
    return body, {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={tag}"}


class Proxy:
    """A proxy under test, pinned to core 1."""

    def __init__(self, name, command, port):
        self.name, self.port = name, port
        self.process = subprocess.Popen(["taskset", "-c", "1", *command], stdout=subprocess.DEVNULL)
        wait_for(port, self.process)

    def pids(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, children.read_text().split())]

    def cpu_us(self):
        return sum(self.threads_us().values())

    def threads_us(self):
        """What each thread has used. Not by ticks: one that wakes with the clock would be counted more often than it
        runs."""
        tasks = [task for pid in self.pids() for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
        return {task.name: int((task / "schedstat").read_text().split()[0]) / 1000 for task in tasks}

    def rss_mib(self):
        return sum(resident for resident, _ in self.pages()) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def own_mib(self):
        return sum(resident - shared for resident, shared in self.pages()) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def pages(self):
        for pid in self.pids():
            _, resident, shared, *_ = map(int, pathlib.Path(f"/proc/{pid}/statm").read_text().split())
            yield resident, shared

    def stop(self):
        self.process.terminate()
        self.process.wait(15)


def nginx(folder, name, port, server):
    config = folder / f"{name}.conf"
    config.write_text(
        f"""daemon off; worker_processes 1; pid {folder}/{name}.pid; error_log {folder}/{name}.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000; client_max_body_size 2m; client_body_buffer_size 1100k;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {server}
}}
"""
    )
    return [shutil.which("nginx") or "/usr/sbin/nginx", "-e", f"{folder}/{name}.log", "-c", str(config)]


def forget_how_it_was_written(program):
    """The kernel maps more at once of a program whose pages it holds since they were written: 1.4 MiB here. Users start
    one that is read from the disk."""
    with open(program, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Deliveries:
    """Deliveries in a file, one after the other and of one length. No delivery is seen twice: one that is would be
    taken for its provider's retry. Repeated are only those that the proxy has long forgotten."""

    def __init__(self, folder, make, size, path, count):
        self.file, self.next, self.count = folder / f"{make.__name__}-{size}-{count}", 0, count
        with self.file.open("wb") as file:
            for number in range(count):
                body, headers = make(size, number)
                head = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {headers[name]}" for name in headers)]
                file.write("\r\n".join([*head, f"Content-Length: {len(body)}", "", body]).encode())
        self.length = self.file.stat().st_size // count


def paced_load():
    """Sends at a rate: wrk cannot."""
    command = ["cargo", "build", "--quiet", "--release", "--bench", "load", "--message-format", "json"]
    lines = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return next(program for line in lines if (program := json.loads(line).get("executable")))


def paced(program, port, deliveries, connections, seconds, rate):
    command = [deliveries.file, deliveries.length, deliveries.next, connections, rate, seconds]
    command = ["taskset", "-c", "0", program, f"127.0.0.1:{port}", *map(str, command)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if ran.returncode:
        sys.exit(f"the load on port {port} met errors")
    figures = json.loads(ran.stdout)
    deliveries.next = (deliveries.next + figures["requests"]) % deliveries.count
    return figures["requests"], {"50": figures["due-500"], "99": figures["due-990"], "sent": figures["sent-990"]}


def load(folder, port, deliveries, connections, seconds):
    script = folder / "load.lua"
    script.write_text(
        f'''
local file = io.open("{deliveries.file}", "rb")
file:setvbuf("full", 1048576)
file:seek("set", {deliveries.next * deliveries.length})
local only = {deliveries.count} == 1 and file:read({deliveries.length})
function request()
  if only then return only end
  local delivery = file:read({deliveries.length})
  if delivery then return delivery end
  file:seek("set", 0)
  return file:read({deliveries.length})
end
'''
    )
    command = ["taskset", "-c", "0", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    output = subprocess.run(
        [*command, "-s", str(script), f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"the load on port {port} met errors:\n{output}")
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    deliveries.next = (deliveries.next + requests) % deliveries.count
    unit = {"us": 1e-3, "ms": 1, "s": 1e3}
    latency = {
        name: float(value) * unit[suffix]
        for name, value, suffix in re.findall(r"^\s+(50|99)(?:\.000)?%\s+([\d.]+)(us|ms|s)$", output, re.M)
    }
    return requests, latency


def added_us(captured, plain):
    """What capture adds, of rounds in pairs: to the thread that serves, the median of the differences, since now and then
    a neighbour on the machine makes either twice as slow; and all that other threads do, since it comes in lumps."""
    serving = statistics.median(on[-1] - off[-1] for on, off in zip(captured, plain))
    others = [statistics.mean(row[0] - row[-1] for row in rows) for rows in (captured, plain)]
    return serving + others[0] - others[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--binary", default=str(ROOT / "target/release/countersign"))
    parser.add_argument("--only", nargs="+", help="cases: 300B, 16KiB, 1MiB-github, 1MiB-unverified, c1, 5k")
    arguments = parser.parse_args()
    for tool in ["nginx", "wrk", "taskset"]:
        if not (shutil.which(tool) or pathlib.Path(f"/usr/sbin/{tool}").exists()):
            sys.exit(f"{tool} is not installed")

    if not pathlib.Path(arguments.binary).is_file():
        sys.exit(f"{arguments.binary} is not there: cargo build --release --features cli")
    forget_how_it_was_written(arguments.binary)
    sender = paced_load()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        upstream = free_port()
        app = subprocess.Popen(
            ["taskset", "-c", "0", *nginx(folder, "upstream", upstream,
             f"server {{ listen 127.0.0.1:{upstream} backlog=4096; location / {{ return 200 ok; }} }}")]
        )
        stack.callback(lambda: (app.terminate(), app.wait(10)))
        wait_for(upstream, app)

        def start(name, command, port):
            proxy = Proxy(name, command, port)
            stack.callback(proxy.stop)
            return proxy

        def countersign(name, *flags, store="none", web="false"):
            port = free_port()
            command = [arguments.binary, "http", str(upstream), "--listen", f"127.0.0.1:{port}", "--max-body", "2MiB", "-q"]
            return start(name, [*command, "--store", store, "--web-addr", web, *flags], port)

        port = free_port()
        reference = start("nginx", nginx(folder, "proxy", port, f"""
  upstream app {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{
    proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }} }}"""), port)
        twilio = countersign("countersign twilio", "--verify-webhook", "twilio", "--verify-webhook-secret", TOKEN, "--url", PUBLIC)
        github = countersign("countersign github", "--verify-webhook", "github", "--verify-webhook-secret", TOKEN)
        unverified = countersign("countersign unverified")
        web = free_port()
        captured = countersign(
            "countersign captured", "--verify-webhook", "twilio", "--verify-webhook-secret", TOKEN, "--url", PUBLIC,
            store=str(folder / "captures.db"), web=f"127.0.0.1:{web}",
        )

        def deliveries(make, size, path, count=FORGOTTEN):
            return lambda: Deliveries(folder, make, size, path, count)

        cases = {
            "300B": (deliveries(sms, 300, "/sms"), 64, [reference, twilio, unverified, captured]),
            "16KiB": (deliveries(sms, 16 << 10, "/sms", 1), 64, [reference, twilio]),
            "1MiB-github": (deliveries(push, 1 << 20, "/push", 1), 64, [reference, github]),
            "1MiB-unverified": (deliveries(push, 1 << 20, "/push", 1), 64, [reference, unverified]),
            "c1": (deliveries(sms, 300, "/sms"), 1, [None, reference, twilio]),
            "5k": (deliveries(sms, 2048, "/sms"), 64, [reference, twilio, captured]),
        }
        targets = {
            ("300B", twilio): ("P1", 1.5),
            ("300B", captured): ("P2", 2.3),
            ("16KiB", twilio): ("P3", 2.3),
            ("1MiB-github", github): ("P3", 2.1),
            ("1MiB-unverified", unverified): ("P3", 0.9),
        }
        speed = None
        for case, (make, connections, proxies) in cases.items():
            if case not in (arguments.only or cases):
                continue
            sent = make()
            figures = {proxy: [] for proxy in proxies}
            # Sent at a rate, the costs of two seconds differ by more than what capture adds: they are paired, a second of
            # the one right after a second of the other, and more often.
            rounds, seconds = (arguments.rounds, arguments.seconds) if case != "5k" else (arguments.rounds * 4, 1)
            for _ in range(rounds):
                for proxy in proxies:
                    before = proxy.threads_us() if proxy else {}
                    target = proxy.port if proxy else upstream
                    if case == "5k":
                        requests, latency = paced(sender, target, sent, connections, seconds, 5000)
                    else:
                        requests, latency = load(folder, target, sent, connections, seconds)
                    used = [
                        ((after - before.get(thread, 0)) / requests, thread == str(proxy.process.pid))
                        for thread, after in (proxy.threads_us() if proxy else {}).items()
                    ]
                    cpu, serving = sum(us for us, _ in used), sum(us for us, serves in used if serves)
                    rate = requests / seconds
                    figures[proxy].append((cpu, latency["50"], latency["99"], rate, latency.get("sent", 0), serving))
            print(f"\n{case}, {connections} connections, {rounds} rounds of {seconds} s")
            medians = {p: [statistics.median(column) for column in zip(*rows)] for p, rows in figures.items()}
            base = medians[reference]
            if case == "300B":
                speed = base[0] / NGINX_US
            for proxy, (cpu, p50, p99, rate, sent_p99, _) in medians.items():
                ratio = cpu / base[0]
                line = f"  {proxy.name if proxy else 'direct':24} {rate:9.0f} req/s  p50 {p50:7.3f} ms  p99 {p99:7.2f} ms"
                line += f" ({sent_p99:.2f} from when it was sent)" if sent_p99 else ""
                line += f"  {cpu:7.1f} µs CPU/req  {ratio:5.2f} × nginx" if proxy else ""
                line += f"  RSS {proxy.rss_mib():5.1f} MiB ({proxy.own_mib():.1f} own)" if proxy else ""
                if (case, proxy) in targets:
                    target, limit = targets[case, proxy]
                    line += f"  {target} (≤ {limit}): {'PASS' if ratio <= limit else 'FAIL'}"
                if case == "300B" and proxy is twilio:
                    line += f"  P5 p99 ≤ 1.5 × nginx: {'PASS' if p99 <= 1.5 * base[2] else 'FAIL'}"
                    line += f"  M1 ≤ 10 MiB: {'PASS' if proxy.rss_mib() <= 10 else 'FAIL'}"
                if case == "300B" and proxy is captured:
                    line += f"  M1 ≤ 32 MiB: {'PASS' if proxy.rss_mib() <= 32 else 'FAIL'}"
                if case == "5k" and proxy is captured:
                    added, off = added_us(figures[captured], figures[twilio]), medians[twilio][2]
                    line += f"  P2 added {added:.1f} µs"
                    if speed:
                        line += f" (≤ 14 × {speed:.2f}, by which nginx is slower here): {'PASS' if added <= 14 * speed else 'FAIL'}"
                    line += f"  C2 p99 {p99 / off:.2f} × off (≤ 1.4): {'PASS' if p99 <= 1.4 * off else 'FAIL'}"
                    line += f", {sent_p99 / medians[twilio][4]:.2f} × from when it was sent"
                if proxy is captured:
                    status = json.load(urllib.request.urlopen(f"http://127.0.0.1:{web}/api/status"))["store"]
                    line += f"  kept {status['count']}, dropped {status['dropped']}, failed {status['failed']}"
                if case == "c1" and proxy is twilio:
                    added, reference_added = ((median[1] - medians[None][1]) * 1000 for median in (medians[proxy], base))
                    slower = reference_added / NGINX_ADDED_US
                    line += f"  P5 p50 over direct {added:.0f} µs (≤ 85 × {slower:.2f}, by which nginx adds more here): "
                    line += "PASS" if added <= 85 * slower else "FAIL"
                print(line, flush=True)


if __name__ == "__main__":
    main()
