// Somebody is told before a month costs more than was meant. A budget stops nothing.

param amount int
param since string
param alertEmail string

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: 'firstbell'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: since }
    notifications: {
      spent: { enabled: true, operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual', contactEmails: [alertEmail] }
      foreseen: { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted', contactEmails: [alertEmail] }
    }
  }
}
