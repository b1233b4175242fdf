// Whether two words are one typing error apart.

import { Bytes } from "../bytes/bytes";

/**
 * Whether `text`, in any case, is one edit away from the lower-case `word`: a letter added, dropped, changed, or two
 * swapped. False if they are equal.
 */
export function isNear(text: Bytes, word: string): bool {
  const difference = text.length - word.length;
  if (difference < -1 || difference > 1) return false;
  let same = 0;
  while (same < text.length && same < word.length && isSame(text, same, word, same)) same++;
  if (difference == 0) {
    if (same == word.length) return !text.is(word);
    if (restIsSame(text, same + 1, word, same + 1)) return true;
    return (
      same + 1 < word.length &&
      isSame(text, same, word, same + 1) &&
      isSame(text, same + 1, word, same) &&
      restIsSame(text, same + 2, word, same + 2)
    );
  }
  return difference > 0 ? restIsSame(text, same + 1, word, same) : restIsSame(text, same, word, same + 1);
}

function restIsSame(text: Bytes, from: i32, word: string, wordFrom: i32): bool {
  for (; from < text.length; from++, wordFrom++) if (!isSame(text, from, word, wordFrom)) return false;
  return true;
}

function isSame(text: Bytes, at: i32, word: string, wordAt: i32): bool {
  let byte = text.at(at);
  if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20;
  return byte == <u8>word.charCodeAt(wordAt);
}
