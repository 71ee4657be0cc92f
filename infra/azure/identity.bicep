// Who the app is. It has no password: Azure vouches for it. Every right it has is a role assignment in these modules,
// and what it may do in Microsoft 365 is granted there.

param name string
param location string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'firstbell-${name}'
  location: location
}

output id string = identity.id
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
