# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Which folder may include what, and which words are retired: the one place for it, as data."""

import re

# What the author of an element includes.
ELEMENT = {"core/base", "core/net", "core/packet", "core/device", "core/click", "core/element"}
IPSEC_MODEL = ELEMENT | {"elements/ipsec/crypto", "elements/ipsec/model"}

# Folder -> folders of ours that it may include besides itself. The innermost folder that is named here counts.
FOLDERS = {
    "core": set(),
    "core/base": set(),
    "core/net": {"core/base"},
    "core/packet": {"core/base", "core/net"},
    "core/device": {"core/base", "core/net", "core/packet"},
    "core/click": {"core/base"},
    "core/element": ELEMENT,
    "core/engine": ELEMENT,
    "io": ELEMENT,
    "io/capture": ELEMENT | {"io/dpdk"},
    "io/dpdk": ELEMENT,
    "io/generator": ELEMENT | {"io/capture", "io/dpdk"},
    "io/machine": {"core/base"},
    "io/spec": ELEMENT | {"io/capture", "io/dpdk", "io/generator", "io/machine"},
    "gpu": ELEMENT,
    "elements": ELEMENT,
    "elements/balance/policy": {"core/base"},
    "elements/ipsec/crypto": {"core/base"},
    "elements/ipsec/model": IPSEC_MODEL,
    "elements/ipsec/esp": IPSEC_MODEL,
    "elements/ipsec/packet": IPSEC_MODEL | {"elements/ipsec/esp"},
    "elements/ipsec/policy": IPSEC_MODEL,
    "elements/ipsec/state": IPSEC_MODEL,
    "elements/ipsec/database": IPSEC_MODEL | {"elements/ipsec/esp", "elements/ipsec/packet", "elements/ipsec/policy",
                                             "elements/ipsec/state"},
    "elements/ipsec/config": IPSEC_MODEL | {"elements/ipsec/database", "elements/ipsec/policy"},
    "elements/ipsec/control": IPSEC_MODEL | {"elements/ipsec/config", "elements/ipsec/database", "elements/ipsec/esp"},
    "measure": {"core", "io", "gpu", "elements"},
    # No element by name: elements reach the command line and the control socket as services.
    "app/session": {"core", "io", "gpu", "measure"},
    "app/control": {"core", "io", "gpu", "measure", "app/session"},
    "app/bench": {"core", "io", "gpu", "elements", "measure", "app/session"},
    "app": {"core", "io", "gpu", "measure"},
}

# Includes of ours that a folder may use beyond that: (includer, included).
EXCEPTIONS = [
    (r"elements/.*\.cuh?", r"gpu/launch\.cuh"),
    (r"app/commands/elements\.cpp", r"elements/docs\.hpp"),
]

# Folders in which only the files below may include these libraries.
LIMITED = {"core", "io", "gpu", "elements"}
# (library, its headers, the files that may include them)
LIBRARIES = [
    ("DPDK", r"(rte_|cmdline|ethdev_|bus_)\w*\.h", r"io/.*"),
    ("DPDK's lookup tables", r"rte_fib6?\.h", r"io/.*|elements/.*\.cpp"),
    ("CUDA", r"(cuda|nv|cub/|thrust/|cooperative_groups).*", r"gpu/.*|.*\.cuh?"),
    ("ipsec-mb", r"(intel-)?ipsec[-_]mb.*", r"elements/.*\.cpp"),
    ("Hyperscan", r"hs/.*|hs(_\w+)?\.h", r"elements/.*\.cpp"),
    ("PCRE2", r"pcre2.*", r"elements/.*\.cpp"),
    ("yaml-cpp", r"yaml-cpp/.*", r"elements/.*(\.cpp|/yaml_document\.hpp)"),
    ("OpenSSL", r"openssl/.*", r"elements/.*\.cpp"),
    ("libpcap", r"pcap.*", r"io/.*\.cpp"),
    ("hwloc", r"hwloc.*", r"io/.*"),
    ("fmt", r"fmt/.*", r"(io|gpu|elements)/.*"),
    ("toml++", r"toml\+\+.*", r"core/base/toml_table\.hpp|io/.*|elements/.*(\.cpp|_toml\.hpp)"),
    ("CLI11", r"CLI/.*", r"(?!)"),
    ("GoogleTest", r"(gtest|gmock|benchmark)/.*", r"(?!)"),
]

# Headers that cost seconds of compiling wherever they are included:
# (library, its headers, the folder where they are watched, the files in it that may include them)
EXPENSIVE = [
    ("CLI11", r"CLI/.*", "app", r"app/session/command_line\.cpp|app/commands/main\.cpp"),
    ("Asio", r"boost/asio.*", "core/engine", r".*\.cpp|core/engine/async_lane\.hpp"),
]

# What nvcc cannot take: reachable from no .cu file, through no header of ours either.
NOT_FROM_CUDA = re.compile(r"(rte_|cmdline|ethdev_)\w*\.h|boost/asio.*")

MAX_LINES = 500

# Folders whose elements work on tagged frames: an IP header begins after `l2_length` bytes.
TAGGED_FOLDERS = ["elements/ip", "elements/ip6", "elements/ids", "elements/ipsec", "elements/standard"]

# The size of an Ethernet header without tags.
UNTAGGED_SIZE = re.compile(r"\bether::kSize\b|\bsizeof\(ether::Header\)")

# Files in those folders that may use it: HiddenTags removes the tags of a frame before this code and restores them
# after it, or the parser has reported a frame without tags. The decoder of the IDS finds the offsets itself.
UNTAGGED_FILES = r"elements/ipsec/packet/.*|elements/ipsec/esp_(sender|receiver)\.cpp|elements/ids/decode/.*"

# Folders whose words are checked.
WORD_FOLDERS = ["core", "io", "gpu", "elements", "measure", "app", "benchmarks", "scripts", "tests", "docs"]

# Files that are left out, each with its reason.
WORD_EXEMPT = {
    "tests/layers/rules.py",  # the words themselves
}

# Words that have a plainer form: (pattern, what to write). A blank is any white space, also an end of line.
RETIRED_WORDS = [
    (r"\bso (long|many|much|few)\b", "the number, the time, or 'while'"),
    (r"\bas of\b", "'like' or 'see'"),
    (r"\bbehind\b", "'after'"),
    (r"\blest\b", "'so that ... not'"),
    (r"\bof which\b", "a second sentence"),
    (r"\bmanieth\b", "frames i, i+N, ..."),
    (r"\bha(s|ve) need of\b", "'needs'"),
    (r"\bno telling\b", "'unknown'"),
    (r"\bgoes? (its|their) way\b", "what happens"),
    (r"\bwhere there (is|are|was|were)\b", "'if there is'"),
    (r"\bown cores?\b", "'CPU'"),
    (r"\b(say|says|said|saying|tell|tells|told|telling)\b", "who reports, returns, describes or determines what"),
    (r"\banew\b|\bafresh\b", "'again'"),
]

# Names in C++: constants are kMax and kMin, variables are nouns.
RETIRED_NAMES = [
    (r"\bk(?:Most|Least)(?![a-z])\w*", "kMax or kMin"),
    (r"\b(?:said|told|wanted|made|most|least|behind)\b", "a noun"),
    (r"\b(?:Extent|Mirror|Arena|Flight|Checkup)\b|\w*OwnCore\w*", "TouchedBytes, StagedCopy, LaneResources, PendingTask, DoctorChecks, Cpu"),
]

# (path, word) that stays, each with its reason.
KEPT_WORDS = {
}
