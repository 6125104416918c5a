"""Retrains every Monday; copy it into Airflow's `dags` folder and set the project's folder."""

from datetime import datetime

from airflow.models.dag import DAG
from airflow.operators.bash import BashOperator

PROJECT = "/srv/convoy"
SKIP = 99
RETRAIN = f"""
convoy retrain {{{{ params.task }}}} --data drop/{{{{ params.task }}}} --policy on-new-data
case $? in
    10 | 12) exit 0 ;;
    0 | 11 | 14) exit {SKIP} ;;
    *) exit 1 ;;
esac
"""

with DAG(
    "convoy_retrain",
    schedule="17 4 * * 1",
    start_date=datetime(2025, 1, 6),
    catchup=False,
    max_active_runs=1,
    params={"task": "digits"},
) as dag:
    settings = {
        "cwd": PROJECT,
        "env": {"PATH": f"{PROJECT}/.venv/bin:/usr/bin:/bin"},
        "append_env": True,
    }
    retrain = BashOperator(
        task_id="retrain", bash_command=RETRAIN, skip_on_exit_code=SKIP, **settings
    )
    publish = BashOperator(
        task_id="publish",
        bash_command="dvc push --all-tags && git push origin HEAD --tags",
        **settings,
    )
    retrain >> publish
