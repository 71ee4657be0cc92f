# Copy this to a file of your own and change each value. It holds no secret.
project         = "oakhill-firstbell"
image           = "europe-west2-docker.pkg.dev/oakhill-firstbell/firstbell/app@sha256:0000000000000000000000000000000000000000000000000000000000000000"
alert_email     = "it-duty@trust.example"
secret_versions = { store = { current = "1" } }
billing_account = "000000-000000-000000"
monthly_budget  = 60
