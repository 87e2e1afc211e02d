import { CodedError } from "../words/basics/coded-error.ts";

/** A flow refused the call: nothing changed. The code is stable; the sentence is for people. */
export class LedgerRefusal extends CodedError {
	override name = "LedgerRefusal";
}

/** The disk refused. Nothing was acknowledged; the caller may try again. */
export class LedgerTrouble extends CodedError {
	override name = "LedgerTrouble";
}
