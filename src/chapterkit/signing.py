"""The only module that runs ssh-keygen: signatures over a text, made and verified."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.processes import Bounds, Done, run
from chapterkit.scratch import scratch_folder

NAMESPACE = "chapterkit-lock"
TIMEOUT_SECONDS = 60
MAX_SIGNATURE_BYTES = 100_000
_MISSING = "安装 OpenSSH（8.2 或更新），或不用签名"
_NO_PASSPHRASE = "有口令的密钥先用 ssh-add 加进代理，再给它的 .pub 文件"


class BadSignatureError(Exception):
    """A signature does not fit the text, or is not by anybody who may sign."""


def sign(text: bytes, key: Path) -> bytes:
    """Return the signature that a private key (or an agent's, named by its .pub file) makes.

    Raises ChapterkitError if there is no ssh-keygen or no such key, it has a passphrase (nobody is
    asked), or that takes too long.
    """
    if not key.is_file():
        raise ChapterkitError(
            "没有这个密钥", Origin(str(key)), "ssh-keygen -t ed25519 可以新建一个"
        )
    done = _ssh_keygen(text, "-Y", "sign", "-n", NAMESPACE, "-f", str(key.absolute()))
    if done.code or not done.printed:
        raise ChapterkitError(f"签不了名：{_words(done)}", Origin(str(key)), _NO_PASSPHRASE)
    return done.printed


def signer(text: bytes, signature: bytes, allowed: bytes) -> str:
    """Return the name under which an allowed-signers file knows whoever has signed the text.

    Raises BadSignatureError, with the reason, if nobody on the list has signed this very text, or
    not while the list says that their key is good; ChapterkitError if there is no ssh-keygen.
    """
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise BadSignatureError("签名文件太大")
    with scratch_folder() as scratch:
        (scratch / "signature").write_bytes(signature)
        (scratch / "allowed").write_bytes(allowed)
        files = ("-f", "allowed", "-s", "signature")
        found = _ssh_keygen(b"", "-Y", "find-principals", *files, folder=scratch)
        names = found.printed.decode("utf-8", "replace").splitlines()
        if found.code or not names:
            raise BadSignatureError(f"签名的钥匙不在允许之列，或已过期（{_words(found)}）")
        for name in _identities(names):
            verify = ("-Y", "verify", "-n", NAMESPACE, "-I", name, *files)
            done = _ssh_keygen(text, *verify, folder=scratch)
            if done.code == 0:
                return name
        raise BadSignatureError(f"签名与内容不符（{_words(done)}）")


def _identities(names: list[str]) -> list[str]:
    """Return what may be the name of a key's owner: ssh-keygen lists patterns, one a line."""
    return [name for name in names if not name.startswith("!")][:20] or names[:1]


def _ssh_keygen(given: bytes, *arguments: str, folder: Path | None = None) -> Done:
    """Run ssh-keygen without a terminal, and without a program that asks for passphrases."""
    if shutil.which("ssh-keygen") is None:
        raise ChapterkitError("找不到 ssh-keygen", hint=_MISSING)
    agent = {name: os.environ[name] for name in _USERS if name in os.environ}
    return run(
        ["ssh-keygen", *arguments],
        given,
        name="ssh-keygen",
        bounds=Bounds(TIMEOUT_SECONDS),
        folder=folder,
        environment={**agent, **_QUIET},
    )


# The agent that holds the keys, and whose they are; nobody is asked for anything.
_USERS = ("PATH", "HOME", "SSH_AUTH_SOCK")
_QUIET = {"SSH_ASKPASS": "/bin/false", "SSH_ASKPASS_REQUIRE": "force"}


def _words(done: Done) -> str:
    """Return what ssh-keygen said, short, on one line, controls taken out."""
    said = (done.words or done.printed).decode("utf-8", "replace")
    shown = "".join(one if one.isprintable() else " " for one in said)
    return " ".join(shown.split())[-200:] or f"退出码 {done.code}"
