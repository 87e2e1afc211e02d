/**
 * Countries whose law wants each sale of a till to be signed by, or kept in, a certified device or service (ISO 3166): there a basket is
 * not settled, because this program has none.
 */
const demanding = new Set("AL AT BA BE BG DE GR HR HU IT ME MK PL PT RO RS SE SI SK".split(" "));

export const demandsFiscal = (country: string | undefined): boolean => country !== undefined && demanding.has(country);
