/** The beginning of a text, on one line, by whole characters. */
export function excerpt(text: string, charactersMax: number): string {
  return beginning(text.replace(/\s+/g, ' ').trim(), charactersMax);
}

/** The beginning of a text, its lines kept, by whole characters. */
export function beginning(text: string, charactersMax: number): string {
  const characters = [...text];
  return characters.length <= charactersMax ? text : `${characters.slice(0, charactersMax - 1).join('')}…`;
}
