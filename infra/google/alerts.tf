# Who is told, and of what. Cloud Monitoring looks by itself: it goes on when the service does not.
#
# How often: an alert mails when something begins and when it is over. Where a measurement stops when all is well, Google
# takes it for lasting, seven days long, and says nothing of the next: auto_close ends it after half an hour. Only an
# alert on lines of the log has a rate limit, and must have one.

resource "google_monitoring_notification_channel" "people" {
  display_name = "Those who run Firstbell's platform"
  type         = "email"
  labels       = { email_address = var.alert_email }
}

# A message was tried five times: each queue has an alert of its own.
resource "google_monitoring_alert_policy" "set_aside" {
  for_each              = local.queues
  display_name          = "Firstbell: a message of ${each.key} was set aside"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.people.id]

  alert_strategy {
    auto_close = "1800s"
  }

  conditions {
    display_name = "A message came to ${each.key}-poison"
    condition_threshold {
      filter          = "resource.type = \"pubsub_topic\" AND resource.labels.topic_id = \"${each.key}-poison\" AND metric.type = \"pubsub.googleapis.com/topic/send_message_operation_count\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_DELTA"
      }
    }
  }
}

# Neither timer has come round for an hour: nothing at all is running.
resource "google_monitoring_alert_policy" "stands_still" {
  display_name          = "Firstbell: nothing has run for an hour"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.people.id]

  conditions {
    display_name = "The service has answered nobody for an hour"
    condition_absent {
      filter   = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${google_cloud_run_v2_service.app.name}\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"2xx\""
      duration = "3600s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
}

# What Firstbell itself logs as an error: each line holds a school's key and a sentence, and no name of a person.
# Each school is limited by itself: one whose settings are broken for days is told once a day, and hides no other.
resource "google_monitoring_alert_policy" "errors" {
  display_name          = "Firstbell: an error that people have to look at"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.people.id]

  alert_strategy {
    auto_close = "1800s"
    notification_rate_limit {
      period = "86400s"
    }
  }

  conditions {
    display_name = "The line says which school and what to do; other schools go on"
    condition_matched_log {
      filter = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${google_cloud_run_v2_service.app.name}\" AND severity >= ERROR AND jsonPayload.logger =~ \"^firstbell\""
      label_extractors = {
        school = "REGEXP_EXTRACT(jsonPayload.message, \"^([a-z0-9-]+): \")"
      }
    }
  }
}

# Single failures are tried again; many in an hour are more than a busy MIS.
resource "google_monitoring_alert_policy" "failures" {
  display_name          = "Firstbell: more than twenty failures in an hour"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.people.id]

  alert_strategy {
    auto_close = "1800s"
  }

  conditions {
    display_name = "Answers that say: try again"
    condition_threshold {
      filter          = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${google_cloud_run_v2_service.app.name}\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\""
      comparison      = "COMPARISON_GT"
      threshold_value = 20
      duration        = "0s"
      aggregations {
        alignment_period     = "3600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
}

# Somebody is told before a month costs more than was meant. A budget stops nothing.
resource "google_billing_budget" "month" {
  billing_account = var.billing_account
  display_name    = "Firstbell"
  budget_filter {
    projects = ["projects/${data.google_project.this.number}"]
  }
  amount {
    specified_amount {
      currency_code = "GBP"
      units         = tostring(var.monthly_budget)
    }
  }
  threshold_rules {
    threshold_percent = 0.8
  }
  threshold_rules {
    threshold_percent = 1.0
    spend_basis       = "FORECASTED_SPEND"
  }
  all_updates_rule {
    monitoring_notification_channels = [google_monitoring_notification_channel.people.id]
    disable_default_iam_recipients   = false
  }
}
