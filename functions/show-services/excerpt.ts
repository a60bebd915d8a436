/** The beginning of a text, on one line, by whole characters. */
export function excerpt(text: string, charactersMax: number): string {
  const characters = [...text.replace(/\s+/g, ' ').trim()];
  return characters.length <= charactersMax
    ? characters.join('')
    : `${characters.slice(0, charactersMax - 1).join('')}…`;
}
