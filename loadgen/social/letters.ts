import type { Random } from "../random.ts";

export const digits = "0123456789";
export const alphanumerics = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz${digits}`;

/** So many characters of these, each as likely as the others. */
export function letters(random: Random, length: number, of: string): string {
  let text = "";
  while (text.length < length) text += of[Math.floor(random() * of.length)];
  return text;
}
