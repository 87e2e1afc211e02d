/**
 * North American coupon codes.
 *
 *   8110   GCP  offer  save value  1st purchase  [1 …] [2 …] [3 expiry] [4 start] [5 serial] [6 retailer] [9 rules]
 *   8112   format  funder  offer  serial
 *
 * A field of changing length begins with one digit that says how long it is. Sources: "North American Coupon Application
 * Guideline Using GS1 DataBar Expanded Symbols"; "GS1 AI (8112) Coupon Data Specification".
 */

class CouponFault extends Error {}

/** Reads a coupon's digits from the left; every step names what is wrong when it cannot. */
function readerOf(digits: string) {
	let at = 0;
	const fail = (fault: string): never => {
		throw new CouponFault(`coupon-${fault}`);
	};
	const reader = {
		/** Anything left, or the digit that comes next. */
		next: (): string | undefined => digits[at],
		fail,
		/** One digit out of `allowed`. */
		digit(allowed: string, name: string): string {
			const digit = digits[at];
			if (digit === undefined) return fail(`missing-${name}`);
			if (!allowed.includes(digit)) return fail(`invalid-${name}`);
			at += 1;
			return digit;
		},
		fixed(length: number, fault: string): string {
			if (digits.length - at < length) return fail(fault);
			at += length;
			return digits.slice(at - length, at);
		},
		/** A length digit out of `allowed`, then so many digits more than `base`. Length 9, where allowed to mean "none", takes none. */
		counted(allowed: string, base: number, name: string, noneIs9 = false): string {
			const indicator = digits[at];
			if (indicator === undefined) return fail(`missing-${name}-vli`);
			if (!allowed.includes(indicator)) return fail(`invalid-${name}-length`);
			at += 1;
			return noneIs9 && indicator === "9" ? "" : this.fixed(Number(indicator) + base, `truncated-${name}`);
		},
		date(name: string, invalid: string): string {
			const date = reader.fixed(6, `too-short-for-${name}`);
			const [year, month, day] = [Number(date.slice(0, 2)), Number(date.slice(2, 4)), Number(date.slice(4))];
			const real = month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(2000 + year, month, 0)).getUTCDate();
			return real ? date : fail(invalid);
		},
	};
	return reader;
}

type Reader = ReturnType<typeof readerOf>;

/** The goods that must be bought: how much, counted in what, of which family of articles. */
function purchase(reader: Reader, which: "1st" | "2nd" | "3rd"): void {
	reader.counted("12345", 0, `${which}-purchase-requirement`);
	reader.digit("012349", `${which}-purchase-requirement-code`);
	reader.fixed(3, `truncated-${which}-purchase-family-code`);
	if (which !== "1st") reader.counted("01234569", 6, `${which}-purchase-gcp`, true);
}

/** Whose offer it is, which one, and the number of this piece of paper. */
interface ReadOffer {
	company: string;
	offer: string;
	serial?: string;
}

function readCoupon(reader: Reader): ReadOffer {
	const company = reader.counted("0123456", 6, "gcp");
	if (!/^\d{4}/.test(company)) reader.fail("invalid-gcp-prefix");
	const offer = reader.fixed(6, "truncated-offer-code");
	let serial: string | undefined;
	reader.counted("12345", 0, "save-value");
	purchase(reader, "1st");

	// Optional fields stand in rising order, each at most once.
	let expiry: string | undefined;
	const takes = (field: string): boolean => {
		if (reader.next() !== field) return false;
		reader.fixed(1, "");
		return true;
	};
	if (takes("1")) {
		reader.digit("0123", "additional-purchase-rules-code");
		purchase(reader, "2nd");
	}
	if (takes("2")) purchase(reader, "3rd");
	if (takes("3")) expiry = reader.date("expiration-date", "invalid-expiration-date");
	if (takes("4")) {
		const start = reader.date("start-date", "invalid-start-date");
		if (expiry !== undefined && expiry < start) reader.fail("expiration-before-start");
	}
	if (takes("5")) serial = reader.counted("0123456789", 6, "serial-number");
	if (takes("6")) reader.counted("1234567", 6, "retailer-gcp-or-gln");
	if (takes("9")) {
		reader.digit("01256", "save-value-code");
		reader.digit("012", "save-value-applies-to-item");
		reader.digit("0123456789", "store-coupon-flag");
		reader.digit("01", "dont-multiply-flag");
	}
	if (reader.next() !== undefined) reader.fail("excess-data");
	return { company, offer, ...(serial !== undefined && { serial }) };
}

function readPositiveOffer(reader: Reader): ReadOffer {
	reader.digit("01", "format-code");
	const company = reader.counted("0123456", 6, "funder");
	const offer = reader.fixed(6, "truncated-offer-code");
	const serial = reader.counted("0123456789", 6, "serial-number");
	if (reader.next() !== undefined) reader.fail("excess-data");
	return { company, offer, serial };
}

function faultOf(value: string, read: (reader: Reader) => ReadOffer): string | undefined {
	if (!/^\d*$/.test(value)) return "non-digit-character";
	try {
		read(readerOf(value));
		return undefined;
	} catch (error) {
		if (error instanceof CouponFault) return error.message;
		throw error;
	}
}

/** AI 8110. */
export function couponFault(value: string): string | undefined {
	return faultOf(value, readCoupon);
}

/** AI 8112. */
export function positiveOfferFault(value: string): string | undefined {
	return faultOf(value, readPositiveOffer);
}

/**
 * The coupon among the elements of a code: the number of the campaign (the 13 digits of a GCN, or AI, company and offer), and the serial
 * number of this piece of paper, where it has one. Undefined: there is none, or it has a fault.
 */
export function couponIn(elements: readonly { ai: string; value: string }[]): { code: string; serial?: string } | undefined {
	for (const { ai, value } of elements) {
		if (ai === "255" && /^\d{13,25}$/.test(value))
			return { code: value.slice(0, 13), ...(value.length > 13 && { serial: value.slice(13) }) };
		const read = ai === "8110" ? readCoupon : ai === "8112" ? readPositiveOffer : undefined;
		if (!read || faultOf(value, read) !== undefined) continue;
		const { company, offer, serial } = read(readerOf(value));
		return { code: `${ai}:${company}:${offer}`, ...(serial !== undefined && { serial }) };
	}
	return undefined;
}
