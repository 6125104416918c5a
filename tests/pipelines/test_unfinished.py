"""A run of real DVC stages, without what they take hours for, stopped in every way."""

import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from contextlib import chdir
from pathlib import Path

import psutil
import pytest
import yaml

from components.core.git import git
from pipelines import dvc, refusal, unfinished
from pipelines.running import only_run

pytestmark = pytest.mark.slow

DVC_YAML = """
stages:
  prepare:
    foreach: ${tasks}
    do:
      cmd: sh stage.sh ${key} prepare
      params: ["tasks.${key}.shade"]
      outs: ["artifacts/${key}/prepare"]
  register:
    foreach: ${tasks}
    do:
      cmd: sh stage.sh ${key} register
      deps: ["artifacts/${key}/prepare"]
      outs: ["artifacts/${key}/register"]
"""

STAGE = """
out=artifacts/$1/$2
mkdir -p $out $out/../.$2.earlier
echo half > $out/half
if [ -e slow-$2 ]; then touch reached; sleep 600; fi
if [ -e failing-$2 ]; then . ./failing-$2; fi
grep shade params.yaml > $out/whole
rm -r $out/half $out/../.$2.earlier
"""

RUN = """
import sys
from pathlib import Path
from pipelines import dvc, experiments
from pipelines.overrides import apply_overrides, rewrite
from pipelines.running import only_run, put_back_when_stopped
params = None
if sys.argv[1:]:
    text = Path("params.yaml").read_text()
    params = rewrite(text, "cats", apply_overrides({}, sys.argv[1:]))
with only_run(), put_back_when_stopped(["cats"], params):
    code = dvc.reproduce(["cats"])
    if not code and params:
        print(experiments.keep("cats"))
sys.exit(code)
"""

WHOLE = Path("artifacts/cats/register/whole")
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL]


def write_params(shade: int) -> None:
    Path("params.yaml").write_text(
        f"tasks: # by hand\n  cats: {{shade: {shade}}}\n  dogs: {{shade: 0}}\n"
    )


@pytest.fixture(scope="module")
def good_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a good run of `cats`, committed."""
    folder = tmp_path_factory.mktemp("good") / "project"
    folder.mkdir()
    with chdir(folder):
        write_params(1)
        Path("dvc.yaml").write_text(DVC_YAML)
        Path("stage.sh").write_text(STAGE)
        Path(".gitignore").write_text("slow-*\nfailing-*\nreached\n/artifacts\n")
        git("init", "--quiet")
        git("config", "user.name", "convoy")  # DVC reads files, not the environment
        git("config", "user.email", "convoy@example.org")
        for command in (["init", "--quiet"], ["config", "core.autostage", "true"]):
            subprocess.run([*dvc.DVC, *command], check=True)
        with only_run():
            assert dvc.reproduce(["cats"]) == 0
        commit("the last good run")
    return folder


@pytest.fixture
def project(good_run: Path, project: Path) -> Path:
    """A copy of it."""
    shutil.copytree(good_run, project, dirs_exist_ok=True, symlinks=True)
    return project


def commit(message: str) -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", message)


def stop(number: int, stage: str, *overrides: str) -> int:
    """Starts a run, stops it alone in a stage, and waits until all that it started has ended."""
    Path(f"slow-{stage}").touch()
    run = subprocess.Popen([sys.executable, "-c", RUN, *overrides], start_new_session=True)
    while not Path("reached").exists():
        assert run.poll() is None
        time.sleep(0.01)
    family = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(number)
    code = run.wait()
    gone, alive = psutil.wait_procs(family, timeout=30)
    assert len(gone) >= 3
    assert not alive
    Path(f"slow-{stage}").unlink()
    Path("reached").unlink()
    return code


def assert_as_before(shade: int = 1) -> None:
    assert f"cats: {{shade: {shade}}}" in WHOLE.read_text()
    files = {str(file) for file in Path("artifacts").rglob("*") if file.is_file()}
    assert files == {f"artifacts/cats/{stage}/whole" for stage in ("prepare", "register")}
    assert not list(Path("artifacts").rglob(".*.earlier"))
    assert not unfinished.NOTE.exists()


@pytest.mark.parametrize("stage", ["prepare", "register"])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_run_that_is_stopped_leaves_nothing_behind(
    project: Path, number: int, stage: str
) -> None:
    write_params(2)
    commit("another shade")
    code = stop(number, stage)
    if number != signal.SIGKILL:  # then it is put back at once, and before the next run begins
        assert code == 128 + number
        assert_as_before()
    with only_run():
        assert_as_before()
        assert git("status", "--porcelain") == ""
    with only_run():
        assert dvc.reproduce(["cats"]) == 0
    assert_as_before(shade=2)


def test_nor_does_one_whose_terminal_is_closed(project: Path) -> None:
    write_params(2)
    commit("another shade")
    Path("slow-register").touch()
    number, terminal = pty.fork()
    if not number:
        os.execv(sys.executable, [sys.executable, "-c", RUN])
    while not Path("reached").exists():
        time.sleep(0.01)
    os.close(terminal)
    _, status = os.waitpid(number, 0)
    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGHUP
    assert_as_before()
    assert git("status", "--porcelain") == ""


@pytest.mark.parametrize("number", SIGNALS)
def test_an_experiment_that_is_stopped_gives_params_back(project: Path, number: int) -> None:
    before = Path("params.yaml").read_text()
    stop(number, "register", "shade=3")
    with only_run():
        assert Path("params.yaml").read_text() == before
        assert_as_before()
    assert git("status", "--porcelain") == ""


def run_experiment(*overrides: str) -> subprocess.CompletedProcess[str]:
    """Runs an experiment to its end; the last line of what it prints is its name."""
    command = [sys.executable, "-c", RUN, *overrides]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)


def state() -> dict[str, bytes]:
    """What an experiment must not change."""
    files = [Path("params.yaml"), Path("dvc.lock"), *Path("artifacts").rglob("*")]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


def test_an_experiment_is_kept_by_name_and_all_else_is_as_before(project: Path) -> None:
    before = state()
    done = run_experiment("shade=3")
    assert done.returncode == 0
    assert state() == before
    assert git("status", "--porcelain") == ""
    assert_as_before()
    name = done.stdout.split()[-1]
    listed = subprocess.run([*dvc.DVC, "exp", "list"], capture_output=True, text=True, check=True)
    assert name in listed.stdout
    # it misses the outputs of dogs, which have never run, and so does each `dvc checkout`
    subprocess.run([*dvc.DVC, "exp", "apply", name], check=False)
    assert "cats: {shade: 3}" in WHOLE.read_text()
    assert Path("params.yaml").read_text() == before["params.yaml"].decode().replace("1", "3")
    assert dvc.changed_stages("cats") == set()
    git("checkout", "--quiet", ".")
    subprocess.run([*dvc.DVC, "checkout", "--quiet", "--allow-missing"], check=True)
    assert state() == before


def test_an_experiment_that_is_repeated_has_the_same_name(project: Path) -> None:
    first, second = (run_experiment("shade=3").stdout.split()[-1] for _ in range(2))
    assert first == second
    assert run_experiment("shade=4").stdout.split()[-1] != first


@pytest.mark.parametrize("stage", ["prepare", "register"])
def test_an_experiment_that_fails_gives_everything_back(project: Path, stage: str) -> None:
    (project / f"failing-{stage}").write_text("exit 1")
    before = state()
    assert run_experiment("shade=3").returncode == 1
    assert state() == before
    assert_as_before()
    assert git("status", "--porcelain") == ""
    assert git("for-each-ref", "refs/exps") == ""


@pytest.mark.parametrize("fails", [True, False])
def test_before_the_first_run_an_experiment_leaves_no_output(project: Path, fails: bool) -> None:
    subprocess.run(["rm", "-r", "dvc.lock", ".dvc/cache", "artifacts"], check=True)
    commit("nothing has run")
    if fails:
        (project / "failing-register").write_text("exit 1")
    assert bool(run_experiment("shade=3").returncode) is fails
    assert not [file for file in Path("artifacts").rglob("*") if file.is_file()]
    assert git("status", "--porcelain") == ""


def test_params_that_nobody_has_committed_are_given_back(project: Path) -> None:
    Path("params.yaml").write_bytes(b"tasks:\r\n  dogs: {shade: 0}\r\n  cats: {shade: 1}\r\n#")
    Path("stage.sh").write_text(f"{STAGE}\n# edited\n")
    before, staged = state(), git("diff", "--cached")
    name = run_experiment("shade=3").stdout.split()[-1]
    assert state() == before
    assert git("diff", "--cached") == staged
    kept = git("for-each-ref", "--format=%(objectname)", f"refs/exps/**/{name}")
    assert "# edited" in git("show", f"{kept}:stage.sh")


def test_params_that_are_edited_during_an_experiment_stay(project: Path) -> None:
    (project / "failing-register").write_text("echo '# edited' >> params.yaml")
    assert run_experiment("shade=3").returncode == 0
    assert Path("params.yaml").read_text().endswith("# edited\n")
    assert "cats: {shade: 1}" in WHOLE.read_text()


def test_what_was_to_be_committed_before_still_is(project: Path) -> None:
    write_params(2)
    git("add", "params.yaml")
    before = git("diff", "--cached")
    stop(signal.SIGTERM, "register", "shade=3")
    assert git("diff", "--cached") == before
    assert git("diff") == ""


def test_params_that_were_edited_after_the_kill_stay(project: Path) -> None:
    stop(signal.SIGKILL, "register", "shade=3")
    write_params(4)
    with only_run():
        pass
    assert yaml.safe_load(Path("params.yaml").read_text())["tasks"]["cats"]["shade"] == 4


def test_a_commit_that_was_checked_out_after_the_kill_stays(project: Path) -> None:
    write_params(2)
    with only_run():
        dvc.reproduce(["cats"])
    commit("another good run")
    write_params(3)
    stop(signal.SIGKILL, "register")
    git("checkout", "--quiet", "--force", "HEAD^")
    with only_run():
        pass
    assert git("status", "--porcelain") == ""
    assert_as_before(shade=1)


def test_a_note_that_is_half_removed_changes_nothing(project: Path) -> None:
    unfinished.note(["cats"])
    (unfinished.NOTE / "dvc.lock").unlink()
    (unfinished.NOTE / "state.json").unlink()
    before = Path("dvc.lock").read_text()
    assert not unfinished.put_back()
    assert Path("dvc.lock").read_text() == before


def test_a_lock_file_that_was_cut_short_is_whole_again(project: Path) -> None:
    before = Path("dvc.lock").read_text()
    write_params(2)
    stop(signal.SIGKILL, "register")
    Path("dvc.lock").write_text(before[: len(before) // 2])
    with only_run():
        pass
    assert Path("dvc.lock").read_text() == before
    assert_as_before()


def test_a_stage_that_fails_keeps_what_the_stages_before_gave(project: Path) -> None:
    write_params(2)
    (project / "failing-register").write_text("exit 1")
    with only_run():
        assert dvc.reproduce(["cats"]) == 1
        unfinished.restore(["cats"])
    assert "shade: 2" in (project / "artifacts/cats/prepare/whole").read_text()
    assert "shade: 1" in WHOLE.read_text()
    assert not WHOLE.with_name("half").exists()
    assert not list(Path("artifacts").rglob(".*.earlier"))


def test_the_first_run_can_be_stopped_too(project: Path) -> None:
    for path in ("dvc.lock", ".dvc/cache"):
        subprocess.run(["rm", "-r", path], check=True)
    commit("nothing has run")
    stop(signal.SIGTERM, "register")
    assert git("status", "--porcelain") == ""
    with only_run():
        assert dvc.reproduce(["cats"]) == 0
    assert WHOLE.is_file()


def test_the_reason_why_data_are_refused_reaches_the_run(project: Path) -> None:
    write_params(2)
    (project / "failing-prepare").write_text(f"echo no label > ${refusal.VARIABLE}; exit 13")
    done = dvc.reproduce_stage("cats", "prepare")
    assert (done.code, done.refused) == (255, "no label\n")
    assert "exited with 13" in done.log


@pytest.mark.parametrize("end", ["kill -9 $$", "exit 13", "exit 1"])
def test_what_else_ends_a_stage_is_no_refusal(project: Path, end: str) -> None:
    write_params(2)
    (project / "failing-prepare").write_text(end)
    done = dvc.reproduce_stage("cats", "prepare")
    assert (done.code, done.refused) == (255, None)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("exit 1", 1),
        ("exit 255", 1),
        ("kill -KILL $$", 1),
        (f"echo no label > ${refusal.VARIABLE}; exit 13", 13),
    ],
)
def test_no_exit_code_of_dvcs_own_is_handed_on(project: Path, script: str, code: int) -> None:
    write_params(2)
    (project / "failing-prepare").write_text(script)
    with only_run():
        assert dvc.reproduce(["cats"]) == code
        unfinished.restore(["cats"])
    assert refusal.VARIABLE not in os.environ


def test_a_run_may_end_before_the_last_stage(project: Path) -> None:
    write_params(2)
    with only_run():
        assert dvc.reproduce(["cats"], last="prepare") == 0
    assert "shade: 2" in (project / "artifacts/cats/prepare/whole").read_text()
    assert "shade: 1" in WHOLE.read_text()
    dvc.forget_stages("cats", ["register"])
    stages = yaml.safe_load(Path("dvc.lock").read_text())["stages"]
    assert list(stages) == ["prepare@cats"]
    with only_run():
        assert dvc.reproduce(["cats"]) == 0
    assert "shade: 2" in WHOLE.read_text()


def test_a_lock_file_stays_as_it_is_where_nothing_is_forgotten(project: Path) -> None:
    before = Path("dvc.lock").read_text()
    dvc.forget_stages("cats", ["evaluate"])
    dvc.forget_stages("dogs", ["register"])
    assert Path("dvc.lock").read_text() == before
