/**
 * Countries (ISO 3166) whose law requires each sale of a till to be signed or kept by a certified device or service. A basket is
 * not settled there, because this program has no such device.
 */
const demanding = new Set("AL AT BA BE BG DE GR HR HU IT ME MK PL PT RO RS SE SI SK".split(" "));

export const demandsFiscal = (country: string | undefined): boolean => country !== undefined && demanding.has(country);
