# The queues of functions/, each with the function that does its messages and the one that takes what was tried five
# times. Pub/Sub hands both over by a call that bears the caller's own token.

locals {
  queues = {
    "school-shards"   = { done_by = "school_shard", set_aside_by = "school_shard_set_aside" }
    "school-jobs"     = { done_by = "school_job", set_aside_by = "school_job_set_aside" }
    "watchdog-shards" = { done_by = "watchdog_shard", set_aside_by = "watchdog_shard_set_aside" }
    "watchdog-jobs"   = { done_by = "watchdog_job", set_aside_by = "watchdog_job_set_aside" }
  }
  pubsub = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

data "google_project" "this" {
  project_id = var.project
}

resource "google_pubsub_topic" "queue" {
  for_each                   = local.queues
  name                       = each.key
  message_retention_duration = "86400s"
  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_topic" "poison" {
  for_each                   = local.queues
  name                       = "${each.key}-poison"
  message_retention_duration = "604800s"
  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_subscription" "queue" {
  for_each                   = local.queues
  name                       = each.key
  topic                      = google_pubsub_topic.queue[each.key].id
  ack_deadline_seconds       = 600 # as long as a job may take
  message_retention_duration = "86400s"

  push_config {
    push_endpoint = "${google_cloud_run_v2_service.app.uri}/_queue/${each.value.done_by}"
    oidc_token {
      service_account_email = google_service_account.caller.email
    }
  }
  retry_policy {
    minimum_backoff = "120s" # as visibilityTimeout in host.json
    maximum_backoff = "120s"
  }
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.poison[each.key].id
    max_delivery_attempts = 5 # as maxDequeueCount there
  }
  expiration_policy {
    ttl = "" # never
  }
}

resource "google_pubsub_subscription" "poison" {
  for_each                   = local.queues
  name                       = "${each.key}-poison"
  topic                      = google_pubsub_topic.poison[each.key].id
  ack_deadline_seconds       = 600
  message_retention_duration = "604800s"

  push_config {
    push_endpoint = "${google_cloud_run_v2_service.app.uri}/_queue/${each.value.set_aside_by}"
    oidc_token {
      service_account_email = google_service_account.caller.email
    }
  }
  retry_policy {
    minimum_backoff = "600s"
    maximum_backoff = "600s"
  }
  expiration_policy {
    ttl = "" # never
  }
}

# The alarm clock for what is left of a job, since a topic can't delay a message: each task publishes one message on
# school-jobs at its moment. One that fails ten times is gone, and the clock of the next quarter makes up for it.
resource "google_cloud_tasks_queue" "later" {
  name       = "school-jobs-later"
  location   = var.region
  depends_on = [google_project_service.needed]

  retry_config {
    max_attempts = 10
    min_backoff  = "2s"
    max_backoff  = "60s"
  }
}

resource "google_cloud_tasks_queue_iam_member" "app_sets_alarms" {
  name     = google_cloud_tasks_queue.later.name
  location = var.region
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.app.member
}

# A task publishes in the name of the service itself, which may therefore name itself, and nobody else.
resource "google_service_account_iam_member" "app_publishes_as_itself" {
  service_account_id = google_service_account.app.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.app.member
}

# The service puts messages on the queues, and on no other topic.
resource "google_pubsub_topic_iam_member" "app_enqueues" {
  for_each = local.queues
  topic    = google_pubsub_topic.queue[each.key].id
  role     = "roles/pubsub.publisher"
  member   = google_service_account.app.member
}

# Pub/Sub itself moves what was tried five times: from the subscription, to the poison topic.
resource "google_pubsub_topic_iam_member" "pubsub_sets_aside" {
  for_each = local.queues
  topic    = google_pubsub_topic.poison[each.key].id
  role     = "roles/pubsub.publisher"
  member   = local.pubsub
}

resource "google_pubsub_subscription_iam_member" "pubsub_takes_away" {
  for_each     = local.queues
  subscription = google_pubsub_subscription.queue[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub
}

# To sign the token by which the service knows that a message comes from here.
resource "google_service_account_iam_member" "pubsub_calls_as_caller" {
  service_account_id = google_service_account.caller.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub
}
