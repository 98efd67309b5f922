/** How figures stand in the printed tables. */

export function whole(count: number): string {
  return count.toLocaleString('en');
}

export function percent(share: number): string {
  return share.toFixed(2);
}

/** Breaks a sentence into lines of at most so many characters. */
export function wrapped(sentence: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
