"""How fast experiments run; the figures are printed (``make bench``).

1. 32 runs at once against a local server that answers after 100 ms, with all events written to a DuckDB file: the share
   of the ideal 320 calls a second, beside bare HTTP threads on the same server. Server, workers and this process share
   the machine's cores, so the processor time of a call is printed too: on a busy machine only that can be compared.
2. The simulated team in worker processes, three seeds of every fourth test task: steps a second and core, all included.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from procmem.agents.teams import make_team
from procmem.experiment.job import Job
from procmem.experiment.pools import WORKER, Processes
from procmem.experiment.snapshot import Snapshot, take
from procmem.lab import Lab, setup
from procmem.memory.desk import View
from procmem.memory.policy import PRESETS
from procmem.models.embedders import make_embedder
from procmem.models.registry import make_model
from procmem.office.tasks import load_tasks
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.store.experiments import figures_of
from procmem.types import Limits, Policy, Task, Team

ROOT = Path(__file__).parent.parent.parent
LATENCY = 0.1
AT_ONCE = 32
RUNS = 96
CORES = len(os.sched_getaffinity(0))
OURS = f"{WORKER}\0{os.getpid()}"
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def serving() -> Iterator[str]:
    """The test server with the fifty-step model, as a process of its own."""
    process = subprocess.Popen(
        [
            sys.executable, "tests/openai_server.py", "--port", "0", "--latency", str(LATENCY),
            "--answer", "tests.benchmarks.fifty_steps:answer",
        ],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def processor_seconds(of: str) -> float:
    """Processor time so far of all processes whose command line holds a text."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if of.encode() in (folder / "cmdline").read_bytes():
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
        except OSError:  # it ended just now
            continue
    return total / TICKS


def bare_threads(url: str, seconds: float) -> float:
    """Calls a second of 32 threads that do nothing but HTTP and JSON, with a conversation of 50 messages."""
    messages = [{"role": "user", "content": "x" * 300}] * 50
    body = json.dumps({"model": "m", "messages": messages})
    until = time.perf_counter() + seconds

    def loop(number: int) -> int:
        time.sleep(number / 100)  # the server's queue of new connections is short
        line, calls = http.client.HTTPConnection(urlsplit(url).netloc), 0
        while time.perf_counter() < until:
            line.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
            json.loads(line.getresponse().read())
            calls += 1
        return calls

    with ThreadPoolExecutor(AT_ONCE) as threads:
        done = [threads.submit(loop, number) for number in range(AT_ONCE)]
        return sum(each.result() for each in done) / seconds


def carried_out(
    lab: Lab, pool: Processes, jobs: Sequence[Job], snapshot: Snapshot, record: Callable[[Job], None] | None = None
) -> tuple[int, int]:
    """Run all jobs and write their events; model calls and steps."""

    def one(job: Job) -> tuple[int, int]:
        summary = lab.summary(job.run_id, job.task, job.team, job.policy)
        events = pool.run(job, snapshot)
        lab.store.record_run(summary, setup(job.task, job.team, job.policy), events)  # type: ignore[attr-defined]
        figures = figures_of(summary, 0, events)
        assert not figures.error, figures.error
        return figures.calls, figures.steps

    with ThreadPoolExecutor(pool.width) as threads:
        done = list(threads.map(one, jobs))
    return sum(calls for calls, _ in done), sum(steps for _, steps in done)


def jobs_of(prefix: str, tasks: Sequence[Task], team: Team, policy: Policy, bank: str, count: int) -> list[Job]:
    """So many jobs over these tasks in turn, with seeds."""
    return [
        Job(
            f"{prefix}-{number}",
            tasks[number % len(tasks)],
            team,
            replace(policy, seed=number // len(tasks)),
            bank,
            View(),
        )
        for number in range(count)
    ]


def lab_of(folder: Path, embedder: str) -> Lab:
    """A lab with a store on disk."""
    settings = Settings(home=folder, embedder=embedder)
    return Lab(settings, DuckStore(folder / "bench.duckdb"), make_embedder(embedder), make_model)


def test_thirty_two_runs_at_once_over_http() -> None:
    """Prints the throughput as a share of the ideal one."""
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        os.environ.update(OPENAI_API_BASE=url, OPENAI_API_KEY="none")
        bare = bare_threads(url, 5.0)
        lab = lab_of(Path(folder), "hash")
        tasks = list(load_tasks(ROOT / "data" / "tasks").values())
        team = make_team("LLM team", "openai/m", "openai/m", Limits(steps=60, steps_per_subtask=60, stalls=99))
        bank = take(lab.store, lab.embedder, 0, "empty")
        pool = Processes(lab.settings, CORES, AT_ONCE // CORES)
        policy = Policy(placement="none")
        carried_out(lab, pool, jobs_of("warm", tasks, team, policy, bank.digest, pool.width), bank)
        before = {name: processor_seconds(name) for name in (OURS, "openai_server")}
        own, started = time.process_time(), time.perf_counter()
        calls, _ = carried_out(lab, pool, jobs_of("run", tasks, team, policy, bank.digest, RUNS), bank)
        seconds, own = time.perf_counter() - started, time.process_time() - own
        spent = {name: processor_seconds(name) - was for name, was in before.items()}
        pool.close()
        lab.store.close()
    ideal = AT_ONCE / LATENCY
    print(  # noqa: T201
        f"\n{RUNS} runs, {calls} calls in {seconds:.1f} s on {CORES} cores, load {os.getloadavg()[0]:.1f}\n"
        f"of the ideal {ideal:.0f} calls a second: bare threads {bare / ideal:.0%}, "
        f"experiment {calls / seconds / ideal:.0%}\n"
        f"processor time of a call: workers {1000 * spent[OURS] / calls:.2f} ms, "
        f"parent with writes {1000 * own / calls:.2f} ms, server {1000 * spent['openai_server'] / calls:.2f} ms"
    )


def test_the_simulated_team_in_worker_processes() -> None:
    """Prints steps a second and core, with LEGOMem's memories and without."""
    with tempfile.TemporaryDirectory() as folder:
        lab = lab_of(Path(folder), "minilm")
        tasks = load_tasks(ROOT / "data" / "tasks")
        list(lab.fill_bank([task for task in tasks.values() if task.split == "train"]))
        bank = take(lab.store, lab.embedder)
        test = [task for task in tasks.values() if task.split == "test"]
        pool = Processes(lab.settings, CORES)
        for name in ("No memory", "LEGOMem"):
            for team in (make_team("LLM team"), make_team("SLM team")):
                policy = PRESETS[name].policy
                prefix = f"{name}-{team.name}".replace(" ", "-")
                carried_out(lab, pool, jobs_of(f"warm-{prefix}", test[:4], team, policy, bank.digest, 4), bank)
                before, started = processor_seconds(OURS), time.perf_counter()
                some = test[::4]
                _, steps = carried_out(lab, pool, jobs_of(prefix, some, team, policy, bank.digest, 3 * len(some)), bank)
                seconds = time.perf_counter() - started
                spent = processor_seconds(OURS) - before
                print(  # noqa: T201
                    f"\n{name}, {team.name}: {steps} steps in {seconds:.1f} s: {steps / seconds / CORES:.1f} a second "
                    f"and core by the clock, {steps / spent:.1f} a second of processor time, "
                    f"load {os.getloadavg()[0]:.1f}"
                )
        pool.close()
        lab.store.close()
