/** Longest message that is repeated; pull errors name whole URLs. */
const messageCharactersMax = 300;

/**
 * A message of AWS as it may be repeated: on one line, without what signs a URL or is a password in it, and not endless.
 * Pull errors quote presigned URLs of image layers.
 */
export function quotable(message: string): string {
  const line = message
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(\bhttps?:\/\/[^\s"'?]*)\?[^\s"']*/gi, '$1?…')
    .replace(/(:\/\/)[^\s/"'@]*:[^\s/"'@]*@/g, '$1…@')
    .replace(/\b(password|passwd|secret_?key|token|api_?key)=[^\s&"']+/gi, '$1=…');
  return shortened(line, messageCharactersMax);
}

/** Cut in the middle: AWS's messages begin with what failed and end with why. */
export function shortened(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const head = Math.floor((charactersMax - 3) * 0.4);
  return `${text.slice(0, head)} … ${text.slice(text.length - (charactersMax - 3 - head))}`;
}

/** The last segment of a task's ARN, as far as people need it. */
export function shortTaskId(taskArn: string): string {
  return taskArn.slice(taskArn.lastIndexOf('/') + 1).slice(0, 8);
}
