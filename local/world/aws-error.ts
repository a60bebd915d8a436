/** An answer of AWS that is an error; the SDK raises it under the same name. */
export class AwsError extends Error {
  override readonly name: string;
  readonly httpStatus: number;
  constructor(name: string, message: string, httpStatus = 400) {
    super(message);
    this.name = name;
    this.httpStatus = httpStatus;
  }
}

export const invalidParameter = (message: string) => new AwsError('InvalidParameterException', message);
export const clientError = (message: string) => new AwsError('ClientException', message);
