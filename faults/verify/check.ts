/** Something that must be so, whether it is, and the figures that show it. */
export interface Check {
  readonly says: string;
  readonly holds: boolean;
  readonly figures: string;
}

export function check(says: string, holds: boolean, figures = ""): Check {
  return { says, holds, figures };
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
