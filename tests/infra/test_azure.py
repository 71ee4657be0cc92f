"""infra/azure on its parsed tree: what the code reads is set and nothing else, and nothing is open that needn't be."""

import contextlib
import datetime as dt
import json
import logging
import re
import shutil
import subprocess
import tomllib

import pytest
from pycep import BicepParser

from connectors.azure_storage import later_jobs
from firstbell.errors import Misconfigured
from firstbell.runs.due import Job
from firstbell.runs.job_line import JobLine, Outcome
from firstbell.settings import EnvironmentSecrets, StorageAccount, storage_account
from tests.infra.bicep import leaves, resources

ACCOUNTS = "Microsoft.Storage/storageAccounts"
RULES = "Microsoft.Insights/scheduledQueryRules"
READ_BY_THE_PLATFORM = {
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__clientId",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "PYTHON_THREADPOOL_THREAD_COUNT",
}
# Every right that the app has, and why. Another one is a decision to be reviewed: add it here, with its reason.
RIGHTS = {
    ("storage", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"): "Storage Blob Data Owner: the package, and the host's locks",
    ("storage", "974c5e8b-45b9-4653-ba55-5f855dd0fb88"): "Storage Queue Data Contributor: the queues",
    ("vault", "4633458b-17de-408a-b874-0445c86b69e6"): "Key Vault Secrets User: to read secrets by reference",
    ("telemetry", "3913510d-42f4-4e42-8a64-420c390055eb"): "Monitoring Metrics Publisher: to send its logs",
}


def decorators(parameter):
    """What stands above a parameter: its limits and what it allows."""
    return {each["type"]: each.get("argument") for each in parameter["decorators"]}


@pytest.fixture(scope="module")
def site(azure):
    return resources(azure, "Microsoft.Web/sites")["app.app"]["properties"]


@pytest.fixture(scope="module")
def variables(azure):
    return {name: each["value"] for name, each in azure["app"]["variables"].items()}


def test_every_setting_that_is_read_is_set_and_no_other(site, variables, read_by_the_code):
    used = set(site["siteConfig"]["appSettings"]["function"]["parameters"].values())
    names = {each["name"] for group in ("platformSettings", "ownSettings") for each in variables[group]}

    assert used == {"platformSettings", "ownSettings", "secretSettings", "previousSettings"}
    assert names == READ_BY_THE_PLATFORM | read_by_the_code


def test_no_trigger_and_no_host_setting_asks_for_a_setting_by_name(triggers, host):
    assert [value for _, value in leaves([triggers, host]) if re.search(r"%\w+%", str(value))] == []


def test_every_trigger_uses_the_storage_that_is_set_by_identity(triggers):
    connections = {b["connection"] for each in triggers for b in each["bindings"] if "connection" in b}

    assert connections == {"AzureWebJobsStorage"}


def test_what_is_left_of_a_job_goes_to_the_same_storage_and_as_the_same_identity(variables, monkeypatch, queues):
    told = {each["name"]: each["value"] for each in variables["platformSettings"]}
    for name in (name for name in told if name.startswith("AzureWebJobsStorage")):
        monkeypatch.setenv(name, told[name])

    assert storage_account() == StorageAccount(
        address="https://storageName.queue.core.windows.net", client_id="identityClientId"
    )
    assert later_jobs.QUEUE in queues


def test_a_secret_has_the_name_that_the_code_asks_for(variables, monkeypatch):
    name = variables["secretSettings"]["config"]["name"]
    assert name == "FIRSTBELL_SECRET_${toUpper(replace(secret, '-', '_'))}"

    monkeypatch.setenv("FIRSTBELL_SECRET_" + "store-owner".replace("-", "_").upper(), "long one")

    assert EnvironmentSecrets().secret("store-owner").current == "long one"


def test_the_value_before_it_has_the_name_that_the_code_asks_for(variables, monkeypatch):
    before, now = (variables[group]["config"]["name"] for group in ("previousSettings", "secretSettings"))
    assert before == f"{now}_PREVIOUS"

    monkeypatch.setenv("FIRSTBELL_SECRET_STORE_OWNER", "long one")
    monkeypatch.setenv("FIRSTBELL_SECRET_STORE_OWNER_PREVIOUS", "another long one")

    assert EnvironmentSecrets().secret("store-owner").previous == "another long one"


@pytest.mark.parametrize(("group", "ending"), [("secretSettings", ""), ("previousSettings", "-previous")])
def test_a_secret_is_a_reference_to_the_vault(variables, site, group, ending):
    value = variables[group]["config"]["value"]

    assert value == f"@Microsoft.KeyVault(SecretUri=${{vaultUri}}secrets/${{secret}}{ending}/)"
    assert site["keyVaultReferenceIdentity"] == "identityId"


@pytest.mark.parametrize(("group", "is_there"), [("secretSettings", False), ("previousSettings", True)])
def test_a_reference_that_leads_nowhere_is_known_as_what_the_template_writes(variables, group, is_there, monkeypatch):
    """Azure leaves the reference as it stands: then there is no secret, or none before it."""
    monkeypatch.setenv("FIRSTBELL_SECRET_STORE", "long one")
    name = "FIRSTBELL_SECRET_STORE" + ("_PREVIOUS" if is_there else "")
    monkeypatch.setenv(name, variables[group]["config"]["value"])

    with contextlib.nullcontext() if is_there else pytest.raises(Misconfigured, match="the vault has no secret"):
        assert EnvironmentSecrets().secret("store").values == ("long one",)


def test_the_python_is_the_one_that_the_project_asks_for(site, root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime = site["functionAppConfig"]["runtime"]

    assert runtime["name"] == "python"
    assert project["requires-python"].startswith(f">={runtime['version']},")


def test_the_app_speaks_https_alone_and_takes_no_password(site, azure):
    config = site["siteConfig"]

    assert site["httpsOnly"] is True
    assert (config["minTlsVersion"], config["scmMinTlsVersion"], config["ftpsState"]) == ("1.2", "1.2", "Disabled")
    publishing = resources(azure, "Microsoft.Web/sites/basicPublishingCredentialsPolicies").values()
    assert {(each["name"], each["properties"]["allow"]) for each in publishing} == {("ftp", False), ("scm", False)}


def test_the_app_scales_to_a_limit_on_instances_with_a_whole_core(site, azure):
    scaling = site["functionAppConfig"]["scaleAndConcurrency"]
    limits = decorators(azure["main"]["parameters"]["maximumInstanceCount"])

    assert scaling == {"maximumInstanceCount": "maximumInstanceCount", "instanceMemoryMB": 2048}
    assert limits["max_value"] <= 1000


def test_the_package_is_fetched_by_identity(site):
    storage = site["functionAppConfig"]["deployment"]["storage"]

    assert storage["authentication"]["type"] == "UserAssignedIdentity"


@pytest.mark.parametrize("account", ["storage.account", "schools.account"])
def test_storage_is_encrypted_on_its_way_and_closed_to_the_world(azure, account):
    properties = resources(azure, ACCOUNTS)[account]["properties"]

    assert properties["minimumTlsVersion"] == "TLS1_2"
    assert properties["supportsHttpsTrafficOnly"] is True
    assert properties["allowBlobPublicAccess"] is False
    assert properties["networkAcls"]["defaultAction"] == "Deny"


def test_only_the_account_of_the_mounted_share_has_a_key_that_works(azure):
    keys = {name: each["properties"]["allowSharedKeyAccess"] for name, each in resources(azure, ACCOUNTS).items()}

    assert keys == {"storage.account": False, "schools.account": True}


def test_the_one_key_is_read_for_the_mount_and_nowhere_else(root):
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (root / "infra" / "azure").glob("*.bicep")}

    assert {name: text.count("listKeys") for name, text in texts.items() if "listKeys" in text} == {"app": 1}


def test_names_are_no_longer_than_storage_allows(azure):
    limits = decorators(azure["main"]["parameters"]["name"])
    names = [each["name"] for each in resources(azure, ACCOUNTS).values()]

    assert max(len(name.replace("${name}", "x" * limits["max_length"])) for name in names) <= 24


def test_the_vault_asks_who_is_there_and_forgets_nothing(azure):
    vault = resources(azure, "Microsoft.KeyVault/vaults")["vault.vault"]["properties"]

    assert vault["enableRbacAuthorization"] is True
    assert vault["enablePurgeProtection"] is True
    assert vault["networkAcls"]["defaultAction"] == "Deny"


def test_the_database_is_private_encrypted_and_copied(azure):
    server = resources(azure, "Microsoft.DBforPostgreSQL/flexibleServers")["database.server"]["properties"]
    settings = resources(azure, "Microsoft.DBforPostgreSQL/flexibleServers/configurations").values()
    values = {each["name"]: each["properties"]["value"] for each in settings}

    assert values == {"require_secure_transport": "on", "ssl_min_protocol_version": "TLSv1.2"}
    assert server["backup"]["backupRetentionDays"] == 35
    public = server["network"]["publicNetworkAccess"]["operator"]
    assert (public["type"], public["operands"]["true_value"]) == ("conditional", "Disabled")


def test_logs_take_no_key(azure):
    insights = resources(azure, "Microsoft.Insights/components")["telemetry.insights"]["properties"]
    workspace = resources(azure, "Microsoft.OperationalInsights/workspaces")["telemetry.workspace"]["properties"]

    assert insights["DisableLocalAuth"] is True
    assert workspace["features"]["disableLocalAuth"] is True


def test_everything_is_in_the_united_kingdom(azure):
    location = azure["main"]["parameters"]["location"]
    allowed = [each["argument"] for each in location["decorators"] if each["type"] == "allowed"]
    placed = {
        str(value) for tree in azure.values() for path, value in leaves(tree["resources"]) if path[-1] == "location"
    }

    assert allowed == [["uksouth"]]
    assert location["default"] == "uksouth"
    assert placed == {"location", "global"}  # global: names in the network and alerts, which hold no data


def test_the_app_has_the_rights_that_were_reviewed_and_no_others(azure):
    roles = {}
    for name, each in resources(azure, "Microsoft.Authorization/roleAssignments").items():
        module = name.split(".")[0]
        role = each["properties"]["roleDefinitionId"]["function"]["parameters"]["resource_name_1"]
        roles[module, azure[module]["variables"][role]["value"]] = each

    assert set(roles) == set(RIGHTS)
    assert all(each["properties"]["principalId"] == "principalId" for each in roles.values())
    assert all("scope" in each for each in roles.values()), "a right is on one thing, never on the whole group"


def test_the_queues_made_are_those_of_the_triggers(azure, queues):
    told = azure["main"]["variables"]["queues"]["value"]
    made = [each["name"] for each in resources(azure, f"{ACCOUNTS}/queueServices/queues").values()]

    assert {each["name"]: each["setAsideBy"] for each in told} == queues
    assert "${each.name}-poison" in made
    assert len(made) == 2


def test_every_queue_has_an_alert_for_what_was_set_aside(azure):
    rule = azure["alerts"]["resources"]["setAside"]["config"]
    [condition] = rule["config"]["properties"]["criteria"]["allOf"]

    assert rule["loop_type"]["detail"]["array_name"] == "queues"
    assert condition["query"] == 'requests | where name == "${queue.setAsideBy}"'
    assert (condition["operator"], condition["threshold"]) == ("GreaterThan", 0)


def test_every_timer_has_an_alert_for_when_it_stands_still(azure, timers):
    rule = azure["alerts"]["resources"]["noClock"]["config"]

    assert set(azure["alerts"]["variables"]["ownClocks"]["value"]) == set(timers)
    assert rule["config"]["properties"]["criteria"]["allOf"][0]["operator"] == "LessThan"


def test_every_alert_is_on_and_tells_people(azure):
    for name, rule in resources(azure, RULES).items():
        properties = rule["properties"]
        assert properties["enabled"] is True, name
        assert len(properties["actions"]["actionGroups"]) == 1, name
        assert properties["description"], name


# Other ways to say how often are a decision to be reviewed: what lasts is told when it begins and when it is over.
LASTS = {"noClock", "noJob", "noContact", "errors", "failures"}
OF_EACH_SCHOOL = {"noContact", "errors"}
MAY_BE_MUTED_FOR = {"PT5M", "PT10M", "PT15M", "PT30M", "PT45M", *(f"PT{hours}H" for hours in range(1, 7)), "P1D", "P2D"}


def test_every_alert_says_how_often_it_mails_in_a_way_that_azure_takes(azure):
    rules = {name.removeprefix("alerts."): rule["properties"] for name, rule in resources(azure, RULES).items()}
    muted = {name: rule["muteActionsDuration"] for name, rule in rules.items() if "muteActionsDuration" in rule}

    assert {name for name, rule in rules.items() if rule["autoMitigate"]} == LASTS
    assert muted.keys() == rules.keys() - LASTS  # Azure refuses a rule that has both
    assert set(muted.values()) <= MAY_BE_MUTED_FOR


def test_an_alert_about_schools_is_one_of_each_school(azure):
    rules = {name.removeprefix("alerts."): rule["properties"] for name, rule in resources(azure, RULES).items()}
    split = {name for name, rule in rules.items() if "dimensions" in rule["criteria"]["allOf"][0]}
    [dimension] = azure["alerts"]["variables"]["eachSchool"]["value"]

    assert split == OF_EACH_SCHOOL
    assert dimension == {"name": "school", "operator": "Include", "values": ["*"]}


def test_lines_that_come_each_quarter_are_looked_for_over_more_than_one(azure):
    errors = azure["alerts"]["resources"]["errors"]["config"]["properties"]

    assert (errors["evaluationFrequency"], errors["windowSize"]) == ("PT15M", "PT30M")


def test_every_function_that_an_alert_asks_for_is_one_of_the_app(azure, triggers):
    queries = [value for path, value in leaves(azure["alerts"]) if path[-1] == "query" and "requests" in str(value)]
    named = {name for query in queries for name in re.findall(r'name == "(\w+)"', query)}

    assert named == {"school_job"}
    assert named <= {each["name"] for each in triggers}


def test_nothing_that_an_alert_counts_is_sampled_away(host):
    sampling = host["logging"]["applicationInsights"]["samplingSettings"]

    assert set(sampling["excludedTypes"].split(";")) >= {"Request", "Trace"}


def test_a_school_whose_settings_are_broken_is_what_the_alert_on_errors_counts(azure, a_broken_school, root):
    [line] = a_broken_school
    [condition] = azure["alerts"]["resources"]["errors"]["config"]["properties"]["criteria"]["allOf"]
    query = (root / "infra" / "azure" / "errors.kql").read_text(encoding="utf-8")

    assert line.levelno == logging.ERROR  # severity 3 of Application Insights, and in the category of the app's own
    assert 'severityLevel >= 3 and tostring(customDimensions.Category) endswith ".User"' in query
    assert re.match(re.search(r'extract\("(.+)", 1, message\)', query)[1], line.getMessage())[1] == "hill"
    assert "errors.kql" in str(condition["query"])
    assert (condition["operator"], condition["threshold"]) == ("GreaterThan", 0)


def test_the_lines_that_the_contact_alert_reads_are_those_that_are_logged(root):
    query = (root / "infra" / "azure" / "no_first_day_contact.kql").read_text(encoding="utf-8")
    line = JobLine("hill-academy", Job.SYNC, dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC), Outcome.DONE)

    assert str(line).startswith(re.search("message startswith '([^']+)'", query)[1])
    assert set(re.findall(r"tostring\(line\.(\w+)\)", query)) <= set(json.loads(str(line)))
    assert re.findall(r"outcome\) in \('([^']+)', '([^']+)'\)", query) == [(Outcome.DONE, Outcome.DONE_BEFORE)]
    assert re.findall("job == '([^']+)'", query) == [Job.SYNC, Job.FIRST_DAY_CONTACT]


def test_a_month_that_costs_too_much_is_told(azure):
    notices = resources(azure, "Microsoft.Consumption/budgets")["budget.budget"]["properties"]["notifications"]

    assert {each["thresholdType"] for each in notices.values()} == {"Actual", "Forecasted"}
    assert all(each["enabled"] for each in notices.values())


def test_no_secret_is_written_down(azure, root):
    secure = {
        name
        for module in azure.values()
        for name, each in module["parameters"].items()
        if "secure" in {decorator["type"] for decorator in each["decorators"]}
    }
    example = (root / "infra" / "azure" / "example.bicepparam").read_text(encoding="utf-8")

    assert secure == {"administratorPassword"}
    assert "param administratorPassword = readEnvironmentVariable(" in example
    assert all(azure[m]["parameters"]["administratorPassword"]["default"] is None for m in ("main", "database"))
    told = [str(path) for tree in azure.values() for path, _ in leaves(tree.get("outputs", {}))]
    assert [path for path in told if re.search("(?i)key|password|secret", path)] == []


def test_the_example_sets_every_parameter_that_has_no_default(azure, root):
    example = (root / "infra" / "azure" / "example.bicepparam").read_text(encoding="utf-8")
    given = set(re.findall(r"^param (\w+) =", example, re.MULTILINE))

    asked = azure["main"]["parameters"]

    assert given <= set(asked)
    assert {name for name, each in asked.items() if each["default"] is None} <= given


def test_every_module_gets_exactly_the_parameters_it_asks_for(azure):
    for name, module in azure["main"]["modules"].items():
        assert set(module["config"]["params"]) == set(azure[name]["parameters"]), name


def test_azd_deploys_the_package_that_was_built_here(root):
    text = (root / "azure.yaml").read_text(encoding="utf-8")

    assert "make package" in text
    assert "--build-remote false" in text


def test_broken_bicep_is_refused():
    with pytest.raises(Exception, match="line 1"):
        BicepParser().parse(text="resource x 'A/b@2024' = {")


def test_nobodys_own_parameters_are_kept_in_git(root):
    told = subprocess.run([shutil.which("git"), "check-ignore", "infra/azure/main.bicepparam"], cwd=root, check=False)

    assert told.returncode == 0
