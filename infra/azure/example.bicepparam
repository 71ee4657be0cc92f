// Copy this to a file of your own, such as oakhill.bicepparam, and change each value. It holds no secret.
using 'main.bicep'

param name = 'oakhill'
param alertEmail = 'it-duty@trust.example'
param secretNames = ['store']
param administratorAddresses = ['203.0.113.7'] // while it is set up; afterwards []
param schoolAddresses = ['198.51.100.20']
param administratorPassword = readEnvironmentVariable('FIRSTBELL_DATABASE_ADMINISTRATOR') // set for this command only
param monthlyBudget = 60
