"""Going online, against a stand-in on this machine that answers as the registries document."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.identifiers import identified
from chapterkit.registries.records import of_csl
from chapterkit.registries.web import answer
from conftest import Run

CSL = {
    "type": "journal-article", "title": "Shaking <i>without</i> Quaking &amp; CO<sub>2</sub>",
    "container-title": "Science", "author": [{"family": "Kanamori", "given": "Hiroo"}],
    "issued": {"date-parts": [[1998, 3]]}, "volume": "279", "issue": "5359", "page": "2063-2064",
    "DOI": "10.1126/science.279.5359.2063", "publisher": "AAAS",
}  # fmt: skip
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
<title>arXiv Query: id_list=</title>{entry}</feed>"""
ENTRY = """<entry><id>http://arxiv.org/abs/1706.03762v7</id><published>2017-06-12T17:57:34Z</published>
<title>Attention Is All
  You Need</title><author><name>Ashish Vaswani</name></author><author><name>Jan van den Berg</name>
</author><arxiv:primary_category term="cs.CL"/></entry>"""
BOOK = {
    "title": "物质结构", "authors": [{"name": "徐光宪"}, {"name": "王祥云"}],
    "publishers": [{"name": "科学出版社"}], "publish_places": [{"name": "北京"}],
    "publish_date": "2010年1月",
}  # fmt: skip
SUMMARY = {
    "title": "A trial of something.", "authors": [{"name": "Bijlsma MW", "authtype": "Author"}],
    "fulljournalname": "The Lancet. Infectious diseases", "pubdate": "2016 Mar", "volume": "16",
    "issue": "3", "pages": "339-47", "pubtype": ["Journal Article"],
    "articleids": [{"idtype": "doi", "value": "10.1016/S1473-3099(15)00430-2"}],
}  # fmt: skip


class Registries(BaseHTTPRequestHandler):
    """All registries at one place: the first part of a path is the host that was meant."""

    asked: list[str] = []  # noqa: RUF012
    agents: set[str] = set()  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.agents.add(self.headers["User-Agent"])
        parts = urlsplit(self.path)
        host, _, path = parts.path.lstrip("/").partition("/")
        status, body = self.answered(host, unquote(path), parse_qs(parts.query))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body)
        self.end_headers()
        self.wfile.write(body.encode())

    def answered(self, host: str, path: str, query: dict[str, list[str]]) -> tuple[int, str]:
        match host:
            case "doi.org":
                assert "citationstyles" in self.headers["Accept"]
                return self.of_doi(path)
            case "api.crossref.org":
                notice = {"type": "retraction", "DOI": "10.1/notice", "source": "retraction-watch"}
                back = {"updated-by": [notice]} if "retracted" in path else {}
                return 200, json.dumps({"status": "ok", "message": {"DOI": path, **back}})
            case "export.arxiv.org":
                known = query["id_list"] == ["1706.03762"]
                return 200, FEED.format(entry=ENTRY if known else "")
            case "openlibrary.org":
                isbn = query["bibkeys"][0]
                return 200, json.dumps({isbn: BOOK} if isbn == "ISBN:9787030000002" else {})
            case "www.googleapis.com":
                info = {"title": "Torts", "authors": ["John Doe"], "publishedDate": "2001-05"}
                found = query["q"] == ["isbn:0306406152"]
                return 200, json.dumps(
                    {"totalItems": 1, "items": [{"volumeInfo": info}]}
                    if found
                    else {"totalItems": 0}
                )
            case "eutils.ncbi.nlm.nih.gov":
                pmid = query["id"][0]
                error = {"uid": pmid, "error": "cannot get document summary"}
                result = SUMMARY if pmid == "26652862" else error
                return 200, json.dumps({"result": {"uids": [pmid], pmid: result}})
            case "moved.example":
                return 302, "https://ok.example/there"
            case "gone.example":
                return 404, "gone"
            case "shy.example":
                return 403, "no robots"
        return 200, "a page"

    def of_doi(self, path: str) -> tuple[int, str]:
        if "missing" in path:
            return 404, "not found"
        if "busy" in path:
            return 429, "slow down"
        if "moved" in path:
            return 302, f"https://api.crossref.org/v1/works/{path}/transform"
        return 200, json.dumps(CSL | {"DOI": path})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Registries]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registries)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("CHAPTERKIT_REGISTRIES", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Registries.asked.clear()
    yield Registries
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("identifier", "line", "fields"),
    [
        ("https://doi.org/10.1126/science.279.5359.2063", "KANAMORI H. Shaking without Quaking & CO₂[J]. Science, 1998, 279(5359): 2063-2064. DOI:10.1126/science.279.5359.2063.", ("@article{kanamori1998shaking,", r"\textsubscript{2}")),
        ("arXiv:1706.03762v3", "VASWANI A, VAN DEN BERG J. Attention Is All You Need[EB/OL]. arXiv, 2017. https://arxiv.org/abs/1706.03762.", ("eprint", "cs.CL")),
        ("978-7-03-000000-2", "徐光宪, 王祥云. 物质结构[M]. 北京: 科学出版社, 2010.", ("author    = {徐光宪 and 王祥云}", "langid    = {chinese}")),
        ("0-306-40615-2", "DOE J. Torts[M]. 2001.", ("@book{doe2001torts,",)),
        ("PMID: 26652862", "BIJLSMA M W. A trial of something[J]. The Lancet. Infectious diseases, 2016, 16(3): 339-347. DOI:10.1016/S1473-3099(15)00430-2.", ("pmid",)),
    ],
)  # fmt: skip
def test_an_entry_by_its_identifier(
    identifier: str,
    line: str,
    fields: tuple[str, ...],
    minimal: Path,
    run: Run,
    registries: type[Registries],
) -> None:
    before = (minimal / "refs.bib").read_text("utf-8")
    shown = run(minimal, "cite", identifier)
    assert shown.exit_code == 0
    assert line in shown.stdout
    assert all(one in shown.stdout for one in fields)
    assert (minimal / "refs.bib").read_text("utf-8") == before
    assert all("chapterkit/" in agent for agent in registries.agents)

    assert run(minimal, "cite", identifier, "--add").exit_code == 0
    after = (minimal / "refs.bib").read_text("utf-8")
    assert after.startswith(before)
    assert fields[0] in after
    again = run(minimal, "cite", identifier, "--add")
    assert "已经有了" in again.stdout
    assert (minimal / "refs.bib").read_text("utf-8") == after


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        ("10.1/missing", "认不出"),
        ("10.1234/missing.1", "登记处没有这个 DOI：10.1234/missing.1"),
        ("10.1234/busy.1", "429"),
        ("arXiv:1201.56789", "没有这个 arXiv 编号"),
        ("9787115502810", "没有这个 ISBN"),
        ("978-7-115-50281-1", "认不出"),
        ("PMID:1234", "没有这个 PMID"),
        ("whatever", "认不出"),
    ],
)
@pytest.mark.usefixtures("registries")
def test_what_no_registry_knows_is_told_in_one_line(
    identifier: str, said: str, minimal: Path, run: Run
) -> None:
    before = (minimal / "refs.bib").read_text("utf-8")
    result = run(minimal, "cite", identifier, "978-7-03-000000-2", "--add")
    assert result.exit_code == 2
    assert said in result.stderr
    assert (minimal / "refs.bib").read_text("utf-8") == before


def test_without_a_network_cite_says_so(
    minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPTERKIT_REGISTRIES", "http://127.0.0.1:9")
    result = run(minimal, "cite", "10.1126/science.279.5359.2063")
    assert (result.exit_code, len(result.stderr.strip().splitlines())) == (2, 2)
    assert "联网" in result.stderr


LINKED = r"""
@article{fine, title={Shaking without quaking and {CO\textsubscript{2}}}, author={Kanamori, Hiroo}, journal={Science}, year={1998}, doi={10.1126/fine}}
@article{wrong, title={Something altogether different}, author={Doe, J.}, journal={J}, year={1998}, doi={10.1126/other}}
@article{none, title={Shaking}, author={Doe, J.}, journal={J}, year={1999}, doi={10.1126/missing}}
@article{back, title={Shaking without Quaking}, author={Roe, J.}, journal={J}, year={1999}, doi={10.1126/retracted}}
@online{alive, title={A}, author={Doe, J.}, year={2001}, url={https://ok.example/a}, urldate={2020-01-02}}
@online{moved, title={Bb}, author={Doe, J.}, year={2001}, url={https://moved.example/a}, urldate={2020-01-02}}
@online{gone, title={C}, author={Doe, J.}, year={2001}, url={https://gone.example/a}, urldate={2020-01-02}}
@online{shy, title={D}, author={Doe, J.}, year={2001}, url={https://shy.example/a}, urldate={2020-01-02}}
"""


def test_links_are_looked_at_when_asked_for(
    minimal: Path, run: Run, registries: type[Registries]
) -> None:
    with (minimal / "refs.bib").open("a", encoding="utf-8") as file:
        file.write(LINKED)
    first = run(minimal, "check", "--format", "json")
    assert registries.asked == []
    assert "lost-source" not in first.stdout
    for _ in range(2):  # what was in order is not asked again, what was not is told again
        found = json.loads(run(minimal, "check", "--links", "--format", "json").stdout)["problems"]
        told = {
            (one["message"].split("：")[0][5:], one["severity"])
            for one in found
            if one["rule"] == "lost-source"
        }
        assert told == {
            ("wrong", "error"),
            ("none", "error"),
            ("back", "error"),
            ("gone", "error"),
            ("shy", "warning"),
        }
    assert sum("ok.example/a" in one for one in registries.asked) == 1
    assert sum("gone.example/a" in one for one in registries.asked) == 2


def test_links_without_a_network_are_one_failure(
    minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHAPTERKIT_REGISTRIES", "http://127.0.0.1:9")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with (minimal / "refs.bib").open("a", encoding="utf-8") as file:
        file.write(LINKED)
    result = run(minimal, "check", "--links")
    assert result.exit_code == 2
    assert "连不上网络" in result.stderr


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:80/", "http://169.254.169.254/latest/meta-data", "http://[::1]/", "http://10.0.0.1/",
     "http://localhost/", "http://intranet/", "file:///etc/passwd", "ftp://example.org/", "gopher://a.b/", "http://0x7f000001/"],
)  # fmt: skip
def test_addresses_that_are_not_on_the_public_web_are_not_asked(address: str) -> None:
    with pytest.raises(ChapterkitError, match="不是"):
        answer(address)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("10.1038/nature14539", "doi"), ("doi:10.1038/nature14539", "doi"), ("https://dx.doi.org/10.1038/x", "doi"),
        ("10.48550/arXiv.1706.03762", "arxiv"), ("1706.03762", "arxiv"), ("https://arxiv.org/pdf/1706.03762v1.pdf", "arxiv"),
        ("hep-th/9901001", "arxiv"), ("ISBN 978-7-115-50281-0", "isbn"), ("080442957X", "isbn"), ("PMID 123", "pmid"),
        ("https://pubmed.ncbi.nlm.nih.gov/26652862/", "pmid"), ("10.1038", None), ("080442957Y", None), ("", None), ("张三", None),
    ],
)  # fmt: skip
def test_what_an_identifier_is(text: str, kind: str | None) -> None:
    found = identified(text)
    assert (found.kind if found else None) == kind


def test_what_a_registry_says_cannot_break_an_entry() -> None:
    record = of_csl(
        {"type": "book", "title": "a } b, author = {x} \\input{y} 100% $5 & #_", "DOI": "10.1/} x"}
    )
    assert record.bibtex("k").count("{") == record.bibtex("k").count("}")
    assert record.fields["title"] == r"a  b, author = x inputy 100\% \$5 \& \#\_"
