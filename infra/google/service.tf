# The service behind main.py, and who it is. Nobody may call it but the clocks and the queues.

resource "google_service_account" "app" {
  account_id   = "firstbell-app"
  display_name = "Firstbell at work"
}

resource "google_service_account" "caller" {
  account_id   = "firstbell-caller"
  display_name = "The clocks and queues that start Firstbell's jobs"
}

# To open the database through Google's own tunnel; which tables it may use, the store's roles say.
resource "google_project_iam_member" "app_opens_the_database" {
  project = var.project
  role    = "roles/cloudsql.client"
  member  = google_service_account.app.member
}

# To start jobs, and nothing else.
resource "google_cloud_run_v2_service_iam_member" "caller_starts_jobs" {
  name     = google_cloud_run_v2_service.app.name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.caller.member
}

resource "google_cloud_run_v2_service" "app" {
  name                = "firstbell"
  location            = var.region
  ingress             = "INGRESS_TRAFFIC_INTERNAL_ONLY" # Scheduler and Pub/Sub of this project count as internal
  deletion_protection = true
  depends_on          = [google_project_service.needed]

  template {
    service_account                  = google_service_account.app.email
    timeout                          = "600s" # as functionTimeout in host.json
    max_instance_request_concurrency = 6      # as batchSize and newBatchThreshold there
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      min_instance_count = 0
      max_instance_count = var.maximum_instances
    }

    containers {
      image = var.image

      resources {
        limits = { cpu = "1", memory = "2Gi" }
      }

      env {
        name  = "FIRSTBELL_SCHOOLS"
        value = "/mounts/schools"
      }

      dynamic "env" {
        for_each = var.secret_versions
        content {
          name = "FIRSTBELL_SECRET_${upper(replace(env.key, "-", "_"))}"
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.named[env.key].secret_id
              version = env.value.current
            }
          }
        }
      }

      # The value before it, while a password is being changed: only where there is one, because an instance whose
      # variable leads to no version does not start.
      dynamic "env" {
        for_each = { for name, version in var.secret_versions : name => version if version.previous != null }
        content {
          name = "FIRSTBELL_SECRET_${upper(replace(env.key, "-", "_"))}_PREVIOUS"
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.named[env.key].secret_id
              version = env.value.previous
            }
          }
        }
      }

      volume_mounts {
        name       = "schools"
        mount_path = "/mounts/schools"
      }
      volume_mounts {
        name       = "cloudsql"
        mount_path = "/cloudsql"
      }
    }

    volumes {
      name = "schools"
      gcs {
        bucket = google_storage_bucket.schools.name
      }
    }
    volumes {
      name = "cloudsql"
      cloud_sql_instance {
        instances = [google_sql_database_instance.store.connection_name]
      }
    }
  }
}
