/** As Compose writes it: what the reader's environment says, or otherwise this. */
export function variable(name: string, otherwise: string): string {
  return `\${${name}:-${otherwise}}`;
}

/** The same, but set to nothing it is nothing. */
export function variableUnlessSet(name: string, otherwise: string): string {
  return `\${${name}-${otherwise}}`;
}
