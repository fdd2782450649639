const LONGEST = 120

/**
 * Text from a file as it may stand in a one-line message: control, format and line-separating characters and lone
 * surrogates are written as `\u{hex}`, and what goes beyond 120 characters becomes an ellipsis.
 */
export function printable(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
  return shown.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}
