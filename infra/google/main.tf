# Everything that Firstbell needs in Google Cloud, in London. One file for each subject:
#   service.tf   the service, and who it is          queues.tf    Pub/Sub with what was tried too often, Cloud Tasks
#   clocks.tf    Cloud Scheduler                     store.tf     PostgreSQL, secrets and the schools' folders
#   alerts.tf    who is told, and the budget
# docs/google-deploy.md says how it is used.

terraform {
  required_version = ">= 1.9"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.0"
    }
  }
}

provider "google" {
  project               = var.project
  region                = var.region
  billing_project       = var.project
  user_project_override = true
}

resource "google_project_service" "needed" {
  for_each = toset([
    "billingbudgets.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudtasks.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
  ])
  service            = each.value
  disable_on_destroy = false
}
