/** Documents that clients had remembered; the one not used for longest goes first. */
export interface DocumentMemory {
  find(id: string): string | undefined;
  keep(id: string, text: string): void;
}

/** Of all documents together: some hundreds of long ones. */
const maxCharacters = 5_000_000;
/** A document over a tenth of it would push out too many others; its clients go on sending it. */
const maxLength = maxCharacters / 10;

export function createDocumentMemory(): DocumentMemory {
  const kept = new Map<string, string>();
  let characters = 0;

  const forget = (id: string): void => {
    characters -= kept.get(id)?.length ?? 0;
    kept.delete(id);
  };

  return {
    find(id) {
      const text = kept.get(id);
      if (text === undefined) return undefined;
      kept.delete(id);
      kept.set(id, text);
      return text;
    },
    keep(id, text) {
      if (text.length > maxLength) return;
      forget(id);
      kept.set(id, text);
      characters += text.length;
      for (const oldest of kept.keys()) {
        if (characters <= maxCharacters) break;
        forget(oldest);
      }
    },
  };
}
