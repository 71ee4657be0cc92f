# The timers of functions/, in UTC: what is due, each school's own calendar and zone say.

locals {
  clocks = {
    "schools_clock"  = "*/15 * * * *"
    "watchdog_clock" = "7,22,37,52 * * * *"
  }
}

resource "google_cloud_scheduler_job" "clock" {
  for_each         = local.clocks
  name             = replace(each.key, "_", "-")
  region           = var.region
  schedule         = each.value
  time_zone        = "Etc/UTC"
  attempt_deadline = "600s"

  retry_config {
    retry_count = 0 # the next quarter of an hour asks again
  }
  http_target {
    http_method = "POST"
    uri         = "${google_cloud_run_v2_service.app.uri}/_timer/${each.key}"
    oidc_token {
      service_account_email = google_service_account.caller.email
      audience              = google_cloud_run_v2_service.app.uri
    }
  }
}
