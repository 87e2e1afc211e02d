/** An error with a stable code for programs; its message is a sentence for people. Each kind that is caught has a class of its own. */
export class CodedError<Code extends string = string> extends Error {
	readonly code: Code;
	constructor(code: Code, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
