import { CodedError } from "../words/basics/coded-error.ts";

export type FaceErrorCode =
	/** The article lacks something this face or the law wants shown. */
	| "face-field-missing"
	/** Even the smallest letters of something that must be there are too large. */
	| "face-text-does-not-fit"
	/** An amount is no positive whole number of minor units, or the currency is unknown. */
	| "face-amount-wrong"
	| "face-unknown"
	/** No file in drivers/label/models describes this label. */
	| "face-model-unknown"
	/** The template file is not well formed. */
	| "face-template-wrong";

/** Why a label cannot be drawn. Such a label keeps its old picture and is reported: a wrong price costs more than an old one. */
export class FaceError extends CodedError<FaceErrorCode> {
	override name = "FaceError";
	readonly facts: Record<string, string | number>;
	constructor(code: FaceErrorCode, facts: Record<string, string | number>, options?: { cause?: unknown }) {
		super(code, `${code} ${JSON.stringify(facts)}`, options);
		this.facts = facts;
	}
}
