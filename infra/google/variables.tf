variable "project" {
  description = "The Google Cloud project, used for Firstbell and nothing else."
  type        = string
}

variable "region" {
  description = "Pupils' data stays in London."
  type        = string
  default     = "europe-west2"
  validation {
    condition     = var.region == "europe-west2"
    error_message = "Choose europe-west2, London: pupils' data stays in the United Kingdom."
  }
}

variable "image" {
  description = "The image of infra/google/Dockerfile, by its digest (…@sha256:…)."
  type        = string
  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by its digest, so that what runs is what was tested."
  }
}

variable "alert_email" {
  description = "Who is told when something does not run: the people who run the platform, not the office."
  type        = string
}

variable "secret_versions" {
  description = "The secrets that the schools' settings name, as in store.password_secret: the version of each that holds, and the one before it while it is being changed."
  type        = map(object({ current = string, previous = optional(string) }))
  default     = { store = { current = "1" } }
  validation {
    condition     = alltrue([for version in values(var.secret_versions) : version.current != "latest"])
    error_message = "Name each version by its number: what is the latest differs between instances that start before and after a change."
  }
}

variable "database_size" {
  description = "The tier of the database; docs/deploy.md says what each size of fleet needs."
  type        = string
  default     = "db-custom-1-3840"
}

variable "maximum_instances" {
  description = "Beyond this many instances the service does not scale: what an MIS takes is used up long before."
  type        = number
  default     = 40
}

variable "billing_account" {
  description = "The billing account of the project, for the budget."
  type        = string
}

variable "monthly_budget" {
  description = "What a month may cost before somebody is told, in pounds."
  type        = number
}
