/** The end of a token as it is typed: 12h, 30d, or a time that begins with its year. Undefined for any other text. */
export function expiryOf(text: string, now = Date.now()): string | undefined {
	const span = /^(\d{1,5})([hd])$/.exec(text);
	if (span) return new Date(now + Number(span[1]) * (span[2] === "h" ? 3_600_000 : 86_400_000)).toISOString();
	return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : undefined;
}
