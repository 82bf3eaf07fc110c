# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Which folder may include what: the one place that says it, as data."""

import re

# Folder -> folders of ours that it may include. A folder that is not named may include anything.
FOLDERS = {
    "core": {"core"},
    "io": {"core", "io"},
    "gpu": {"core", "gpu"},
    "elements": {"core", "elements"},
}

# Includes of ours that a folder may use beyond that: (includer, included).
EXCEPTIONS = [
    (r"elements/.*\.cuh?", r"gpu/launch\.cuh"),
]

# (library, its headers, the files among the folders above that may include them)
LIBRARIES = [
    ("DPDK", r"(rte_|cmdline|ethdev_|bus_)\w*\.h", r"io/.*"),
    ("DPDK's lookup tables", r"rte_fib6?\.h", r"io/.*|elements/.*\.cpp"),
    ("CUDA", r"(cuda|nv|cub/|thrust/|cooperative_groups).*", r"gpu/.*|.*\.cuh?"),
    ("ipsec-mb", r"(intel-)?ipsec[-_]mb.*", r"elements/.*\.cpp"),
    ("Hyperscan", r"hs/.*|hs(_\w+)?\.h", r"elements/.*\.cpp"),
    ("PCRE2", r"pcre2.*", r"elements/.*\.cpp"),
    ("OpenSSL", r"openssl/.*", r"elements/.*\.cpp"),
    ("libpcap", r"pcap.*", r"io/.*\.cpp"),
    ("hwloc", r"hwloc.*", r"io/.*"),
    ("fmt", r"fmt/.*", r"(io|gpu|elements)/.*"),
    ("toml++", r"toml\+\+.*", r"io/.*|elements/.*(\.cpp|_toml\.hpp)"),
    ("CLI11", r"CLI/.*", r"(?!)"),
    ("GoogleTest", r"(gtest|gmock|benchmark)/.*", r"(?!)"),
]

# What nvcc cannot take: reachable from no .cu file, through no header of ours either.
NOT_FROM_CUDA = re.compile(r"(rte_|cmdline|ethdev_)\w*\.h|boost/asio.*")

MAX_LINES = 500
