// The schools' folders: settings, exports of the MIS, and workbooks, on a share that the app mounts.
// This account is apart from the platform's, because a share can be mounted with a key only: its key opens nothing else,
// stands in no file and in no setting, and is handed over by app.bicep alone.

param name string
param location string
param appSubnetId string
param addresses array

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'firstbell${name}schools'
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowSharedKeyAccess: true // the mount knows no other way
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled' // for the addresses and the subnet below, and for no others
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'None'
      ipRules: [for address in addresses: { value: address, action: 'Allow' }]
      virtualNetworkRules: [{ id: appSubnetId, action: 'Allow' }]
    }
  }
}

resource files 'Microsoft.Storage/storageAccounts/fileServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    shareDeleteRetentionPolicy: { enabled: true, days: 14 }
    protocolSettings: {
      smb: { versions: 'SMB3.1.1', channelEncryption: 'AES-256-GCM', authenticationMethods: 'NTLMv2' }
    }
  }
}

resource share 'Microsoft.Storage/storageAccounts/fileServices/shares@2023-05-01' = {
  parent: files
  name: 'schools'
  properties: { shareQuota: 100, enabledProtocols: 'SMB' }
}

output account string = account.name
output share string = share.name
