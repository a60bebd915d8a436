interface Mock {
  calls(): { args: [{ input: object }] }[];
}

/** What went through a mocked client, in order: the command and its whole input. */
export function sent(mock: Mock): [command: string, input: object][] {
  return mock.calls().map(({ args: [command] }) => [command.constructor.name, command.input]);
}

/** An error as the SDK throws it: told by its name and by the HTTP status of the answer. */
export function anAwsError(name: string, httpStatusCode?: number): Error {
  const error = Object.assign(new Error('as AWS words it'), { name });
  return httpStatusCode === undefined ? error : Object.assign(error, { $metadata: { httpStatusCode } });
}
