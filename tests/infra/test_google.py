"""infra/google on its parsed tree, held to the same as infra/azure."""

import json
import re
import tomllib

import pytest

from connectors.cloud_tasks import later_jobs
from firstbell.serve.google import StructuredLines
from tests.infra.bicep import leaves

# Every right that is given, and why. Another one is a decision to be reviewed: add it here, with its reason.
RIGHTS = {
    ("app_opens_the_database", "roles/cloudsql.client"): "through Google's own tunnel",
    ("caller_starts_jobs", "roles/run.invoker"): "clocks and queues call this one service",
    ("app_enqueues", "roles/pubsub.publisher"): "messages on its own queues",
    ("app_sets_alarms", "roles/cloudtasks.enqueuer"): "what is left of a job, on one queue",
    ("app_publishes_as_itself", "roles/iam.serviceAccountUser"): "a task publishes in its name, and in no other",
    ("app_reads", "roles/secretmanager.secretAccessor"): "its own secrets, one by one",
    ("app_uses_the_schools_folders", "roles/storage.objectUser"): "settings, exports and workbooks of one bucket",
    ("pubsub_sets_aside", "roles/pubsub.publisher"): "Pub/Sub itself, to the poison topics",
    ("pubsub_takes_away", "roles/pubsub.subscriber"): "Pub/Sub itself, from the queues",
    ("pubsub_calls_as_caller", "roles/iam.serviceAccountTokenCreator"): "Pub/Sub itself, to prove that it calls",
}


@pytest.fixture(scope="module")
def service(google):
    return google["resources"]["google_cloud_run_v2_service.app"]


@pytest.fixture(scope="module")
def template(service):
    return service["template"][0]


@pytest.fixture(scope="module")
def packages(root):
    """Our packages, as the wheel has them."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def test_the_rights_are_those_that_were_reviewed(google):
    given = {(name.split(".")[1], body["role"]) for name, body in google["resources"].items() if "_iam_" in name}

    assert given == set(RIGHTS)


def test_every_setting_that_is_read_is_set_and_no_other(template, read_by_the_code):
    container = template["containers"][0]

    assert {each["name"] for each in container["env"]} == read_by_the_code
    assert [list(each) for each in container["dynamic"]] == [["env"], ["env"]]
    now, before = (each["env"]["content"][0] for each in container["dynamic"])
    assert now["name"] == 'FIRSTBELL_SECRET_${upper(replace(env.key, "-", "_"))}'
    assert before["name"] == f"{now['name']}_PREVIOUS"
    assert not {"value"} & (now.keys() | before.keys())


def test_a_value_before_is_asked_for_only_where_there_is_one(template, google):
    """An instance whose variable refers to a version that is not there does not start."""
    now, before = (each["env"] for each in template["containers"][0]["dynamic"])

    assert now["for_each"] == "${var.secret_versions}"
    assert "if version.previous != null" in before["for_each"]
    assert "previous" not in str(google["variables"]["secret_versions"]["default"])


def test_each_instance_of_a_revision_has_the_same_version_of_a_secret(template, google):
    """With "latest" an instance that starts before a revision has both would know the new value alone."""
    asked = [each["env"]["content"][0]["value_source"][0] for each in template["containers"][0]["dynamic"]]
    versions = [each["secret_key_ref"][0]["version"] for each in asked]

    assert versions == ["${env.value.current}", "${env.value.previous}"]
    assert '!= "latest"' in google["variables"]["secret_versions"]["validation"][0]["condition"]


def test_everything_is_in_london(google):
    places = {
        str(value)
        for path, value in leaves(google["resources"])
        if path[-1] in {"location", "region", "allowed_persistence_regions"}
    }

    assert google["variables"]["region"]["default"] == "europe-west2"
    assert places == {"${var.region}"}


def test_the_image_holds_what_main_needs_and_nothing_beside_the_code(root, packages):
    lines = (root / "infra" / "google" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {name for line in lines if line.startswith("COPY") for name in line.split()[1:-1]}

    assert copied == {"requirements/google.txt", "host.json", "main.py", "function_app.py", *packages}
    assert lines[-2:] == ["USER firstbell", 'CMD ["functions-framework", "--source=main.py", "--target=front"]']
    assert "def front(" in (root / "main.py").read_text(encoding="utf-8")


def test_only_clocks_and_queues_of_the_project_reach_the_service(service, google):
    members = {body["member"] for name, body in google["resources"].items() if "cloud_run_v2_service_iam" in name}

    assert service["ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"
    assert members == {"${google_service_account.caller.member}"}
    assert "allUsers" not in str(google)


def test_the_service_scales_to_a_limit(template):
    assert template["scaling"][0]["max_instance_count"] == "${var.maximum_instances}"


def test_the_service_is_held_to_the_times_and_numbers_of_host_json(template, host):
    queues = host["extensions"]["queues"]
    hours, minutes, seconds = map(int, host["functionTimeout"].split(":"))

    assert template["timeout"] == f"{hours * 3600 + minutes * 60 + seconds}s"
    assert template["max_instance_request_concurrency"] == queues["batchSize"] + queues["newBatchThreshold"]


def test_the_queues_are_those_of_the_triggers(google, queues):
    told = google["locals"]["queues"]

    assert {name: each["set_aside_by"] for name, each in told.items()} == queues
    assert {f"{each['done_by']}_set_aside" for each in told.values()} == set(queues.values())


def test_what_is_left_of_a_job_waits_on_the_queue_that_the_connector_names(google):
    queue = google["resources"]["google_cloud_tasks_queue.later"]
    alone = google["resources"]["google_service_account_iam_member.app_publishes_as_itself"]

    assert queue["name"] == later_jobs.QUEUE
    assert later_jobs.TOPIC in google["locals"]["queues"]
    assert alone["service_account_id"] == "${google_service_account.app.name}"
    assert alone["member"] == "${google_service_account.app.member}"


def test_what_was_tried_too_often_is_set_aside_as_on_azure(google, host):
    subscription = google["resources"]["google_pubsub_subscription.queue"]
    dead_letters = subscription["dead_letter_policy"][0]

    assert dead_letters["max_delivery_attempts"] == host["extensions"]["queues"]["maxDequeueCount"]
    assert "google_pubsub_topic.poison" in dead_letters["dead_letter_topic"]


def test_every_queue_has_an_alert_for_what_was_set_aside(google):
    alert = google["resources"]["google_monitoring_alert_policy.set_aside"]

    assert alert["for_each"] == "${local.queues}"
    assert "-poison" in alert["conditions"][0]["condition_threshold"][0]["filter"]


def test_a_school_whose_settings_are_broken_is_what_the_alert_on_errors_counts(google, a_broken_school):
    told = json.loads(StructuredLines().format(a_broken_school[0]))
    condition = google["resources"]["google_monitoring_alert_policy.errors"]["conditions"][0]
    [matched] = condition["condition_matched_log"]
    wanted = matched["filter"]

    assert 'severity >= ERROR AND jsonPayload.logger =~ "^firstbell"' in wanted
    assert told["severity"] == "ERROR"
    assert told["logger"].startswith("firstbell")
    assert re.search(r"^([a-z0-9-]+): ", told["message"])[1] == "hill"
    assert '"^([a-z0-9-]+): "' in matched["label_extractors"]["school"].replace("\\", "")


def alert_strategies(google):
    """How often each alert mails, where it says more than that it is on."""
    told = {name.split(".")[1]: each for name, each in google["resources"].items() if "alert_policy" in name}
    return {name: each["alert_strategy"][0] for name, each in told.items() if "alert_strategy" in each}


def test_only_the_alert_on_lines_has_a_rate_limit_and_that_is_a_day_for_each_school(google):
    limits = {name: each.get("notification_rate_limit") for name, each in alert_strategies(google).items()}

    assert limits.pop("errors") == [{"period": "86400s"}]
    assert set(limits.values()) == {None}


def test_what_google_counts_by_events_does_not_last_for_a_week(google):
    closing = {name for name, each in alert_strategies(google).items() if each.get("auto_close") == "1800s"}

    assert closing == {"set_aside", "errors", "failures"}


def test_the_clocks_are_those_of_the_triggers_in_utc(google, timers):
    fields = {name: " ".join(schedule.split()[1:]) for name, schedule in timers.items()}  # Scheduler knows no seconds

    assert google["locals"]["clocks"] == fields
    assert google["resources"]["google_cloud_scheduler_job.clock"]["time_zone"] == "Etc/UTC"


def test_every_call_from_outside_bears_a_token_of_its_own(google):
    push = [google["resources"][f"google_pubsub_subscription.{name}"]["push_config"][0] for name in ("queue", "poison")]
    clock = google["resources"]["google_cloud_scheduler_job.clock"]["http_target"][0]

    callers = {each["oidc_token"][0]["service_account_email"] for each in [*push, clock]}

    assert callers == {"${google_service_account.caller.email}"}


def test_the_database_is_encrypted_and_copied(google):
    settings = google["resources"]["google_sql_database_instance.store"]["settings"][0]

    assert settings["ip_configuration"][0] == {"ipv4_enabled": True, "ssl_mode": "ENCRYPTED_ONLY"}
    assert settings["backup_configuration"][0]["point_in_time_recovery_enabled"] is True


def test_the_schools_folders_can_never_be_public(google):
    bucket = google["resources"]["google_storage_bucket.schools"]

    assert bucket["public_access_prevention"] == "enforced"
    assert bucket["uniform_bucket_level_access"] is True


def test_no_secret_is_written_down(root):
    texts = "".join(path.read_text(encoding="utf-8") for path in (root / "infra" / "google").iterdir())

    assert "google_secret_manager_secret_version" not in texts
    assert "google_sql_user" not in texts
    assert not re.search(r"(?i)password\s*=", texts)


def test_the_example_sets_every_variable_that_has_no_default(google, root):
    example = (root / "infra" / "google" / "example.tfvars").read_text(encoding="utf-8")
    given = set(re.findall(r"^(\w+)\s*=", example, re.MULTILINE))

    asked = google["variables"]

    assert given <= set(asked)
    assert {name for name, each in asked.items() if "default" not in each} <= given
