# PostgreSQL, the secrets, and the schools' folders.

resource "google_sql_database_instance" "store" {
  name                = "firstbell"
  region              = var.region
  database_version    = "POSTGRES_17"
  deletion_protection = true
  depends_on          = [google_project_service.needed]

  settings {
    edition           = "ENTERPRISE"
    tier              = var.database_size
    availability_type = "ZONAL"
    disk_size         = 20
    disk_autoresize   = true

    ip_configuration {
      ipv4_enabled = true # no network is let in: only Google's own tunnel, which asks who is there
      ssl_mode     = "ENCRYPTED_ONLY"
    }
    backup_configuration {
      enabled                        = true
      location                       = var.region
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7
      backup_retention_settings {
        retained_backups = 35
      }
    }
    database_flags {
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }
    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }
  }
}

# The database `firstbell` and its two roles are made by hand, as docs/store.md says: no password stands in a state file.

# The values are put in by hand, too.
resource "google_secret_manager_secret" "named" {
  for_each  = var.secret_versions
  secret_id = "firstbell-${each.key}"
  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

# To read these secrets, one by one.
resource "google_secret_manager_secret_iam_member" "app_reads" {
  for_each  = var.secret_versions
  secret_id = google_secret_manager_secret.named[each.key].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.app.member
}

resource "google_storage_bucket" "schools" {
  name                        = "${var.project}-schools"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  soft_delete_policy {
    retention_duration_seconds = 1209600 # fourteen days
  }
}

# To read the settings and exports, and to write the workbooks: in this bucket only.
resource "google_storage_bucket_iam_member" "app_uses_the_schools_folders" {
  bucket = google_storage_bucket.schools.name
  role   = "roles/storage.objectUser"
  member = google_service_account.app.member
}
