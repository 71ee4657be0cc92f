// A network of its own. The app goes out through one subnet, and storage and vault answer that subnet only;
// the database is reached at a private address in the other.

param name string
param location string

resource closed 'Microsoft.Network/networkSecurityGroups@2024-01-01' = {
  name: 'firstbell-${name}'
  location: location
  properties: {
    securityRules: [
      {
        name: 'nothing-comes-in-from-the-internet'
        properties: {
          direction: 'Inbound'
          access: 'Deny'
          priority: 100
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'firstbell-${name}'
  location: location
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/23'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.20.0.0/24' // an address for each instance, and room while they are replaced
          networkSecurityGroup: { id: closed.id }
          delegations: [
            { name: 'functions', properties: { serviceName: 'Microsoft.App/environments' } } // what Flex Consumption asks for
          ]
          serviceEndpoints: [
            { service: 'Microsoft.Storage' }
            { service: 'Microsoft.KeyVault' }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.20.1.0/28'
          networkSecurityGroup: { id: closed.id }
        }
      }
    ]
  }
}

resource databaseZone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: 'privatelink.postgres.database.azure.com'
  location: 'global'
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = {
  parent: databaseZone
  name: 'firstbell-${name}'
  location: 'global'
  properties: {
    registrationEnabled: false
    virtualNetwork: { id: network.id }
  }
}

output appSubnetId string = '${network.id}/subnets/app'
output endpointsSubnetId string = '${network.id}/subnets/endpoints'
output databaseZoneId string = databaseZone.id
