"""The only module that starts ssh-keygen: signatures over a text, made and verified."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin

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
    if done.returncode or not done.stdout:
        raise ChapterkitError(f"签不了名：{_words(done)}", Origin(str(key)), _NO_PASSPHRASE)
    return done.stdout


def signer(text: bytes, signature: bytes, allowed: bytes) -> str:
    """Return the name under which an allowed-signers file knows whoever has signed the text.

    Raises BadSignatureError, with the reason, if nobody on the list has signed this very text, or
    not while the list says that their key is good; ChapterkitError if there is no ssh-keygen.
    """
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise BadSignatureError("签名文件太大")
    with tempfile.TemporaryDirectory(prefix="chapterkit-") as scratch:
        Path(scratch, "signature").write_bytes(signature)
        Path(scratch, "allowed").write_bytes(allowed)
        files = ("-f", "allowed", "-s", "signature")
        found = _ssh_keygen(b"", "-Y", "find-principals", *files, folder=scratch)
        names = found.stdout.decode("utf-8", "replace").splitlines()
        if found.returncode or not names:
            raise BadSignatureError(f"签名的钥匙不在允许之列，或已过期（{_words(found)}）")
        for name in _identities(names):
            verify = ("-Y", "verify", "-n", NAMESPACE, "-I", name, *files)
            done = _ssh_keygen(text, *verify, folder=scratch)
            if done.returncode == 0:
                return name
        raise BadSignatureError(f"签名与内容不符（{_words(done)}）")


def _identities(names: list[str]) -> list[str]:
    """Return what may be the name of a key's owner: ssh-keygen lists patterns, one a line."""
    return [name for name in names if not name.startswith("!")][:20] or names[:1]


def _ssh_keygen(
    given: bytes, *arguments: str, folder: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run ssh-keygen without a terminal, and without a programme that asks for passphrases."""
    quiet = {"SSH_ASKPASS": "/bin/false", "SSH_ASKPASS_REQUIRE": "force", "LC_ALL": "C"}
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments],
            input=given,
            cwd=folder,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            start_new_session=True,
            env={**os.environ, **quiet},
        )
    except FileNotFoundError:
        raise ChapterkitError("找不到 ssh-keygen", hint=_MISSING) from None
    except subprocess.TimeoutExpired:
        raise ChapterkitError(f"ssh-keygen 过了 {TIMEOUT_SECONDS} 秒还没有做完") from None


def _words(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return what ssh-keygen said, short, on one line, controls taken out."""
    said = (done.stderr or done.stdout).decode("utf-8", "replace")
    shown = "".join(one if one.isprintable() else " " for one in said)
    return " ".join(shown.split())[-200:] or f"退出码 {done.returncode}"
