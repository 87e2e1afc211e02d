/** A flow said no: nothing changed. The code is stable; the sentence is for people. */
export class LedgerRefusal extends Error {
	override name = "LedgerRefusal";
	readonly code: string;
	constructor(code: string, message: string) {
		super(message);
		this.code = code;
	}
}

/** The disk said no. Nothing was acknowledged; the caller may try again. */
export class LedgerTrouble extends Error {
	override name = "LedgerTrouble";
	readonly code: string;
	constructor(code: string, message: string) {
		super(message);
		this.code = code;
	}
}
