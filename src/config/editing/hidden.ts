/** Secrets belong into files of their own. One that somebody wrote into gondola.yaml all the same is not shown. */

export const hiddenMark = "••••";

const inAddress = /(:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g;
/** `passwordFile` and its like name files and are no secrets. */
const named = /\b(pass(?:word|wd|phrase)|secret|token|api[-_]?key|private[-_]?key)\b(["']?\s*(?:[:=]|\bis\b)\s*)(?!\s)[^\n]+/gi;

export const hideSecrets = (text: string): string => text.replace(inAddress, `$1${hiddenMark}`).replace(named, `$1$2${hiddenMark}`);
