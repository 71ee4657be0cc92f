// Who is told, and of what. Azure Monitor looks by itself: it goes on when the app, its timers or its queues do not.
// A school's own people are told by Firstbell; these alerts are for those who run the platform.
//
// How often: with autoMitigate an alert mails when something begins and when it is over, however long it lasts; without,
// it mails at every look for which muteActionsDuration does not keep it quiet. Azure refuses both together. What lasts
// has the first, what happens and is over has the second. An alert split by school begins for each school by itself,
// so that one in trouble for days hides no other; Azure mails an address a hundred times an hour at most.

param name string
param location string
param insightsId string
param healthAddress string
param alertEmail string
param queues array
param contactDoneBy string

var ownClocks = ['schools_clock', 'watchdog_clock']
var eachSchool = [{ name: 'school', operator: 'Include', values: ['*'] }]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'firstbell-${name}'
  location: 'global'
  properties: {
    groupShortName: 'firstbell'
    enabled: true
    emailReceivers: [{ name: 'platform', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

// A message was tried five times and set aside: each queue has an alert of its own.
resource setAside 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for queue in queues: {
  name: 'firstbell-${name}-${queue.name}-set-aside'
  location: location
  properties: {
    displayName: 'Firstbell: a message of ${queue.name} was set aside'
    description: 'The office has been told which job to run by hand. Find out what stopped it: docs/every-school.md.'
    severity: 1
    enabled: true
    autoMitigate: false // one that comes an hour later is news, though the last has not been looked at
    muteActionsDuration: 'PT1H'
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        { query: 'requests | where name == "${queue.setAsideBy}"', timeAggregation: 'Count', operator: 'GreaterThan', threshold: 0 }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}]

// A timer has not come round for an hour: nothing at all is running.
resource noClock 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for clock in ownClocks: {
  name: 'firstbell-${name}-${clock}-stands-still'
  location: location
  properties: {
    displayName: 'Firstbell: ${clock} has not run for an hour'
    description: 'It runs every quarter of an hour, day and night. See whether the app loads, and start it again.'
    severity: 0
    enabled: true
    autoMitigate: true
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    criteria: {
      allOf: [
        { query: 'requests | where name == "${clock}" and success == true', timeAggregation: 'Count', operator: 'LessThan', threshold: 1 }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}]

// Jobs run every night, in the holidays too: a day and a night without one means that the queues stand still.
resource noJob 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'firstbell-${name}-no-job'
  location: location
  properties: {
    displayName: 'Firstbell: no job has come to its end for twenty-six hours'
    description: 'The timers may run and the queues stand still. See the queue school-jobs, and restart the app.'
    severity: 0
    enabled: true
    autoMitigate: true
    scopes: [insightsId]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT1H'
    overrideQueryTimeRange: 'P2D'
    criteria: {
      allOf: [
        {
          query: 'requests | where timestamp > ago(26h) and name == "school_job" and success == true | count | where Count == 0'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}

// A school has read its registers today, and its parents have not been told by the time set: "the 09:45 did not run".
resource noContact 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'firstbell-${name}-no-first-day-contact'
  location: location
  properties: {
    displayName: 'Firstbell: first-day contact of a school has not run'
    description: 'Telephone the school: it has not been told who is missing. Then see what stopped the job.'
    severity: 0
    enabled: true
    autoMitigate: true
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    overrideQueryTimeRange: 'P1D'
    criteria: {
      allOf: [
        {
          query: replace(loadTextContent('no_first_day_contact.kql'), 'CONTACT_DONE_BY', contactDoneBy)
          dimensions: eachSchool
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}

// What Firstbell itself logs as an error: each line holds a school's key and a sentence, and no name of a person.
resource errors 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'firstbell-${name}-errors'
  location: location
  properties: {
    displayName: 'Firstbell: an error that people have to look at'
    description: 'The line says which school and what to do. Other schools go on. Said again once it is over.'
    severity: 2
    enabled: true
    autoMitigate: true
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT30M' // twice as long as from line to line: one that comes a little late ends no alert
    criteria: {
      allOf: [
        {
          query: loadTextContent('errors.kql')
          dimensions: eachSchool
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}

// Single failures are tried again; many in an hour are more than a busy MIS.
resource failures 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'firstbell-${name}-failures'
  location: location
  properties: {
    displayName: 'Firstbell: more than twenty failures in an hour'
    description: 'An outside system may be down. See which function fails, and what its log says.'
    severity: 2
    enabled: true
    autoMitigate: true
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    criteria: {
      allOf: [
        { query: 'requests | where success == false', timeAggregation: 'Count', operator: 'GreaterThan', threshold: 20 }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}

// The health check is asked from outside, every quarter of an hour.
resource health 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'firstbell-${name}-health'
  location: location
  kind: 'standard'
  tags: { 'hidden-link:${insightsId}': 'Resource' }
  properties: {
    SyntheticMonitorId: 'firstbell-${name}-health'
    Name: 'Firstbell: health'
    Kind: 'standard'
    Enabled: true
    Frequency: 900
    Timeout: 60
    RetryEnabled: true
    Locations: [{ Id: 'emea-ru-msa-edge' }] // Microsoft's name for UK South
    Request: { RequestUrl: healthAddress, HttpVerb: 'GET' }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 14 }
  }
}

resource unhealthy 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'firstbell-${name}-unhealthy'
  location: 'global'
  properties: {
    description: 'The address /api/health says with a number which check fails: docs/azure.md.'
    severity: 1
    enabled: true
    scopes: [health.id, insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT30M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: health.id
      componentId: insightsId
      failedLocationCount: 1
    }
    actions: [{ actionGroupId: people.id }]
  }
}
