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
		super(code, sentenceOf(code, facts), options);
		this.facts = facts;
	}
}

/** A face that cannot be read stops the start: a person reads its sentence. */
function sentenceOf(code: FaceErrorCode, facts: Record<string, string | number>): string {
	if (code !== "face-template-wrong") return `${code} ${JSON.stringify(facts)}`;
	return `The label face ${facts["file"] ?? facts["face"]} is not right: ${facts["why"]}. Mend the file, or take it out of its folder.`;
}
