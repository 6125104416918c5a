from tests.serving import Running
from tests.toys import png


def test_health_names_the_versions(server: Running) -> None:
    answer = server.http.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "tasks": {"toy": {"version": "1"}}}


def test_the_figures_are_those_of_the_requests(server: Running) -> None:
    before = figures(server)
    for content in (png(1), png(2), b"no image"):
        server.http.post("/predict/toy", content=content)
    server.http.get("/nowhere")
    after = figures(server)

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grown('convoy_requests_total{route="/predict/{task}",status="200"}') == 2
    assert grown('convoy_requests_total{route="/predict/{task}",status="422"}') == 1
    assert grown('convoy_errors_total{kind="undecodable"}') == 1
    assert grown('convoy_errors_total{kind="unknown"}') == 1
    assert grown('convoy_request_seconds_count{route="/predict/{task}"}') == 3
    assert grown('convoy_batch_size_sum{task="toy"}') == 3
    assert after['convoy_queue_length{task="toy"}'] == 0
    assert after['convoy_model_version{task="toy"}'] == 1


def figures(server: Running) -> dict[str, float]:
    lines = server.http.get("/metrics").text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}
