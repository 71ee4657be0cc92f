// The store: PostgreSQL, which keeps schools apart by row security (docs/store.md). The app reaches it at a private
// address and signs in with the password of the role `firstbell`, which is in the vault.

param name string
param location string
param size string
@secure()
param administratorPassword string
param administratorAddresses array
param endpointsSubnetId string
param zoneId string

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01' = {
  name: 'firstbell-${name}'
  location: location
  sku: { name: size, tier: startsWith(size, 'Standard_B') ? 'Burstable' : 'GeneralPurpose' }
  properties: {
    version: '17'
    administratorLogin: 'administrator_of_firstbell'
    administratorLoginPassword: administratorPassword
    authConfig: { activeDirectoryAuth: 'Disabled', passwordAuth: 'Enabled' }
    storage: { storageSizeGB: 32, autoGrow: 'Enabled' }
    backup: { backupRetentionDays: 35, geoRedundantBackup: 'Enabled' } // the other copy is in UK West
    highAvailability: { mode: startsWith(size, 'Standard_B') ? 'Disabled' : 'ZoneRedundant' }
    network: { publicNetworkAccess: empty(administratorAddresses) ? 'Disabled' : 'Enabled' }
  }
}

resource administrators 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules@2024-08-01' = [for address in administratorAddresses: {
  parent: server
  name: 'administrator-${replace(address, '.', '-')}'
  properties: { startIpAddress: address, endIpAddress: address }
}]

resource onlyEncrypted 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2024-08-01' = {
  parent: server
  name: 'require_secure_transport'
  properties: { value: 'on', source: 'user-override' }
  dependsOn: [administrators] // one change at a time, or the server refuses the second
}

resource onlyNewTls 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2024-08-01' = {
  parent: server
  name: 'ssl_min_protocol_version'
  properties: { value: 'TLSv1.2', source: 'user-override' }
  dependsOn: [onlyEncrypted]
}

resource database 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2024-08-01' = {
  parent: server
  name: 'firstbell'
  properties: { charset: 'UTF8', collation: 'en_US.utf8' }
  dependsOn: [onlyNewTls]
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-01-01' = {
  name: 'firstbell-${name}-database'
  location: location
  properties: {
    subnet: { id: endpointsSubnetId }
    privateLinkServiceConnections: [
      { name: 'database', properties: { privateLinkServiceId: server.id, groupIds: ['postgresqlServer'] } }
    ]
  }
}

resource address 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-01-01' = {
  parent: endpoint
  name: 'default'
  properties: { privateDnsZoneConfigs: [{ name: 'database', properties: { privateDnsZoneId: zoneId } }] }
}

output host string = server.properties.fullyQualifiedDomainName
