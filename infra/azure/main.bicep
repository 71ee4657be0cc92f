// Everything that Firstbell needs in Azure, for one school or for many, in one resource group in the United Kingdom.
// Read it top to bottom: each module says what it makes and what the app may do there, and no more.
// docs/deploy.md goes from nothing to the first rehearsal with it.

targetScope = 'subscription'

@description('Names everything, and stands in names that nobody else in the world may have. Lower-case letters and digits.')
@minLength(3)
@maxLength(8)
param name string

@description('Pupils\' data stays in the United Kingdom: London, whose three zones UK West does not have.')
@allowed(['uksouth'])
param location string = 'uksouth'

@description('Who is told when something does not run: the people who run the platform, not the office.')
param alertEmail string

@description('The secrets that the schools\' settings name, as in store.password_secret. Each is in the vault by its name.')
param secretNames array = ['store']

@description('Addresses (a.b.c.d) from which the vault, the database and the files are set up. Empty when that is done.')
param administratorAddresses array = []

@description('Addresses (a.b.c.d) of the schools, from which exports are put on the share and workbooks are opened.')
param schoolAddresses array = []

@description('The database\'s administrator signs in with this once, to make the two roles of docs/store.md.')
@secure()
param administratorPassword string

@description('Burstable is for up to about thirty schools; docs/deploy.md says what each size carries.')
@allowed(['Standard_B1ms', 'Standard_B2s', 'Standard_D2ds_v5', 'Standard_D8ds_v5'])
param databaseSize string = 'Standard_B1ms'

@description('Beyond this many instances the platform does not scale: what an MIS or a mailbox takes is used up long before.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('London time by which first-day contact of every school should have come to its end, as 10:15.')
param contactDoneBy string = '10:15'

@description('What a month may cost before somebody is told, in the currency of the subscription.')
param monthlyBudget int

@description('The month from which the budget counts; the first day of a month.')
param budgetFrom string = utcNow('yyyy-MM-01')

// The queues of functions/, each with the function that takes what was tried too often.
var queues = [
  { name: 'school-shards', setAsideBy: 'school_shard_set_aside' }
  { name: 'school-jobs', setAsideBy: 'school_job_set_aside' }
  { name: 'watchdog-shards', setAsideBy: 'watchdog_shard_set_aside' }
  { name: 'watchdog-jobs', setAsideBy: 'watchdog_job_set_aside' }
]

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'firstbell-${name}'
  location: location
  tags: { 'azd-env-name': name }
}

module identity 'identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: name, location: location }
}

module network 'network.bicep' = {
  name: 'network'
  scope: group
  params: { name: name, location: location }
}

module telemetry 'telemetry.bicep' = {
  name: 'telemetry'
  scope: group
  params: { name: name, location: location, principalId: identity.outputs.principalId }
}

module storage 'storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: name
    location: location
    principalId: identity.outputs.principalId
    queues: queues
    appSubnetId: network.outputs.appSubnetId
    administratorAddresses: administratorAddresses
  }
}

module schools 'schools.bicep' = {
  name: 'schools'
  scope: group
  params: {
    name: name
    location: location
    appSubnetId: network.outputs.appSubnetId
    addresses: concat(administratorAddresses, schoolAddresses)
  }
}

module vault 'vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: name
    location: location
    principalId: identity.outputs.principalId
    appSubnetId: network.outputs.appSubnetId
    administratorAddresses: administratorAddresses
    workspaceId: telemetry.outputs.workspaceId
  }
}

module database 'database.bicep' = {
  name: 'database'
  scope: group
  params: {
    name: name
    location: location
    size: databaseSize
    administratorPassword: administratorPassword
    administratorAddresses: administratorAddresses
    endpointsSubnetId: network.outputs.endpointsSubnetId
    zoneId: network.outputs.databaseZoneId
  }
}

module app 'app.bicep' = {
  name: 'app'
  scope: group
  params: {
    name: name
    location: location
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    appSubnetId: network.outputs.appSubnetId
    storageName: storage.outputs.name
    packageContainer: storage.outputs.packageContainer
    schoolsAccount: schools.outputs.account
    schoolsShare: schools.outputs.share
    vaultUri: vault.outputs.uri
    secretNames: secretNames
    telemetryConnection: telemetry.outputs.connection
    maximumInstanceCount: maximumInstanceCount
  }
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    name: name
    location: location
    insightsId: telemetry.outputs.insightsId
    healthAddress: app.outputs.healthAddress
    alertEmail: alertEmail
    queues: queues
    contactDoneBy: contactDoneBy
  }
}

module budget 'budget.bicep' = {
  name: 'budget'
  scope: group
  params: { amount: monthlyBudget, since: budgetFrom, alertEmail: alertEmail }
}

output appName string = app.outputs.name
output resourceGroup string = group.name
output managedIdentityClientId string = identity.outputs.clientId // microsoft365.client_id of each school.toml
output databaseHost string = database.outputs.host // store.host of each school.toml
output schoolsAccount string = schools.outputs.account
output vaultName string = vault.outputs.name
