/** What is under way goes to standard error: standard output has the table or the document alone. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
