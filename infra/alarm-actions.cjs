/**
 * Whom alarms notify: read by osls when it packages the stack, where an alarm or a topic names one of the exports below.
 * `alarmActions` is notified in addition, by every alarm.
 */
const listOf = (value) => (value === undefined || value === null ? [] : [].concat(value));

const actions =
  (...topics) =>
  async ({ resolveVariable }) => [
    ...topics.map((Ref) => ({ Ref })),
    ...listOf(await resolveVariable('param:alarmActions')),
  ];

const subscriptions =
  (param) =>
  async ({ resolveVariable }) =>
    listOf(await resolveVariable(`param:${param}`)).map((Endpoint) => ({ Protocol: 'email', Endpoint }));

module.exports = {
  page: actions('PageTopic'),
  ticket: actions('TicketTopic'),
  composite: actions(),
  pageSubscriptions: subscriptions('pageEmail'),
  ticketSubscriptions: subscriptions('ticketEmail'),
};
