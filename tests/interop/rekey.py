# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""New keys for pairs of SAs, on both ends, while packets flow through them."""

import threading
import time
from dataclasses import replace

import cases
import traffic

KEEP_SECONDS = 3  # for what is on its way under the old keys


def name_of(case, direction):
    return {"direction": direction, "spi": hex(case.spi(direction)), "destination": case.ends(direction)[1]}


def exchange(bench, old, new):
    """A new SA can be received by an end before the other one sends with it; then the old ones go."""
    for before, after in zip(old, new):
        bench.gateway.ask("rekey", old=name_of(before, "in"), sa=after.sa("in") + " dir in", keep_seconds=KEEP_SECONDS)
    bench.peer.ip(*(f"xfrm state add {case.sa(direction)}" for case in new for direction in ("out", "in")))
    for before, after in zip(old, new):
        bench.gateway.ask("rekey", old=name_of(before, "out"), sa=after.sa("out") + " dir out")
    time.sleep(1)
    bench.peer.ip(*(f"xfrm state delete src {case.ends(direction)[0]} dst {case.ends(direction)[1]} proto esp "
                    f"spi {case.spi(direction):#x}" for case in old for direction in ("in", "out")))


def selected(chosen, most):
    """Cases of different suites."""
    by_suite = {case.suite: case for case in chosen}
    step = max(1, len(by_suite) // most)
    return list(by_suite.values())[::step][:most]


def run(bench, seconds, every):
    """Traffic for `seconds`, new keys each `every`; prints a line for each flow and returns whether all was well."""
    current = selected(bench.cases, 13 if every >= 10 else 3)
    flows = [traffic.Datagrams(case.address("host"), case.address("peer"), window=4) for case in current]
    stop = threading.Event()
    threads = [threading.Thread(target=flow.run, kwargs={"stop": stop}, daemon=True) for flow in flows]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    rekeys = 0
    while (rekeys + 1) * every < seconds and all(thread.is_alive() for thread in threads):
        time.sleep(max(0.0, begin + (rekeys + 1) * every - time.monotonic()))
        fresh = [replace(case, epoch=case.epoch + 1) for case in current]
        exchange(bench, current, fresh)
        rekeys, current = rekeys + 1, fresh
        print(f"rekey {rekeys} of {len(current)} pairs after {time.monotonic() - begin:.0f} s: "
              f"{sum(flow.outcome.received for flow in flows)} packets so far", flush=True)
    # Until the end, and long enough for the last old SAs to leave.
    time.sleep(max(KEEP_SECONDS, begin + seconds - time.monotonic()))
    stop.set()
    for thread in threads:
        thread.join()
    print(f"\n{cases.HEADING}  with {rekeys} rekeys")
    good = rekeys > 0
    expected = {(direction, case.spi(direction)) for case in current for direction in ("in", "out")}
    untouched = [case for case in bench.cases if case.number not in {each.number for each in current}]
    expected |= {(direction, case.spi(direction)) for case in untouched for direction in ("in", "out")}
    if (have := set(bench.gateway.sas())) != expected:
        print(f"FAILED: Warpline has {len(have)} SAs instead of {len(expected)}")
        good = False
    for case, flow in zip(current, flows):
        faults = bench.faults_of(case)
        outcome = flow.outcome
        flow.close()
        good = good and outcome.good and not faults
        print(case.line(outcome, faults), flush=True)
    bench.cases = sorted([*untouched, *current], key=lambda case: case.number)
    return good
