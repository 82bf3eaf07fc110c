# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""make_guest.py COMPILER FOLDER: makes FOLDER/vmlinuz and FOLDER/initrd.gz, a guest whose kernel speaks IPsec.

The kernel and busybox are Debian's packages, fetched by `apt-get download` and unpacked, not installed. Nothing is done
where FOLDER has what these sources make already. Exits 77 where something is missing.
"""

import gzip
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

# With what these depend on; those built into the kernel are left out. Without drbg no SA but those of the null cipher is taken.
MODULES = """virtio_pci virtio_net virtio_console xfrm_algo xfrm_user esp4 esp6 jitterentropy_rng drbg authenc authencesn
    seqiv echainiv ghash_generic gcm ctr cbc sha1_generic sha256_generic sha512_generic hmac crypto_null chacha_generic poly1305_generic
    chacha20poly1305 aesni_intel ghash_clmulni_intel""".split()


class Missing(Exception):
    """What the guest needs is not there."""


def call(command, **more):
    done = subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode != 0:
        raise Missing(f"`{' '.join(map(str, command))}` failed: {done.stdout.strip()[-400:]}")
    return done.stdout


def fetch(folder):
    """Debian's kernel for virtual machines and its busybox, unpacked."""
    for tool in "apt-get", "apt-cache", "dpkg-deb":
        if shutil.which(tool) is None:
            raise Missing(f"no {tool}: the guest is made of Debian packages")
    depends = re.search(r"Depends: (linux-image-\S+)", call(["apt-cache", "depends", "linux-image-cloud-amd64"]))
    if depends is None:
        raise Missing("apt knows no linux-image-cloud-amd64 (apt-get update?)")
    folder.mkdir()
    call(["apt-get", "-q", "download", depends[1], "busybox-static"], cwd=folder)
    for package in folder.glob("*.deb"):
        call(["dpkg-deb", "-x", package, folder])
        package.unlink()


def module_files(folder):
    """The files of MODULES and what they depend on, in the order in which they load."""
    root = next((folder / "lib/modules").iterdir())
    files = {path.stem.replace("-", "_"): path for path in root.rglob("*.ko")}
    builtin = {pathlib.Path(line).stem.replace("-", "_") for line in (root / "modules.builtin").read_text().split()}
    order = []

    def add(name):
        if name in builtin or files.get(name) in order:
            return
        if name not in files:
            raise Missing(f"{root.name} has no module {name}")
        depends = re.search(rb"\0depends=([^\0]*)\0", files[name].read_bytes())
        for each in depends[1].decode().split(","):
            if each:
                add(each.replace("-", "_"))
        order.append(files[name])

    for name in MODULES:
        add(name)
    return order


def archive(entries):
    """A cpio archive as the kernel reads it ("newc"): of (path, mode, contents)."""
    parts = []
    for number, (path, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")]):
        fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path) + 1, 0]
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + path.encode() + b"\0"
        parts += [head, bytes(-len(head) % 4), data, bytes(-len(data) % 4)]
    return b"".join(parts)


def libraries(program):
    return [pathlib.Path(word) for word in call(["ldd", program]).split() if word.startswith("/")]


def initrd(kernel, endpoint):
    ip = pathlib.Path(shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin") or "/missing")
    if not ip.exists():
        raise Missing("no ip (package iproute2)")
    modules = module_files(kernel)
    files = {"init": HERE / "guest/init", "bin/busybox": kernel / "bin/busybox", "bin/endpoint": endpoint, "sbin/ip": ip}
    files |= {f"modules/{path.name}": path for path in modules}
    files |= {str(path)[1:]: path for path in libraries(ip)}
    folders = sorted({str(parent) for path in files for parent in pathlib.PurePath(path).parents if str(parent) != "."})
    entries = [(folder, 0o040755, b"") for folder in folders]
    entries += [(path, 0o100755, source.read_bytes()) for path, source in files.items()]
    entries.append(("modules/order", 0o100644, "".join(path.name + "\n" for path in modules).encode()))
    return archive(entries)


def make(compiler, folder):
    """(vmlinuz, initrd.gz) in `folder`. Throws Missing."""
    folder = pathlib.Path(folder)
    kernel, initrd_path, stamp_path = folder / "vmlinuz", folder / "initrd.gz", folder / "made-of"
    sources = [HERE / "make_guest.py", HERE / "guest/init", HERE / "guest/endpoint.cpp"]
    stamp = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    if stamp_path.exists() and stamp_path.read_text() == stamp:
        return kernel, initrd_path
    folder.mkdir(parents=True, exist_ok=True)
    unpacked = folder / "packages"
    if not (unpacked / "bin/busybox").exists():
        shutil.rmtree(unpacked, ignore_errors=True)
        fetch(unpacked)
    endpoint = folder / "endpoint"
    call([compiler, "-std=c++20", "-O2", "-static", "-s", "-Wall", "-Wextra", "-Werror", "-o", endpoint,
          HERE / "guest/endpoint.cpp"])
    shutil.copy(next((unpacked / "boot").glob("vmlinuz-*")), kernel)
    initrd_path.write_bytes(gzip.compress(initrd(unpacked, endpoint), 6))
    stamp_path.write_text(stamp)
    return kernel, initrd_path


if __name__ == "__main__":
    try:
        print(*make(*sys.argv[1:3]))
    except Missing as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
