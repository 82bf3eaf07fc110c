#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""plot_report.py < results.json > report.html: one page with plots and nothing to load from elsewhere.

The JSON is that of `warpline bench --json`; docs/measuring.md describes its fields.
"""

import html
import io
import json
import re
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)

# Distinguishable with any colour vision; devices beyond these take the rest in turn.
COLOURS = {"cpu": "#0072b2", "host": "#e69f00", "mix": "#009e73", "adaptive": "#cc79a7"}
OTHERS = ["#56b4e9", "#d55e00", "#999999"]
INK, FAINT = "#222222", "#d9d9d9"

plt.rcParams.update({
    "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10,
    "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.edgecolor": INK, "axes.spines.top": False, "axes.spines.right": False,
    "axes.axisbelow": True, "axes.titlesize": 11, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "grid.color": FAINT, "legend.frameon": False,
})

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #222; margin: 2rem auto; max-width: 1240px;
       padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .2rem; }
.quiet { color: #666; } .finding { font-weight: 600; }
.notes { background: #fff6dd; border-left: 4px solid #e6b800; padding: .5rem .9rem; }
.notes p { margin: .2rem 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 1rem; }
.plots svg { width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .86rem; width: 100%; }
th, td { padding: .22rem .55rem; text-align: right; white-space: nowrap; }
th { border-bottom: 2px solid #222; font-weight: 600; } td { border-bottom: 1px solid #e5e5e5; }
td.word, th.word { text-align: left; } tr.first td { border-top: 1px solid #888; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt { color: #666; } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: #f4f4f4; padding: .6rem .9rem; overflow-x: auto; }
"""


def colour(device):
    if device not in COLOURS:
        COLOURS[device] = OTHERS[(len(COLOURS) - 3) % len(OTHERS)]
    return COLOURS[device]


def unique(values):
    return list(dict.fromkeys(values))


class Case:
    """The results of one workload and case, to be looked up by size and device."""

    def __init__(self, name, results):
        self.name = name
        self.results = results
        self.sizes = unique(result["sizes"] for result in results)
        self.devices = unique(result["device"] for result in results)
        self.at = {(result["sizes"], result["device"]): result for result in results}

    def points(self, device):
        """(index of the size, result) of each size at which the device was measured."""
        for index, size in enumerate(self.sizes):
            if (size, device) in self.at:
                yield index, self.at[size, device]

    def offset(self, device):
        """Where the device's bar stands beside the middle of its group, and how wide it is."""
        width = 0.8 / len(self.devices)
        return (self.devices.index(device) - (len(self.devices) - 1) / 2) * width, width


def gbps_of(result, packets_per_second):
    """What a packet rate is in Gbps, on the traffic of this result."""
    rate = result["packets_per_second"]
    return packets_per_second * result["gbps"] / rate if rate else 0


def plot_throughput(case, axes):
    for device in case.devices:
        offset, width = case.offset(device)
        for index, result in case.points(device):
            low, high = (gbps_of(result, result["spread"][end]) for end in ("min", "max"))
            value = result["gbps"]
            error = [[max(0, value - low)], [max(0, high - value)]]
            axes.bar(index + offset, value, width * 0.9, color=colour(device), yerr=error,
                     error_kw={"elinewidth": 1, "ecolor": INK, "capsize": 2},
                     label=device if index == 0 else None)
    label = "ceiling"
    for index, size in enumerate(case.sizes):
        result = next(result for result in case.results if result["sizes"] == size)
        if result["ceiling"]:
            height = gbps_of(result, result["ceiling"]["packets_per_second"])
            axes.hlines(height, index - 0.44, index + 0.44, color=INK, linestyle=(0, (4, 2)),
                        linewidth=1.4, label=label)
            label = None
    axes.set_title("Throughput")
    axes.set_ylabel("Gbps (frames in, without FCS)")


def plot_share(case, axes):
    label = "net of source and sink"
    for device in case.devices:
        offset, width = case.offset(device)
        for index, result in case.points(device):
            if result["share_of_ceiling"] is None:
                continue
            axes.bar(index + offset, 100 * result["share_of_ceiling"], width * 0.9,
                     color=colour(device), label=device if index == 0 else None)
            if result["net_share_of_ceiling"] is not None:
                axes.plot(index + offset, 100 * result["net_share_of_ceiling"], "D", color="white",
                          markeredgecolor=INK, markersize=6, label=label)
                label = None
    axes.axhline(100, color=INK, linestyle=(0, (4, 2)), linewidth=1.4)
    axes.set_title("Share of the ceiling")
    axes.set_ylabel("% of the raw library's packets/s")


def plot_latency(case, axes):
    for device in case.devices:
        offset, _ = case.offset(device)
        for index, result in case.points(device):
            p50, p99 = result["latency_us"]["p50"], result["latency_us"]["p99"]
            if not p50 or not p99:
                continue
            x = index + offset
            axes.plot([x, x], [p50, p99], color=colour(device), linewidth=2)
            axes.plot(x, p50, "o", color=colour(device), markersize=7,
                      label=device if index == 0 else None)
            axes.plot(x, p99, "_", color=colour(device), markersize=12, markeredgewidth=2.5)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_title("Latency under full load: p50 (dot) to p99 (bar)")
    axes.set_ylabel("µs from receive to transmit")


def svg(case, plot, prefix):
    """One plot as an inline SVG whose ids are its own."""
    figure, axes = plt.subplots(figsize=(5.2, 3.5), layout="constrained")
    plot(case, axes)
    axes.set_xticks(range(len(case.sizes)), case.sizes)
    axes.set_xlim(-0.55, len(case.sizes) - 0.45)
    axes.set_xlabel("packet size in bytes")
    axes.grid(axis="y")
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        axes.legend(handles, labels, loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncol=5, fontsize=9,
                    handlelength=1.2, columnspacing=1.0, borderaxespad=0)
        axes.set_title(axes.get_title(loc="left"), pad=24)
    out = io.StringIO()
    with plt.rc_context({"svg.hashsalt": prefix}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    plt.close(figure)
    text = out.getvalue()
    text = text[text.index("<svg"):]
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    return re.sub(r'(url\(|href=")#', rf"\1#{prefix}-", text)


def element(tag, text, word=False):
    return f"<{tag}{' class=word' if word else ''}>{html.escape(str(text))}</{tag}>"


def percent(share):
    return "–" if share is None else f"{100 * share:.0f} %"


def mpps(rate):
    return "–" if rate is None else f"{rate / 1e6:.{2 if rate >= 1e6 else 3}f}"


def mix_of(result):
    shares = result["device_share"]
    return ", ".join(f"{100 * share:.0f} % {name}" for name, share in shares.items()) or "–"


COLUMNS = [
    ("bytes", lambda result: result["sizes"]),
    ("device", lambda result: result["device"]),
    ("Mpps", lambda result: mpps(result["packets_per_second"])),
    ("min – max", lambda result: " – ".join(mpps(result["spread"][end]) for end in ("min", "max"))),
    ("Gbps", lambda result: f"{result['gbps']:.2f}"),
    ("cycles/pkt", lambda result: f"{result['cycles_per_packet']:,.0f}"),
    ("p50 µs", lambda result: f"{result['latency_us']['p50'] or 0:,.1f}"),
    ("p99 µs", lambda result: f"{result['latency_us']['p99'] or 0:,.1f}"),
    ("dropped", lambda result: f"{result['dropped']:,}"),
    ("worked on by", mix_of),
    ("in+out Mpps", lambda result: mpps(result["source_sink_packets_per_second"])),
    ("ceiling Mpps", lambda result: mpps((result["ceiling"] or {}).get("packets_per_second"))),
    ("share", lambda result: percent(result["share_of_ceiling"])),
    ("net share", lambda result: percent(result["net_share_of_ceiling"])),
]
WORDS = {"device", "worked on by"}


def table(case):
    lines = ["<div class=scroll><table><tr>"]
    lines += [element("th", title, title in WORDS) for title, _ in COLUMNS]
    lines.append("</tr>")
    size = None
    for result in case.results:
        lines.append("<tr class=first>" if result["sizes"] != size else "<tr>")
        size = result["sizes"]
        lines += [element("td", value(result), title in WORDS) for title, value in COLUMNS]
        lines.append("</tr>")
    lines.append("</table></div>")
    return "".join(lines)


def facts(machine):
    """The machine's fields as (name, text), the versions among them; empty ones left out."""
    for name, value in machine.items():
        if isinstance(value, dict):
            yield from facts(value)
            continue
        if isinstance(value, list):
            value = (" · " if name == "devices" else " ").join(str(item) for item in value)
        if name == "tsc_hz":
            name, value = "TSC", f"{value / 1e9:.3f} GHz"
        if value is True:
            value = "yes"
        if value not in (None, "", False):
            yield name.replace("_", " "), value


def page(report):
    groups = {}
    for result in report["results"]:
        groups.setdefault((result["workload"], result["case"]), []).append(result)
    cases = {key: Case(" ".join(key), results) for key, results in groups.items()}
    findings = {(each["workload"], each["case"]): each["text"] for each in report["recommendations"]}
    title = "Warpline benchmark: " + ", ".join(unique(workload for workload, _ in cases))
    yield (f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{html.escape(title)}</title>"
           f"<meta name=viewport content='width=device-width'><style>{STYLE}</style></head><body>")
    yield element("h1", title)
    yield f"<p class=quiet>{html.escape(report['machine']['cpu'])}, {html.escape(report['started'])}</p>"
    yield "<div class=notes>" + "".join(element("p", note) for note in report["notes"]) + "</div>"
    for number, (key, case) in enumerate(cases.items()):
        first = case.results[0]
        yield element("h2", case.name)
        words = [f"{first['workers']} worker" + ("s" if first["workers"] != 1 else "")]
        if first["ceiling"]:
            words.append("ceiling: " + first["ceiling"]["name"])
        words += [label for label in first["labels"] if label != "engine-only"]
        yield f"<p class=quiet>{html.escape('; '.join(words))}</p>"
        if key in findings:
            yield f"<p class=finding>{html.escape(findings[key])}</p>"
        yield "<div class=plots>"
        plots = [plot_throughput, plot_latency]
        if any(result["share_of_ceiling"] is not None for result in case.results):
            plots.insert(1, plot_share)
        for plot in plots:
            yield svg(case, plot, f"p{number}{plot.__name__[5]}")
        yield "</div>" + table(case)
    yield "<h2>Machine</h2><dl>"
    for name, value in facts(report["machine"]):
        yield element("dt", name) + element("dd", value)
    yield "</dl><h2>Command</h2>"
    yield element("pre", " ".join(report["command"]))
    yield "</body></html>"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write("\n".join(page(json.load(sys.stdin))) + "\n")
