// Secrets: the password of the database's role, and whatever else the schools' settings name. The app reads them by
// reference and may do nothing else; who may write them is granted to people by hand, for as long as they need it.

param name string
param location string
param principalId string
param appSubnetId string
param administratorAddresses array
param workspaceId string

// To read the value of a secret. Neither to list keys, nor to change anything.
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'firstbell-${name}'
  location: location
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Enabled' // for the addresses and the subnet below, and for no others
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'None'
      ipRules: [for address in administratorAddresses: { value: address }]
      virtualNetworkRules: [{ id: appSubnetId }]
    }
  }
}

resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, secretsUser)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource whoReadWhat 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'who-read-which-secret'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

output name string = vault.name
output uri string = vault.properties.vaultUri
