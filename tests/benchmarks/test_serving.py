from email import message_from_bytes

import pytest

from benchmarks.serving import BOUNDARY, Load, encode_form, read_report

REPORT = """Running 6s test @ http://127.0.0.1:18080/predict/digits
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     6.51ms    2.09ms  24.81ms   71.43%
    Req/Sec   759.42    159.77     1.04k    67.50%
  Latency Distribution
     50%  980.00us
     75%    7.85ms
     90%    9.02ms
     99%    1.20s
  4537 requests in 6.00s, 1.21MB read
Requests/sec:    755.96
Transfer/sec:    206.70KB
"""


def test_the_report_is_read() -> None:
    assert read_report(REPORT) == Load(755.96, 0.98, 1200.0, "")


def test_what_was_refused_is_told_and_is_no_answer() -> None:
    failed = "Non-2xx or 3xx responses: 4537"
    assert read_report(f"{REPORT}  {failed}\n") == Load(0.0, 0.98, 1200.0, failed)


def test_what_broke_is_told() -> None:
    failed = "Socket errors: connect 0, read 3, write 0, timeout 1"
    assert read_report(f"{REPORT}  {failed}\n").failed == failed


def test_a_form_is_read_back() -> None:
    form = encode_form([b"one", b"\r\n--two"])
    head = f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    parsed = message_from_bytes(head.encode() + form)
    assert [part.get_payload(decode=True) for part in parsed.walk()][1:] == [b"one", b"\r\n--two"]


def test_something_else_is_no_report() -> None:
    with pytest.raises(ValueError, match="no report of wrk: unable"):
        read_report("unable to connect")
