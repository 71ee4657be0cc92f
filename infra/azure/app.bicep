// The functions. Flex Consumption scales each queue by itself, and costs nothing while nothing runs.

param name string
param location string
param identityId string
param identityClientId string
param appSubnetId string
param storageName string
param packageContainer string
param schoolsAccount string
param schoolsShare string
param vaultUri string
param secretNames array
param telemetryConnection string
param maximumInstanceCount int

var schoolsPath = '/mounts/schools'

// What the platform and the worker read.
var platformSettings = [
  { name: 'AzureWebJobsStorage__accountName', value: storageName }
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: identityClientId }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: telemetryConnection } // names the place; lets nobody in
  { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${identityClientId};Authorization=AAD' }
  { name: 'PYTHON_THREADPOOL_THREAD_COUNT', value: '8' } // six jobs at work and two for the watchdog; one core has five
]

// What Firstbell reads: firstbell/settings/environment.py.
var ownSettings = [
  { name: 'FIRSTBELL_SCHOOLS', value: schoolsPath }
]
var secretSettings = [for secret in secretNames: {
  name: 'FIRSTBELL_SECRET_${toUpper(replace(secret, '-', '_'))}'
  value: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${secret}/)' // without a version: a new one is found in a day
}]

// The value before it, while a password is being changed. Where the vault has none the deployment goes on, and the
// platform leaves the text of the reference, which Firstbell takes for none.
var previousSettings = [for secret in secretNames: {
  name: 'FIRSTBELL_SECRET_${toUpper(replace(secret, '-', '_'))}_PREVIOUS'
  value: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${secret}-previous/)'
}]

resource packages 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource schools 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: schoolsAccount
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'firstbell-${name}'
  location: location
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true } // Linux
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: 'firstbell-${name}'
  location: location
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: appSubnetId // on this plan all that goes out goes through it
    functionAppConfig: {
      runtime: { name: 'python', version: '3.13' }
      scaleAndConcurrency: { maximumInstanceCount: maximumInstanceCount, instanceMemoryMB: 2048 } // one core; 512 has a quarter
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${packages.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      remoteDebuggingEnabled: false
      appSettings: concat(platformSettings, ownSettings, secretSettings, previousSettings)
    }
  }
}

resource mounts 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'azurestorageaccounts'
  properties: {
    schools: {
      type: 'AzureFiles'
      protocol: 'Smb'
      accountName: schoolsAccount
      shareName: schoolsShare
      mountPath: schoolsPath
      accessKey: schools.listKeys().keys[0].value
    }
  }
}

// Nobody publishes with a password.
resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource noPublishingPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

output name string = app.name
output healthAddress string = 'https://${app.properties.defaultHostName}/api/health'
