#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs programs of Debian's armhf packages under Debian's kernel, on QEMU and on Linefill: the output must agree.

usage: linux_programs.py BUILD FILES     FILES: what scripts/make-linux-files made; packages are added to it

The programs and the libraries that they name go into an archive of their own, behind the one that boots; its
first program is programs/run.
"""
import hashlib
import importlib.machinery
import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = pathlib.Path(__file__).resolve().parent / "programs"
PHOTO = TOP / "sw/apps/photo_frame/photos/mountain-lake.jpg"
WORDS = "console=ttyAMA0 cryptomgr.notests rdinit=/programs/run"
PACKAGES = "busybox-static bzip2 coreutils dash gzip libjpeg-turbo-progs lua5.4 mawk openssl perl-base xz-utils zstd".split()
PROGRAMS = {name: name for name in "dash gzip bzip2 xz zstd mawk perl openssl cjpeg djpeg".split()}
PROGRAMS |= {name: name for name in "md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum".split()}
PROGRAMS |= {name: name for name in "cat cksum cp cut head seq sort tr wc".split()}
PROGRAMS |= {"lua": "lua5.4", "busybox": "busybox"}
LINKS = {"bin/grep": "busybox", "bin/mount": "busybox", "bin/poweroff": "busybox", "bin/sh": "dash"}
LOADER = "ld-linux-armhf.so.3"
SECONDS = 1500


def maker():
    """scripts/make-linux-files, as a module."""
    path = str(TOP / "scripts/make-linux-files")
    loader = importlib.machinery.SourceFileLoader("make_linux_files", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_linux_files", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def unpacked(make, state, into):
    """The packages and all that they need."""
    archive = make.Archive(state)
    archive.query("apt-get", "install", "-qq", "-y", "--download-only", "--no-install-recommends", *PACKAGES)
    for file in sorted((state / "cache/archives").glob("*.deb")):
        make.run("dpkg-deb", "-x", file, into)


def needed(make, file):
    text = make.run("arm-none-eabi-objdump", "-p", file)
    return re.findall(r"NEEDED\s+(\S+)", text)


def make_archive(make, files, out):
    with tempfile.TemporaryDirectory(dir=files) as folder:
        root = pathlib.Path(folder)
        unpacked(make, files / ".apt", root)
        chosen = {f"bin/{name}": make.first_of(root, f"bin/{there}", f"usr/bin/{there}") for name, there in PROGRAMS.items()}
        places = ["lib", "usr/lib", "lib/arm-linux-gnueabihf", "usr/lib/arm-linux-gnueabihf"]
        open_files = [*chosen.values(), make.first_of(root, *(f"{place}/{LOADER}" for place in places[::-1]))]
        chosen[f"lib/{LOADER}"] = open_files[-1]
        while open_files:
            for name in needed(make, open_files.pop()):
                if f"lib/{name}" not in chosen:
                    chosen[f"lib/{name}"] = make.first_of(root, *(f"{place}/{name}" for place in places))
                    open_files.append(chosen[f"lib/{name}"])
        cpio = make.Cpio()
        for name in ["lib", "programs"]:
            cpio.add(name, 0o040755)
        for name, file in sorted(chosen.items()):
            cpio.add(name, 0o100755, file.read_bytes())
        for name, target in LINKS.items():
            cpio.add(name, 0o120777, target.encode())
        for file in sorted(HERE.iterdir()):
            cpio.add(f"programs/{file.name}", 0o100755, file.read_bytes())
        # Another key each time the archive is made: the two machines need only have the same.
        cpio.add("programs/key.pem", 0o100600, make.run("openssl", "genrsa", "-traditional", "1024").encode())
        cpio.add("programs/photo.jpg", 0o100644, PHOTO.read_bytes())
        cpio.add("TRAILER!!!", 0)
    # Not compressed: the kernel's decompressor is tested by the archive before it.
    first = (files / "initramfs.cpio.gz").read_bytes()
    out.write_bytes(first + bytes(-len(first) % 4) + bytes(cpio.data))


def printed(name, command):
    """What the programs printed, from their first line to their last."""
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
    )
    log = done.stdout.decode(errors="replace").replace("\r", "")
    lines = [line for line in log.splitlines() if line.startswith("VPTEST: ")]
    if done.returncode != 0 or "VPTEST: end" not in lines:
        print(log[-4000:], done.stderr.decode(errors="replace"), *command, sep="\n")
        sys.exit(f"FAILED: {name}: exit status {done.returncode}")
    return lines


def main():
    build, files = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    initrd, stamp = files / "programs.cpio", files / ".programs-made-by"
    make = maker()
    sources = [pathlib.Path(__file__), files / "initramfs.cpio.gz", PHOTO, *sorted(HERE.iterdir())]
    made_by = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    if not (initrd.exists() and stamp.exists() and stamp.read_text() == made_by):
        make_archive(make, files, initrd)
        stamp.write_text(made_by)
    tree = files / "vexpress-v2p-ca9.dtb"
    qemu = shutil.which("qemu-system-arm") or sys.exit("FAILED: no qemu-system-arm to compare with")
    theirs = printed("QEMU", [qemu, "-M", "vexpress-a9", "-m", "512", "-display", "none", "-monitor", "none", "-audiodev",
                              "none,id=none", "-serial", "stdio", "-no-reboot", "-kernel", files / "vmlinuz", "-dtb", tree,
                              "-initrd", initrd, "-append", WORDS])
    ours = printed("Linefill", [build / "linefill", "run", tree, "--kernel", files / "Image", "--initrd", initrd, "--memory",
                                "512M", "--append", WORDS, "--until", "200s"])
    print("\n".join(ours))
    failed = [line for line in ours if re.search(r" status [1-9]", line)]
    different = [pair for pair in zip(theirs, ours) if pair[0] != pair[1]]
    for their_line, our_line in different:
        print(f"FAILED:\n  QEMU      {their_line}\n  Linefill  {our_line}")
    print(f"{len(ours)} lines, {len(different)} different, {len(failed)} programs failed")
    sys.exit(1 if different or failed or len(theirs) != len(ours) else 0)


if __name__ == "__main__":
    main()
